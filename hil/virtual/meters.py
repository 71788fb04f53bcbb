# SPDX-License-Identifier: Apache-2.0
"""Call meters: what a function costs, observed from outside by its symbol.

A Cortex-M33 has no instruction counter, so the firmware cannot report instructions; the machine
sees the function's entry and its return and subtracts. Exceptions taken in between are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hil.virtual.cpu.core import Core


class Nesting(Protocol):
    """How deep in exceptions the core is."""

    @property
    def active(self) -> Sequence[int]:
        """The active exceptions, outermost first."""


@dataclass(slots=True)
class CallMeter:
    """What the calls of one function cost so far; nested calls count as part of the outer one."""

    symbol: str
    address: int
    calls: int = 0
    instructions: int = 0
    cycles_estimated: int = 0
    last_instructions: int = 0
    last_cycles_estimated: int = 0
    per_call_instructions: list[int] = field(default_factory=list)
    """Instructions of each call, in the order of their returns."""

    def clear(self) -> None:
        """Start again from zero."""
        self.per_call_instructions.clear()
        self.calls = self.instructions = self.cycles_estimated = 0
        self.last_instructions = self.last_cycles_estimated = 0


@dataclass(slots=True)
class _Call:
    meter: CallMeter
    return_address: int
    stack_pointer: int
    depth: int
    instructions: int
    cycles: int
    left_out: tuple[int, int] = (0, 0)
    interrupted_at: tuple[int, int] | None = None


@dataclass(slots=True)
class CallMeters:
    """All meters of one core; `nesting` tells how deep in exceptions it is."""

    core: Core
    nesting: Nesting
    by_address: dict[int, CallMeter] = field(default_factory=dict)
    _open: list[_Call] = field(default_factory=list)
    _return_marks: dict[int, int] = field(default_factory=dict)

    def watch(self, symbol: str, address: int) -> CallMeter:
        """Meter the calls of the function `symbol` at an address of the loaded image."""
        address &= ~1
        meter = self.by_address.get(address)
        if meter is None:
            meter = CallMeter(symbol, address)
            self.by_address[address] = meter
            self.core.mark(address, True, called=True)
        return meter

    def forget(self) -> None:
        """Drop all meters: another image is loaded."""
        self.reset()
        for address in self.by_address:
            self.core.mark(address, False, called=True)
        self.by_address.clear()

    def reset(self) -> None:
        """Forget the calls under way, keep the totals."""
        for address in self._return_marks:
            if address not in self.by_address:
                self.core.mark(address, False)
        self._open.clear()
        self._return_marks.clear()

    def _now(self) -> tuple[int, int]:
        return self.core.instructions, self.core.cycles

    def take_marks(self) -> None:
        """Take over what the core has passed since it started: call it whenever it has stopped."""
        marks = self.core.take_marks()
        if not marks:
            return
        depth = len(self.nesting.active)  # It changes only while the core stands.
        for address, instructions, cycles, sp, link in marks:
            self._reached(address, instructions, cycles, sp, link, depth)

    def _reached(  # noqa: PLR0917
        self, address: int, instructions: int, cycles: int, sp: int, link: int, depth: int
    ) -> None:
        """Handle a block that starts at a marked address: a return, an entry, or both."""
        while self._open:
            call = self._open[-1]
            if call.return_address != address or call.stack_pointer != sp or call.depth != depth:
                break
            self._close(call, instructions, cycles)
        meter = self.by_address.get(address)
        if meter is not None:
            back = link & ~1
            self._open.append(_Call(meter, back, sp, depth, instructions, cycles))
            count = self._return_marks.get(back, 0)
            self._return_marks[back] = count + 1
            self.core.mark(back, True)

    def _close(self, call: _Call, instructions: int, cycles: int) -> None:
        self._open.pop()
        self._return_marks[call.return_address] -= 1
        if not self._return_marks[call.return_address]:
            del self._return_marks[call.return_address]
            if call.return_address not in self.by_address:
                self.core.mark(call.return_address, False)
        meter = call.meter
        if any(other.meter is meter for other in self._open):
            return  # A recursive call: the outermost one counts.
        meter.last_instructions = instructions - call.instructions - call.left_out[0]
        meter.last_cycles_estimated = cycles - call.cycles - call.left_out[1]
        meter.calls += 1
        meter.instructions += meter.last_instructions
        meter.per_call_instructions.append(meter.last_instructions)
        meter.cycles_estimated += meter.last_cycles_estimated

    def exception_entered(self) -> None:
        """Note that an exception begins: from here on its cost is left out."""
        depth = len(self.nesting.active) - 1
        for call in self._open:
            if call.depth == depth:
                call.interrupted_at = self._now()

    def exception_left(self) -> None:
        """Note that an exception has returned."""
        depth = len(self.nesting.active)
        instructions, cycles = self._now()
        for call in self._open:
            if call.depth == depth and call.interrupted_at is not None:
                began, began_cycles = call.interrupted_at
                out = call.left_out
                call.left_out = (out[0] + instructions - began, out[1] + cycles - began_cycles)
                call.interrupted_at = None
