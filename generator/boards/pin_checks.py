# SPDX-License-Identifier: Apache-2.0
"""Checks of the pins of a board's record: LEDs, buttons, and one pin for one purpose.

They take the record as it was read, so that a section with a fault of form hides no other's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from generator.boards.checks import Complaint
from generator.boards.record import Button, Led

DEBUG_PINS = {"PA13": "SWDIO", "PA14": "SWCLK"}
"""The debugger's pins in every family: without them the part is reached under reset alone."""

TAKEN_WORDS = ("count",)
"""Names that the generated header has a constant of its own for, such as M2M_LED_COUNT."""

KEEPERS = ("buttons", "leds", "microphone", "uart")
"""Sections whose pins are soldered: of two that name one pin the later of these keeps it."""

KINDS: tuple[tuple[str, type[Led] | type[Button]], ...] = (("leds", Led), ("buttons", Button))

_SPAN = re.compile(r"([A-K])([\d,-]+)")


def pins_of_ports(text: str) -> frozenset[str]:
    """The pins in "A0-15 B0-10,12-15": PA0 to PA15, PB0 to PB10, PB12 to PB15."""
    pins: set[str] = set()
    for port, spans in _SPAN.findall(text):
        for span in spans.split(","):
            first, _, last = span.partition("-")
            pins |= {f"P{port}{number}" for number in range(int(first), int(last or first) + 1)}
    return frozenset(pins)


def check_board_pins(
    fields: Mapping[str, Any], part: str, package_pins: frozenset[str] | None
) -> Iterator[Complaint]:
    """LEDs and buttons: pins that the part has, and that are not the debugger's; their names."""
    for section, model in KINDS:
        records = fields.get(section)
        for name, record in records.items() if isinstance(records, Mapping) else ():
            if name in TAKEN_WORDS:
                yield (section, name), "this name is taken by a constant", "choose another"
            try:
                pin = model.model_validate(record).pin
            except ValidationError:
                continue
            place = (section, name, "pin")
            if pin in DEBUG_PINS:
                yield place, f"{pin} is {DEBUG_PINS[pin]} of the debugger", "choose another pin"
            elif package_pins is not None and pin not in package_pins:
                on_port = sorted(
                    (known for known in package_pins if known[1] == pin[1]),
                    key=lambda known: int(known[2:]),
                )
                has = f"port {pin[1]} of it has {', '.join(on_port)}" if on_port else "no such port"
                yield place, f"{part} has no {pin}", f"mend the pin: {has}"


def check_pin_uses(fields: Mapping[str, Any]) -> Iterator[Complaint]:
    """A pin has one purpose: whatever of the record names it, wherever it stands."""
    first: dict[str, tuple[str, ...]] = {}
    ranked = sorted(fields, key=lambda key: KEEPERS.index(key) if key in KEEPERS else -1)
    for place, pin in _pins_below({key: fields[key] for key in reversed(ranked)}, ()):
        user = first.setdefault(pin, place)
        if user == place or user[0] == place[0] == "uart":  # `check_pins` tells of those
            continue
        yield (*place, "pin"), f"{pin} is taken by {'.'.join(user)}", "one pin for one purpose"


def _pins_below(
    record: Mapping[str, Any], at: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    pin = record.get("pin")
    if isinstance(pin, str):
        yield at, pin
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from _pins_below(value, (*at, str(key)))
