# SPDX-License-Identifier: Apache-2.0
"""An error of the network's engine is shown as what it is."""

from __future__ import annotations

import pytest

from generator.wire import Refusal
from generator.wire.messages import Refused
from hil.link.errors import RefusedError


@pytest.mark.parametrize(
    ("detail", "words"),
    [(0x1000000 | 0x030020, "error 0x030020 of the network's engine"), (100, "detail 100;")],
)
def test_internal(detail: int, words: str) -> None:
    message = Refused(Refusal.INTERNAL, 3, 2, detail, 7)
    assert words in RefusedError.from_message(message).what
