# SPDX-License-Identifier: Apache-2.0
"""Versions of ST's tool, as its banner has them.

Two numbers belong to one release: that of ST Edge AI Core (2.2.0) and that of STM32Cube.AI
(10.2.0). Generated files carry the first, the run-time library the second. Banners that were seen:

    ST Edge AI Core v2.2.0-20266 2adc00962            Core 2 to 4, with a line for each
       STM32CubeAI 10.2.0-RC1                         component behind it
    Neural Network Tools for STM32AI v1.7.0 (STM.ai v8.1.0-19520)        X-CUBE-AI 7 and 8
    stm32ai - Neural Network Tools for STM32 v1.4.0 (AI tools v5.2.0)    5 and older
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.errors import ToolError

Version = tuple[int, int, int]

CUBE_OF_CORE: dict[tuple[int, int], Version] = {
    (1, 0): (9, 0, 0),
    (2, 0): (10, 0, 0),
    (2, 1): (10, 1, 0),
    (2, 2): (10, 2, 0),
    (3, 0): (11, 0, 0),
    (4, 0): (12, 0, 1),
}
"""STM32Cube.AI that belongs to a release of the Core, where the banner names the Core alone."""

KNOWN_CORE = range(1, 5)
KNOWN_CUBE = range(7, 13)
KNOWN = "X-CUBE-AI 7 to 10 or ST Edge AI Core 1 to 4"

FIRST_WITH_TWO_APIS = 2
"""Core: from here on the tool knows --c-api."""
FIRST_WITH_ST_AI_AS_DEFAULT = 3

_NUMBER = r"v?(\d+)\.(\d+)(?:\.(\d+))?"
_CORE = re.compile(rf"ST Edge AI Core {_NUMBER}", re.I)
_CUBE = (
    re.compile(rf"STM32Cube\.?AI {_NUMBER}", re.I),
    re.compile(rf"\((?:STM\.ai|AI tools|tools) {_NUMBER}", re.I),
)


@dataclass(frozen=True, slots=True)
class ToolVersion:
    """Both numbers of one release; `core` is None before there was a Core."""

    core: Version | None
    cube: Version

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.core or self.cube)

    @property
    def title(self) -> str:
        """What the product is called."""
        return f"ST Edge AI Core {self}" if self.core else f"X-CUBE-AI {self}"

    @property
    def has_two_apis(self) -> bool:
        """Whether it can be asked for either C interface."""
        return self.core is not None and self.core[0] >= FIRST_WITH_TWO_APIS

    @property
    def default_api(self) -> str:
        """The C interface that it writes by itself."""
        new = self.core is not None and self.core[0] >= FIRST_WITH_ST_AI_AS_DEFAULT
        return "st-ai" if new else "legacy"

    @property
    def library_number(self) -> str:
        """As in the run-time library's name: 1020 for 10.2.0."""
        return "".join(str(part) for part in self.cube)


def read_banner(text: str, program: str) -> ToolVersion:
    """What `--version` printed; ToolError where it is no version that this adapter knows."""
    core = _version_in(_CORE, text)
    cube = next((found for one in _CUBE if (found := _version_in(one, text))), None)
    if core is None and cube is None:
        said = text.strip().splitlines()[0] if text.strip() else "nothing"
        raise ToolError(
            f"{program} does not say its version; it says: {said}",
            "name the tool itself with STEDGEAI=…: stedgeai, or stm32ai of X-CUBE-AI",
        )
    if cube is None:
        assert core is not None
        cube = CUBE_OF_CORE.get(core[:2], (core[0] + 8, *core[1:]))
    known = core[0] in KNOWN_CORE if core is not None else cube[0] in KNOWN_CUBE
    version = ToolVersion(core, cube)
    if not known:
        raise ToolError(
            f"{program} is {version.title}, which this adapter does not know: it knows {KNOWN}",
            "install one of these, or build with the built-in engine (leave ENGINE out)",
        )
    return version


def _version_in(pattern: re.Pattern[str], text: str) -> Version | None:
    found = pattern.search(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
