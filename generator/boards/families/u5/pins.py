# SPDX-License-Identifier: Apache-2.0
"""Pins of the STM32U575/U585 by package (DS13086, DS13737: pin definitions).

The letter is the part name's tenth: STM32U585A... has 169 pins. Where a package comes with and
without the step-down converter, these are the pins of both together.
"""

from __future__ import annotations

from generator.boards.pin_checks import pins_of_ports

_LARGE = "A0-15 B0-15 C0-15 D0-15 E0-15"

PACKAGES = {
    "A": f"{_LARGE} F0-15 G0-15 H0-15 I0-7",
    "C": "A0-15 B0-10,12-15 C13-15 H0-1,3",
    "O": "A0-15 B0-10,13-15 C0-3,5-15 D0-2,4-5,14-15 E3-10 G9-14 H0-1,3",
    "Q": f"{_LARGE} F0-5,11-15 G0-15 H0-1,3",
    "R": "A0-15 B0-10,12-15 C0-15 D2 H0-1,3",
    "V": f"{_LARGE} H0-1,3",
    "Z": f"{_LARGE} F0-15 G0-15 H0-1,3",
}


def package_pins(part: str) -> frozenset[str] | None:
    """The pins of a part's package; None where its name does not tell the package."""
    ports = PACKAGES.get(part[9:10])
    return pins_of_ports(ports) if ports else None


def needs_vddio2(pin: str) -> bool:
    """PG2 to PG15 are isolated until VDDIO2 is declared valid (RM0456, PWR_SVMCR.IO2SV)."""
    return pin.startswith("PG") and int(pin[2:]) >= 2
