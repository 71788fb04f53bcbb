# SPDX-License-Identifier: Apache-2.0
"""Makes what a machine needs for its faults: the line, and the faults beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from hil.virtual.faults.chip import (
    LSI_TOLERANCE_PERCENT,
    HseMissing,
    LseMissing,
    LsiOff,
    PortVanishes,
    ResetInClip,
    StaleReady,
    WatchdogBite,
)
from hil.virtual.faults.fault import Fault, FaultyMachine
from hil.virtual.faults.flash import BitFlip, PowerLoss
from hil.virtual.faults.line import LINE_FAULTS, DisturbedLine
from hil.virtual.faults.names import VirtualFault
from hil.virtual.faults.probe import DebugSleep, TraceLost
from hil.virtual.serial_line import HostLine

_MAKERS: Mapping[VirtualFault, Callable[[FaultyMachine, str], Fault]] = {
    VirtualFault.DEBUG_SLEEP: DebugSleep,
    VirtualFault.TRACE_LOST: TraceLost,
    VirtualFault.WATCHDOG_BITE: WatchdogBite,
    VirtualFault.LSI_FAST: partial(LsiOff, percent=LSI_TOLERANCE_PERCENT),
    VirtualFault.LSI_SLOW: partial(LsiOff, percent=-LSI_TOLERANCE_PERCENT),
    VirtualFault.STALE_READY: StaleReady,
    VirtualFault.HSE_MISSING: HseMissing,
    VirtualFault.LSE_MISSING: LseMissing,
    VirtualFault.PORT_VANISHES: PortVanishes,
    VirtualFault.RESET_IN_CLIP: ResetInClip,
    VirtualFault.POWER_LOSS: PowerLoss,
    VirtualFault.BIT_FLIP: BitFlip,
}


def make_line(baud: int, faults: Collection[VirtualFault]) -> HostLine:
    """The line to the host, a disturbed one only where a fault asks for it."""
    return DisturbedLine(baud, faults) if LINE_FAULTS & set(faults) else HostLine(baud)


def make_faults(machine: FaultyMachine, faults: Collection[VirtualFault]) -> list[Fault]:
    """The faults of a machine that are none of its line."""
    return [_MAKERS[fault](machine, f"fault {fault.value}") for fault in faults if fault in _MAKERS]
