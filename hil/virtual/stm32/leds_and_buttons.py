# SPDX-License-Identifier: Apache-2.0
"""What a person at the virtual board sees and touches: its LEDs and its buttons.

The host alone knows of it: nothing in the machine waits for these objects, and the firmware meets
them in its GPIO registers only.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.wiring import Wire, Wiring


class Board(Protocol):
    """What is asked of a machine."""

    @property
    def wiring(self) -> Wiring:
        """What is soldered to the chip."""

    @property
    def peripherals(self) -> dict[str, AnyPeripheral]:
        """All peripherals by name."""


class LedChange(NamedTuple):
    """An LED that goes on or off, in virtual time since power-on."""

    seconds: float
    lit: bool


class VirtualLed:
    """One LED."""

    def __init__(self, port: Gpio, wire: Wire) -> None:
        self._port, self._wire = port, wire

    @property
    def is_lit(self) -> bool:
        """Whether it shines now."""
        return self._port.driven(self._wire.pin) is self._wire.active_high

    @property
    def changes(self) -> list[LedChange]:
        """Each time that it went on or off since the machine was made; it began dark."""
        found: list[LedChange] = []
        lit = False
        for change in self._port.changes:
            now_lit = change.level is self._wire.active_high
            if change.pin == self._wire.pin and now_lit is not lit:
                lit = now_lit
                found.append(LedChange(change.time_ps / PS_PER_SECOND, lit))
        return found

    def was_lit(self, begin_s: float, end_s: float) -> bool:
        """Whether it shone at any time from `begin_s` up to `end_s`."""
        spans = self.changes
        ends = [change.seconds for change in spans[1:]] + [float("inf")]
        return any(
            change.lit and change.seconds <= end_s and end > begin_s
            for change, end in zip(spans, ends, strict=False)
        )


class VirtualButton:
    """One button. Let go it drives nothing, but what a pin without any pull may well read."""

    def __init__(self, port: Gpio, wire: Wire) -> None:
        self._port, self._wire = port, wire
        self.release()

    def press(self) -> None:
        """Hold it down."""
        self._port.drive(self._wire.pin, self._wire.active_high)

    def release(self) -> None:
        """Let it go: a pin that nothing pulls reads as if it were pressed, the worst case."""
        self._port.drive(self._wire.pin, self._wire.active_high, weakly=True)


def leds_of(board: Board) -> dict[str, VirtualLed]:
    """The LEDs of a machine by their names."""
    return {name: VirtualLed(_port(board, wire), wire) for name, wire in board.wiring.leds.items()}


def buttons_of(board: Board) -> dict[str, VirtualButton]:
    """The buttons of a machine by their names, all let go."""
    wires = board.wiring.buttons
    return {name: VirtualButton(_port(board, wire), wire) for name, wire in wires.items()}


def _port(board: Board, wire: Wire) -> Gpio:
    port = board.peripherals[f"GPIO{wire.port}"]
    assert isinstance(port, Gpio)
    return port
