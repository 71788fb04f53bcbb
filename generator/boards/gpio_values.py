# SPDX-License-Identifier: Apache-2.0
"""LEDs and buttons of a board's record to register values, for ``port/gpio_config.h``.

The templates see them as ``gpio``. Only applications with a board half have them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.boards.port_values import GPIO_STRIDE
from generator.boards.record import BoardSpec, Pin


@dataclass(frozen=True, slots=True)
class GpioPlace:
    """What a family says of its GPIO ports."""

    base: int
    """Address of port A; the others follow it."""
    enable_register: str
    """Of the RCC: bit 0 clocks port A, and the others follow it."""
    needs_supply: Callable[[str], bool] = lambda pin: False
    """Whether a pin is isolated until its supply is declared valid."""
    supply_register: str = ""
    supply_bit: int = 0
    """What declares it valid."""


@dataclass(frozen=True, slots=True)
class GpioPin:
    """One LED or button."""

    name: str
    """As boards.yaml has it."""
    constant: str
    """Its name in C, such as M2M_LED_GREEN."""
    pin: str
    port_base: int
    number: int
    on_is_high: bool
    """Whether lit, or pressed, is the high level."""


@dataclass(frozen=True, slots=True)
class GpioValues:
    """All of it: the templates see it as ``gpio``."""

    leds: tuple[GpioPin, ...]
    buttons: tuple[GpioPin, ...]
    ports: tuple[str, ...]
    """Letters of the ports that need a clock."""
    enable_register: str
    enable_mask: int
    needs_supply: bool
    supply_register: str
    supply_bit: int


def make_gpio(board: BoardSpec, place: GpioPlace) -> GpioValues:
    """Derive the values; `place`: that of the board's family."""
    leds = [(name, led.pin, led.lit) for name, led in board.leds.items()]
    buttons = [(name, one.pin, one.pressed) for name, one in board.buttons.items()]
    pins = [pin for _, pin, _ in (*leds, *buttons)]
    ports = sorted({pin[1] for pin in pins})
    return GpioValues(
        leds=tuple(_pin("LED", *led, place) for led in leds),
        buttons=tuple(_pin("BUTTON", *one, place) for one in buttons),
        ports=tuple(ports),
        enable_register=place.enable_register,
        enable_mask=sum(1 << _index(port) for port in ports),
        needs_supply=any(place.needs_supply(pin) for pin in pins),
        supply_register=place.supply_register,
        supply_bit=place.supply_bit,
    )


def _pin(kind: str, name: str, pin: str, on: str, place: GpioPlace) -> GpioPin:
    where = Pin(pin=pin, alternate_function=0)
    return GpioPin(
        name=name,
        constant=f"M2M_{kind}_{name.upper()}",
        pin=pin,
        port_base=place.base + GPIO_STRIDE * _index(where.port),
        number=where.number,
        on_is_high=on == "high",
    )


def _index(port: str) -> int:
    return ord(port) - ord("A")
