# SPDX-License-Identifier: Apache-2.0
"""A core fault in words, from the fault status registers (Armv8-M ARM, D1.2: CFSR, HFSR)."""

from __future__ import annotations

from collections.abc import Callable

from generator.wire.messages import (
    FaultReport,
)

_EXCEPTIONS = {
    2: "NMI",
    3: "HardFault",
    4: "MemManage",
    5: "BusFault",
    6: "UsageFault",
    7: "SecureFault",
}

_CFSR_BITS = {
    0: "IACCVIOL: instruction fetch from a forbidden address",
    1: "DACCVIOL: data access to a forbidden address",
    3: "MUNSTKERR: forbidden access while leaving an exception",
    4: "MSTKERR: forbidden access while entering an exception",
    5: "MLSPERR: forbidden access while saving floating-point registers",
    8: "IBUSERR: bus error at an instruction fetch",
    9: "PRECISERR: bus error at a data access",
    10: "IMPRECISERR: bus error at an earlier write",
    11: "UNSTKERR: bus error while leaving an exception",
    12: "STKERR: bus error while entering an exception",
    13: "LSPERR: bus error while saving floating-point registers",
    16: "UNDEFINSTR: undefined instruction",
    17: "INVSTATE: not in Thumb state",
    18: "INVPC: bad exception return",
    19: "NOCP: coprocessor or FPU not enabled",
    20: "STKOF: stack overflow, caught by the stack limit",
    24: "UNALIGNED: unaligned access",
    25: "DIVBYZERO: division by zero",
}
_MMARVALID = 1 << 7
_BFARVALID = 1 << 15

_HFSR_BITS = {
    1: "VECTTBL: bus error at a vector fetch",
    30: "FORCED: raised from a fault that could not be taken",
    31: "DEBUGEVT: debug event without a debugger",
}


def describe_fault(report: FaultReport, describe_address: Callable[[int], str] = hex) -> str:
    """Several lines: exception, causes, addresses, and the code by name where it is known."""
    name = _EXCEPTIONS.get(report.exception, f"exception {report.exception}")
    causes = [text for bit, text in _CFSR_BITS.items() if report.cfsr >> bit & 1]
    causes += [text for bit, text in _HFSR_BITS.items() if report.hfsr >> bit & 1]
    lines = [f"the firmware took a {name}: {'; '.join(causes) or 'no cause recorded'}"]
    if report.cfsr & _MMARVALID:
        lines.append(f"  address of the access: 0x{report.mmfar:08x} (MMFAR)")
    if report.cfsr & _BFARVALID:
        lines.append(f"  address of the access: 0x{report.bfar:08x} (BFAR)")
    if report.pc:
        lines.append(f"  at:          {describe_address(report.pc)}")
    if report.lr:
        lines.append(f"  called from: {describe_address(report.lr & ~1)}")
    lines.append(
        f"  CFSR 0x{report.cfsr:08x}  HFSR 0x{report.hfsr:08x}  xPSR 0x{report.xpsr:08x}  "
        f"SP 0x{report.sp:08x}"
    )
    return "\n".join(lines)
