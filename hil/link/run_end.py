# SPDX-License-Identifier: Apache-2.0
"""How the run before a start ended, in words, from the fault record that HELLO carries."""

from __future__ import annotations

from collections.abc import Callable

from generator.wire import Phase, RunEnd
from generator.wire.messages import FaultReport, Hello
from hil.link.core_fault import describe_fault


def fault_of(hello: Hello) -> FaultReport | None:
    """The core fault that ended the run before, as its FAULT_REPORT told it, or would have."""
    if hello.run_end != RunEnd.CORE_FAULT:
        return None
    return FaultReport(
        exception=hello.end_exception,
        cfsr=hello.end_status,
        hfsr=hello.end_hfsr,
        mmfar=hello.end_address,
        bfar=hello.end_address,
        pc=hello.end_pc,
        lr=hello.end_lr,
        xpsr=0,
        sp=0,
    )


def describe_end(hello: Hello, describe_address: Callable[[int], str] = hex) -> str:
    """What ended the run before, and where; empty for what its reset flags tell as well."""
    fault = fault_of(hello)
    if fault is not None:
        return f"{describe_fault(fault, describe_address)}\n  phase:       {phase_of(hello)}"
    if hello.run_end == RunEnd.WATCHDOG:
        return f"the watchdog ended it; phase: {phase_of(hello)}"
    if hello.run_end == RunEnd.SELF_CHECK:
        return (
            f"the firmware found its memory damaged: 0x{hello.end_status:08x} at "
            f"0x{hello.end_address:08x}\n  seen by:     {describe_address(hello.end_pc)}\n"
            f"  phase:       {phase_of(hello)}"
        )
    return ""


def phase_of(hello: Hello) -> str:
    """What the firmware did as the run ended."""
    known = next((phase for phase in Phase if phase == hello.end_phase), None)
    return known.doc if known is not None else f"phase {hello.end_phase}"
