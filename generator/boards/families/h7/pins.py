# SPDX-License-Identifier: Apache-2.0
"""Pins of the STM32H7 by package (DS12110, DS13195 and those of the other parts: pin definitions).

The letter is the part name's tenth: STM32H743Z... has 144 pins. Where a package comes with and
without the step-down converter, these are the pins of both together.
"""

from __future__ import annotations

from generator.boards.pin_checks import pins_of_ports

_LARGE = "A0-15 B0-15 C0-15 D0-15 E0-15"
_ALL = f"{_LARGE} F0-15 G0-15 H0-15 I0-15 J0-15 K0-7"

_RM0433 = {
    "A": f"{_LARGE} F0-15 G0-15 H0-5,10-12 I0-3,6-7,11-13 J0-1",
    "B": _ALL,
    "I": f"{_LARGE} F0-15 G0-15 H0-15 I0-11",
    "V": f"{_LARGE} H0-1",
    "X": _ALL,
    "Z": f"{_LARGE} F0-15 G0-15 H0-1",
}

_RM0455 = {
    "A": f"{_LARGE} F0-15 G0-15 H0-3,10-14",
    "I": f"{_LARGE} F0-15 G0-15 H0-15 I0-11 J8-11 K0-2",
    "L": _ALL,
    "N": _ALL,
    "Q": "A0-15 B0-15 C0-7,9-15 D0-15 E0-1,3-15 F14 G9-14 H0-1",
    "R": "A0-15 B0-10,12-15 C0-7,9-15 D2 H0-1",
    "V": f"{_LARGE} H0-1",
    "Z": f"{_LARGE} F0-15 G0-15 H0-1",
}

_LINES = (
    (("STM32H742", "STM32H743", "STM32H750", "STM32H753"), _RM0433),
    (("STM32H7A3", "STM32H7B3"), _RM0455),
    (("STM32H7B0",), {**_RM0455, "I": _RM0433["I"]}),
)

PACKAGES = {part: packages for parts, packages in _LINES for part in parts}


def package_pins(part: str) -> frozenset[str] | None:
    """The pins of a part's package; None where its name does not tell the package."""
    ports = PACKAGES.get(part[:9], {}).get(part[9:10])
    return pins_of_ports(ports) if ports else None
