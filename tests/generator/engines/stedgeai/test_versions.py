# SPDX-License-Identifier: Apache-2.0
"""Banners of all generations, as public logs have them."""

from __future__ import annotations

import pytest

from generator.engines.stedgeai.versions import read_banner
from generator.errors import ToolError

CORE_2_2 = "ST Edge AI Core v2.2.0-20266 2adc00962\n   STM32CubeAI 10.2.0-RC1\n"


@pytest.mark.parametrize(
    ("banner", "said", "library", "api", "two_apis"),
    [
        ("ST Edge AI Core v4.0.1-20581 7ed50de05\n   STM32CubeAI 12.0.1-RC2", "4.0.1", "1201",
         "st-ai", True),
        ("ST Edge AI Core v3.0.0-20426 123672867\n", "3.0.0", "1100", "st-ai", True),
        (CORE_2_2, "2.2.0", "1020", "legacy", True),
        ("ST Edge AI Core v2.0.0-20049\n   ISPU 1.1.0\n   MLC 1.1.0\n   StellarStudioAI 2.0.0\n"
         "   STM32CubeAI 10.0.0", "2.0.0", "1000", "legacy", True),
        ("ST Edge AI Core v1.0.0-19899", "1.0.0", "900", "legacy", False),
        ("Neural Network Tools for STM32AI v1.7.0 (STM.ai v8.1.0-19520)", "8.1.0", "810",
         "legacy", False),
        ("stm32ai - Neural Network Tools for STM32 v1.6.0 (AI tools v7.3.0)", "7.3.0", "730",
         "legacy", False),
    ],
)  # fmt: skip
def test_each_generation(banner: str, said: str, library: str, api: str, two_apis: bool) -> None:
    version = read_banner(banner, "stedgeai")
    assert str(version) == said
    assert version.library_number == library
    assert (version.default_api, version.has_two_apis) == (api, two_apis)


@pytest.mark.parametrize(
    ("banner", "words"),
    [
        ("ST Edge AI Core v5.0.0-1", "ST Edge AI Core 5.0.0, which this adapter does not know"),
        ("Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)", "X-CUBE-AI 5.2.0, which"),
        ("cat (GNU coreutils) 9.1", "does not say its version; it says: cat"),
        ("", "it says: nothing"),
    ],
)
def test_what_is_not_known_is_refused(banner: str, words: str) -> None:
    with pytest.raises(ToolError) as caught:
        read_banner(banner, "/opt/stedgeai")
    assert words in str(caught.value)
    assert caught.value.remedy
