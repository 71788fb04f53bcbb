# SPDX-License-Identifier: Apache-2.0
"""Pins of the STM32L4 and L4+ by package (DS10969, DS11451, DS12023 and those of the other parts:
pin definitions).

The letter is the part name's tenth: STM32L475V... has 100 pins. Where a package comes in variants,
with a supply of its own or without, these are the pins of all together.
"""

from __future__ import annotations

from generator.boards.pin_checks import pins_of_ports

_LARGE = "A0-15 B0-15 C0-15 D0-15 E0-15"

_L43 = {
    "C": "A0-15 B0-15 C3,13-15 H0-1,3",
    "K": "A0-15 B0-1,3-7 C14-15 H3",
    "R": "A0-15 B0-15 C0-15 D2 H0-1,3",
    "V": f"{_LARGE} H0-1,3",
}

_L47 = {
    "J": "A0-15 B0-15 C0-15 D2 G9-14 H0-1",
    "Q": f"{_LARGE} F0-5,11-15 G0-15 H0-1",
    "R": "A0-15 B0-15 C0-15 D2 H0-1",
    "V": f"{_LARGE} H0-1",
    "Z": f"{_LARGE} F0-15 G0-15 H0-1",
}

_L4_PLUS = {
    "A": f"{_LARGE} F0-5,10-15 G0-15 H0-15 I0-11",
    "Q": f"{_LARGE} F0-5,11-15 G0-15 H0-1,3",
    "V": f"{_LARGE} H0-1,3",
    "Z": f"{_LARGE} F0-15 G0-15 H0-1,3",
}

_L476 = {
    **_L47,
    "M": "A0-15 B0-15 C0-15 D2,4-9 E7-8 G9-14 H0-1",
    "V": f"{_LARGE} G2-15 H0-1",
}

_L4R9 = {  # pins of the display's serial interface in place of some
    "A": "A0-15 B0-15 C0-4,6-15 D0-15 E0-15 F0-5,10-15 G0-13,15 H0-5,8-15 I0-7,9-11",
    "V": "A0-15 B0-15 C0-4,6-15 D0-10,14-15 E2-15 H0-1,3",
    "Z": f"{_LARGE} F0-15 G0-13,15 H0-1,3",
}

_LINES = (
    (("STM32L431", "STM32L433", "STM32L443"), _L43),
    (("STM32L432", "STM32L442"), {"K": _L43["K"]}),
    (("STM32L471", "STM32L475", "STM32L485", "STM32L486"), _L47),
    (("STM32L476",), _L476),
    (("STM32L4R5", "STM32L4R7", "STM32L4S5", "STM32L4S7"), _L4_PLUS),
    (("STM32L4R9", "STM32L4S9"), _L4R9),
)

PACKAGES = {part: packages for parts, packages in _LINES for part in parts}


def package_pins(part: str) -> frozenset[str] | None:
    """The pins of a part's package; None where its name does not tell the package."""
    ports = PACKAGES.get(part[:9], {}).get(part[9:10])
    return pins_of_ports(ports) if ports else None
