# SPDX-License-Identifier: Apache-2.0
"""No cycle count is taken from a counter that does not count.

A debugger that disconnects clears DEMCR, and with it DWT_CYCCNT is stopped: every difference of
two readings is 0. The firmware sets it going again and says so; what still comes as 0 is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.wire.messages import ClipResult, Hello, Message, PatchResult
from hil.link.errors import CycleCounterError

TOLERANCE = 0.01
"""Between SysTick and the cycle counter, which count one and the same clock; they are read one
after the other, some clocks apart of 16,000."""

_REMEDY = (
    "close every debugger that is attached to the board, take its power away and give it back, "
    "and run again"
)


def check_counter(hello: Hello) -> None:
    """Raise CycleCounterError unless the cycle counter counts what SysTick counts."""
    clocks, cycles = hello.check_clocks, hello.check_cycles
    if not clocks:
        raise CycleCounterError("the board's SysTick is stopped", _REMEDY)
    if not cycles:
        raise CycleCounterError("the board's cycle counter is stopped (DWT_CYCCNT)", _REMEDY)
    if abs(cycles / clocks - 1) > TOLERANCE:
        what = f"the board's cycle counter counted {cycles} where SysTick counted {clocks}"
        raise CycleCounterError(what, _REMEDY)


def refuse_lost_cycles(answers: Sequence[Message]) -> None:
    """Raise CycleCounterError where answers carry cycles of a counter that was stopped."""
    for message in answers:
        if isinstance(message, ClipResult) and message.counter_losses:
            what = f"the cycle counter was stopped in mid-clip, {message.counter_losses} times"
            raise CycleCounterError(f"{what}: a debugger has left", lost=True)
    for message in answers:
        if isinstance(message, PatchResult) and not message.network_cycles:
            what = f"patch {message.patch_index} took 0 cycles: the cycle counter is stopped"
            raise CycleCounterError(what, _REMEDY, lost=True)
