# SPDX-License-Identifier: Apache-2.0
"""Exception entry and return with integer and floating-point frames, and fault escalation.

ARMv8-M ARM (DDI 0553) sections B3.18 to B3.22; ARMv7-M ARM (DDI 0403) section B1.5. Unicorn
executes instructions but takes no exceptions; this module does by hand what the core does. The FP
part of a frame is always stored at entry: lazy stacking differs in time only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from unicorn import arm_const as reg

from hil.virtual.cortex_m import nvic, scb
from hil.virtual.cpu.core import Core
from hil.virtual.meters import CallMeters
from hil.virtual.rules import Rule, RuleBroken

_FRAME = (
    reg.UC_ARM_REG_R0, reg.UC_ARM_REG_R1, reg.UC_ARM_REG_R2, reg.UC_ARM_REG_R3,
    reg.UC_ARM_REG_R12, reg.UC_ARM_REG_LR,
)  # fmt: skip
_CONTROL_AND_FRAME = (reg.UC_ARM_REG_CONTROL, *_FRAME)
_AT_ENTRY = (reg.UC_ARM_REG_CONTROL, reg.UC_ARM_REG_SP, reg.UC_ARM_REG_XPSR, *_FRAME)
_MASKS = (reg.UC_ARM_REG_BASEPRI, reg.UC_ARM_REG_PRIMASK, reg.UC_ARM_REG_FAULTMASK)
_FLOATS = tuple(reg.UC_ARM_REG_S0 + i for i in range(16))
FRAME_BYTES, FLOAT_FRAME_BYTES = 0x20, 0x68

CONTROL_SPSEL, CONTROL_FPCA, CONTROL_SFPA = 1 << 1, 1 << 2, 1 << 3
XPSR_THUMB, XPSR_ALIGNED = 1 << 24, 1 << 9
XPSR_FLAGS = 0xF80F_0000
XPSR_IT = 0x0600_FC00
XPSR_EXCEPTION = 0x1FF

EXC_RETURN_NO_FLOAT, EXC_RETURN_THREAD, EXC_RETURN_PSP = 1 << 4, 1 << 3, 1 << 2
EXC_RETURN_CHOICES = EXC_RETURN_NO_FLOAT | EXC_RETURN_THREAD | EXC_RETURN_PSP
EXC_RETURN_RANGE = 0xFF00_0000

FAULTMASK_PRIORITY = -1

_OF_STACKING = {
    scb.CFSR_MSTKERR: nvic.MEM_FAULT,
    scb.CFSR_STKERR: nvic.BUS_FAULT,
    scb.CFSR_STKOF: nvic.USAGE_FAULT,
}
"""The fault of each way in which a frame is not stored."""


class Exceptions:
    """Takes and returns from exceptions on behalf of the core."""

    def __init__(self, core: Core, state: nvic.Nvic, block: scb.Scb, meters: CallMeters) -> None:
        self.core = core
        self.nvic = state
        self.scb = block
        self.meters = meters
        self.overflow_is_taken = False
        """Whether a stack that ends is a fault, as in silicon; else it stops the run, by name."""
        self.forbids: Callable[[int], bool] = lambda _address: False
        """Whether the MPU forbids an address."""
        self.stack_limits: dict[int, int] = {}
        self.clear_stack_limits()

    def clear_stack_limits(self) -> None:
        """Reset MSPLIM and PSPLIM."""
        self.stack_limits = {reg.UC_ARM_REG_MSP: 0, reg.UC_ARM_REG_PSP: 0}

    # -- priorities ------------------------------------------------------------------------------

    def execution_priority(self) -> int:
        """Priority that a pending exception must beat, masks included."""
        state = self.nvic
        priority = state.active_priority()
        basepri, primask, faultmask = self.core.get_many(_MASKS)
        basepri &= nvic.PRIORITY_MASK
        if basepri:
            priority = min(priority, basepri & ~((2 << self.scb.priority_group) - 1))
        if primask & 1:
            priority = min(priority, 0)
        if faultmask & 1:
            priority = min(priority, FAULTMASK_PRIORITY)
        return priority

    def take_pending(self, pc: int) -> int:
        """Enter the pending exceptions that may preempt; return where to go on."""
        state = self.nvic
        while True:
            best = state.best_pending()
            if best is None or state.group_priority(best) >= self.execution_priority():
                return pc
            pc = self.enter(best, pc)

    # -- entry and return ------------------------------------------------------------------------

    def enter(self, exception: int, return_address: int) -> int:
        """Stack a frame and go to the handler; return the handler's address."""
        core, state = self.core, self.nvic
        control, before, xpsr, *frame = core.get_many(_AT_ENTRY)
        has_float = bool(control & CONTROL_FPCA)
        thread = not state.active
        uses_psp = thread and bool(control & CONTROL_SPSEL)
        stack = reg.UC_ARM_REG_PSP if uses_psp else reg.UC_ARM_REG_MSP
        size = FLOAT_FRAME_BYTES if has_float else FRAME_BYTES
        sp = before - size & ~7
        xpsr &= ~XPSR_ALIGNED
        if before - size & 4:
            xpsr |= XPSR_ALIGNED
        words = [*frame, return_address, xpsr]
        if has_float:
            words += [*core.get_many(_FLOATS), core.get(reg.UC_ARM_REG_FPSCR), 0]
        status = self._store_frame(sp, words, stack, return_address)
        if status:
            exception = self._derived(exception, status, return_address)
            sp = max(sp, self.stack_limits[stack])
        link = core.model.exc_return | (0 if has_float else EXC_RETURN_NO_FLOAT)
        link |= EXC_RETURN_THREAD if thread else 0
        link |= EXC_RETURN_PSP if uses_psp else 0
        core.set_many(
            (reg.UC_ARM_REG_CONTROL, reg.UC_ARM_REG_XPSR, stack, reg.UC_ARM_REG_LR),
            (
                control & ~(CONTROL_SPSEL | CONTROL_FPCA | CONTROL_SFPA),
                xpsr & XPSR_FLAGS | XPSR_THUMB | exception,
                sp,
                link,
            ),
        )
        state.enter(exception)
        core.add_cycles(core.model.cycles.exception_entry)
        self.meters.exception_entered()
        core.forget_previous_block()
        return self._handler(exception, return_address)

    def _store_frame(self, sp: int, words: list[int], stack: int, pc: int) -> int:
        """Store it; the CFSR bit of what prevents that, where it is taken as a fault."""
        view = self.core.memory(sp, 4 * len(words))
        region = self.core.region_of(sp)
        is_over = sp < self.stack_limits[stack]
        if not is_over and view is not None and region is not None and region.is_ram:
            view[:] = memoryview(struct.pack(f"<{len(words)}I", *words))
            return 0
        if not self.overflow_is_taken:
            what = f"no room for an exception's frame of {4 * len(words)} bytes at 0x{sp:08x}"
            raise RuleBroken(Rule.STACK_OVERFLOW, what, sp, pc)
        if is_over:
            return scb.CFSR_STKOF
        return scb.CFSR_MSTKERR if self.forbids(sp) else scb.CFSR_STKERR

    def _derived(self, entered: int, status: int, pc: int) -> int:
        """The exception that is entered in place of one whose frame could not be stored.

        A fault of the entry itself goes first if its priority is higher, and is a HardFault if not
        (DDI 0403 section B1.5.8, DDI 0553 section B3.20: derived exceptions).
        """
        fault = _OF_STACKING[status]
        block, state = self.scb, self.nvic
        block.values["CFSR"] |= status
        enabled = block.values["SHCSR"] & scb.SHCSR_ENABLE[fault]
        if enabled and state.group_priority(fault) < state.group_priority(entered):
            return fault
        if entered in (nvic.HARD_FAULT, nvic.NMI):
            raise RuleBroken(Rule.LOCKUP, "no stack for a HardFault or NMI", pc=pc)
        block.values["HFSR"] |= scb.HFSR_FORCED
        return nvic.HARD_FAULT

    def _handler(self, exception: int, pc: int) -> int:
        address = self.scb.vector_table + 4 * exception
        handler = self.core.word(address)
        if self.core.watched.first_in(address, 4) is not None:
            raise RuleBroken(
                Rule.LOCKUP,
                f"the vector of exception {exception} is in cells of flash that cannot be read:"
                " a write or erase was interrupted there",
                address,
                pc,
            )
        if self.core.region_of(address, 4) is None or not handler & 1:
            raise RuleBroken(
                Rule.BUS_FAULT,
                f"the vector of exception {exception} at 0x{address:08x} is 0x{handler:08x}",
                address,
                pc,
            )
        return handler & ~1

    def leave(self, link: int) -> int:
        """Return from the innermost exception by an EXC_RETURN value; return where to go on.

        Bit 0 of `link` is lost when it becomes the PC.
        """
        core, state = self.core, self.nvic
        link |= core.model.exc_return & 1
        has_float = not link & EXC_RETURN_NO_FLOAT
        to_thread = bool(link & EXC_RETURN_THREAD)
        uses_psp = bool(link & EXC_RETURN_PSP)
        stack = reg.UC_ARM_REG_PSP if uses_psp else reg.UC_ARM_REG_MSP
        valid = link & ~EXC_RETURN_CHOICES == core.model.exc_return
        valid &= to_thread or not uses_psp
        if not state.active or to_thread != (len(state.active) == 1) or not valid:
            raise RuleBroken(
                Rule.MODE_UNMODELLED, f"a return by EXC_RETURN 0x{link:08x} that fits no exception"
            )
        if state.leave() not in (nvic.NMI, nvic.HARD_FAULT):
            core.set(reg.UC_ARM_REG_FAULTMASK, 0)
        sp = core.get(stack)
        size = FLOAT_FRAME_BYTES if has_float else FRAME_BYTES
        view = core.memory(sp, size)
        if view is None:
            raise RuleBroken(Rule.STACK_OVERFLOW, f"no frame to return to at 0x{sp:08x}", sp)
        words: tuple[int, ...] = struct.unpack(f"<{size // 4}I", view.tobytes())
        xpsr = words[7]
        if not xpsr & XPSR_THUMB:
            raise RuleBroken(
                Rule.MODE_UNMODELLED, "a return to a frame whose xPSR.T is 0: no Thumb state"
            )
        core.set(reg.UC_ARM_REG_XPSR, xpsr & (XPSR_FLAGS | XPSR_IT | XPSR_EXCEPTION) | XPSR_THUMB)
        control = core.get(reg.UC_ARM_REG_CONTROL) & ~(CONTROL_SPSEL | CONTROL_FPCA | CONTROL_SFPA)
        if has_float:
            control |= CONTROL_FPCA | (CONTROL_SFPA if core.model.is_v8m else 0)
        control |= CONTROL_SPSEL if uses_psp else 0
        core.set_many(_CONTROL_AND_FRAME, (control, *words[:6]))
        if has_float:
            core.set_many(_FLOATS, words[8:24])
            core.set(reg.UC_ARM_REG_FPSCR, words[24])
        core.set(stack, sp + size + (4 if xpsr & XPSR_ALIGNED else 0))
        core.add_cycles(core.model.cycles.exception_return)
        self.meters.exception_left()
        core.forget_previous_block()
        return words[6] & ~1

    # -- faults ----------------------------------------------------------------------------------

    def fault(self, exception: int, status: int, pc: int, address: int | None = None) -> None:
        """Record a fault and make the exception pending that silicon would take for it.

        `exception` is the configurable fault, `status` its CFSR bits. A fault that cannot be
        taken becomes a HardFault; one inside HardFault or NMI locks the core up.
        """
        block, state = self.scb, self.nvic
        block.values["CFSR"] |= status
        if address is not None and exception == nvic.BUS_FAULT:
            block.values["CFSR"] |= scb.CFSR_BFARVALID
            block.values["BFAR"] = address
        elif address is not None:
            block.values["CFSR"] |= scb.CFSR_MMARVALID
            block.values["MMFAR"] = address
        priority = self.execution_priority()
        enabled = block.values["SHCSR"] & scb.SHCSR_ENABLE[exception]
        if enabled and state.group_priority(exception) < priority:
            state.pend(exception)
            return
        self.hard_fault(scb.HFSR_FORCED, pc, f"CFSR 0x{block.values['CFSR']:08x}", address)

    def hard_fault(self, status: int, pc: int, what: str, address: int | None = None) -> None:
        """Make HardFault pending, or lock up."""
        self.scb.values["HFSR"] |= status
        if self.execution_priority() <= FAULTMASK_PRIORITY:
            raise RuleBroken(
                Rule.LOCKUP, f"a fault ({what}) in the HardFault or NMI handler", address, pc
            )
        self.nvic.pend(nvic.HARD_FAULT)

    def supervisor_call(self, pc: int) -> None:
        """SVC: pending, or a HardFault where it cannot be taken."""
        state = self.nvic
        if state.group_priority(nvic.SVCALL) < self.execution_priority():
            state.pend(nvic.SVCALL)
        else:
            self.hard_fault(scb.HFSR_FORCED, pc, "SVC that cannot be taken")
