# SPDX-License-Identifier: Apache-2.0
"""What a record says of a board's wiring: its chip, the pins of the ST-LINK's COM port, of LEDs
and of buttons, and its microphone.

The records are in the families' `boards.py`, apart from boards.yaml on purpose: the virtual board
must not follow a mistake there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PinFunction:
    """A pin (port letter, number) and the alternate function that a signal needs on it."""

    port: str
    pin: int
    alternate_function: int

    def __str__(self) -> str:
        return f"P{self.port}{self.pin}"


@dataclass(frozen=True, slots=True)
class PdmMicrophone:
    """A digital microphone: the peripheral that it is wired to, and what its data sheet says."""

    name: str
    peripheral: str
    pins: Mapping[str, PinFunction]
    """Its clock and its data line, by the peripheral's signal names."""
    edge: str
    """The edge of the clock at which its bit is to be taken, "rising" or "falling" (LR pin);
    "either" where two share the data line."""
    clock_range_hz: tuple[int, int]
    settle_s: float
    """Time from its clock's start to good data."""


@dataclass(frozen=True, slots=True)
class AnalogMicrophone:
    """An analogue microphone with its amplifier, around half the supply, at an ADC's input."""

    name: str
    peripheral: str
    port: str
    pin: int
    channel: int
    """Of the ADC."""
    bias: float
    """Its output in silence, as a share of the supply."""
    full_scale: float
    """Swing of a level of 1.0 to either side, as a share of half the supply."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A pin (port letter, number) that an LED or a button is on, and the level that means on."""

    port: str
    pin: int
    active_high: bool

    def __str__(self) -> str:
        return f"P{self.port}{self.pin}"


@dataclass(frozen=True, slots=True)
class Wiring:
    """One board: its chip, its COM port's USART, and the pins of TX and RX seen from the chip."""

    chip: str
    usart: str
    pins: dict[str, PinFunction]
    hse_hz: int = 0
    """Clock that the board feeds into HSE (no crystal); 0: none."""
    has_lse: bool = False
    """Whether the board carries a 32.768 kHz crystal on LSE, where that is modelled."""
    supply: str = "LDO"
    """How the board supplies the core where the chip has a choice: LDO or SMPS."""
    microphone: PdmMicrophone | AnalogMicrophone | None = None
    """The one that is modelled, if any."""
    leds: Mapping[str, Wire] = field(default_factory=dict)
    buttons: Mapping[str, Wire] = field(default_factory=dict)
    """By name; pressed is on."""
