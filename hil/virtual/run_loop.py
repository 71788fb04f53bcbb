# SPDX-License-Identifier: Apache-2.0
"""The run loop: run the core up to the next event, then deal with whatever stopped it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from unicorn import arm_const as reg

from hil.virtual.cortex_m import nvic, scb
from hil.virtual.cortex_m.exceptions import EXC_RETURN_RANGE, Exceptions
from hil.virtual.cortex_m.halting import DFSR_BKPT, DFSR_HALTED, DFSR_VCATCH, Halting
from hil.virtual.cortex_m.processor import Processor
from hil.virtual.cpu import counters as at
from hil.virtual.cpu import thumb
from hil.virtual.cpu.block_hook import Stop
from hil.virtual.cpu.core import Core
from hil.virtual.cpu.core_outcome import Outcome
from hil.virtual.meters import CallMeters
from hil.virtual.reception import Reception
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.scheduler import NEVER_PS, PS_PER_SECOND, Scheduler

_INTERRUPT_SVC, _INTERRUPT_BKPT, _INTERRUPT_STKOF = 2, 7, 19
_HINTS_TAKEN_AS_NOPS = (0xBF10, 0xBF20)  # YIELD, WFE
_WFI = 0xBF30
_BARRIER = 0xF3BF
_DSB, _ISB = 0x8F40, 0x8F60
"""Second halfwords of the barriers; the lowest four bits say how far they reach."""
_SYSM_MSPLIM, _SYSM_CONTROL = 10, 20
_XPSR_THUMB = 1 << 24


class EventOwner(Protocol):
    """Who asks for calls at a time."""

    def on_time(self) -> None:
        """Do what is due by now."""


class RunLoop:
    """Runs one machine's core; knows where it is and whether it sleeps.

    `owners` of events are called when they are due, by their names; `system_reset` does what the
    firmware has asked for.
    """

    def __init__(
        self,
        core: Core,
        scheduler: Scheduler,
        processor: Processor,
        *,
        exceptions: Exceptions,
        halting: Halting,
        meters: CallMeters,
        owners: Mapping[str, EventOwner],
        reception: Reception,
        system_reset: Callable[[], None],
    ) -> None:
        self.core, self.scheduler = core, scheduler
        self.nvic, self.scb = processor.nvic, processor.scb
        self.bus_memory = processor.bus_memory
        exceptions.forbids = processor.bus_memory.forbids
        self.exceptions, self.halting, self.meters = exceptions, halting, meters
        self._owners = owners
        self._reception = reception
        self._system_reset = system_reset
        self.pc = 0
        self.failure: BaseException | None = None
        """What an access to a peripheral raised; it stops the run."""
        self.reset_requested = False
        self.flash_changes: list[tuple[int, int]] = []
        """Spans of flash (first address, end) that were changed since the core last stopped."""
        self.slice_cycles: int | None = None
        """Upper bound of one run of the core, for tests; results must not depend on it."""
        self.on_sleep: Callable[[int], None] | None = None
        """Called with the core cycles of each sleep."""
        self.sleeping = False
        """WFI was executed, and nothing has woken the core since."""
        self._stands_still = False
        self._cannot_start: str | None = None

    def start_at(self, vector: int, unreadable: str | None = None) -> None:
        """Start after a reset, at the address in the reset vector.

        `unreadable` says why the core could not read its vectors.
        """
        self.pc = vector & ~1
        self._cannot_start = unreadable
        if unreadable is None and not (vector & 1 and self.core.region_of(self.pc) is not None):
            what = "the reset vector is not the address of Thumb code: flash holds no image"
            self._cannot_start = what
        self.failure = None
        self.reset_requested = self.sleeping = self._stands_still = False

    def stand_still(self) -> None:
        """Execute nothing more until the next reset, whatever interrupts."""
        self._stands_still = True

    def go_to(self, address: int) -> None:
        """Go on somewhere else, as a debugger says that writes the program counter."""
        self.pc = address & ~1
        self.sleeping, self._cannot_start = False, None
        self.core.forget_previous_block()

    def step(self, until: int) -> bool:
        """Run up to the next event; False if nothing will ever happen again."""
        if self._process_events():
            return True  # The run may have what it waits for.
        if self.halting.stands or self._stands_still:
            return self._sleep(until)
        if self.sleeping:
            if self.nvic.best_pending() is None:
                return self._sleep(until)
            self.sleeping = False
        if self._cannot_start is not None:
            at = self.core.flash.origin + 4
            raise RuleBroken(Rule.LOCKUP, self._cannot_start, at, self.pc)
        if not self.halting.masks_interrupts and self._take_exceptions():
            return True
        self._run_core(until)
        while self.flash_changes:
            self.core.forget_code_in(*self.flash_changes.pop())
        if self.reset_requested:
            self._system_reset()
        return True

    def _take_exceptions(self) -> bool:
        """Enter the exceptions that may preempt; True if a debugger stops the core there."""
        before = len(self.nvic.active)
        self.pc = self.exceptions.take_pending(self.pc)
        entered = self.nvic.active[before:]
        caught = self.halting.enabled and self.halting.catches_hard_fault
        if caught and nvic.HARD_FAULT in entered:
            self.halting.halt(DFSR_VCATCH)
            return True
        return False

    def _run_core(self, until: int) -> None:
        core, one = self.core, self.halting.step_requested
        core.set_pending(self.nvic.best_pending() is not None)
        if one:
            self._reception.give_back()
        deadline = at.NO_DEADLINE if one else self._reception.deadline(until)
        self._reception.may_lend_again = self.slice_cycles is None and not one
        if self.slice_cycles is not None and not one:
            deadline = min(deadline, core.cycles + self.slice_cycles)
        outcome = core.run(self.pc, deadline, one=one)
        self.pc = core.pc
        self._reception.sync()
        self.meters.take_marks()
        self.halting.instruction_retired = True
        self.bus_memory.core_stopped()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        if core.stops.take_hit() is not None:
            core.uncount_rest_of_block(self.pc)
            self.halting.halt(DFSR_BKPT)
        elif one and outcome.ran_to_its_end:
            core.uncount_rest_of_block(self.pc)
            self.sleeping = self._halfword(self.pc - 2) == _WFI
            self.halting.halt(DFSR_HALTED)
        else:
            self._handle(outcome)
            if one and not self.halting.halted and outcome.stop is Stop.NONE:
                self.halting.halt(DFSR_HALTED)

    def _process_events(self) -> bool:
        due = self.scheduler.due()
        for owner in due:
            self.scheduler.schedule(owner, None)
            self._owners[owner].on_time()
        return bool(due)

    def _sleep(self, until: int) -> bool:
        target = self.scheduler.next_ps(until)
        if target >= NEVER_PS:
            return False
        if self.on_sleep is not None:
            slept_ps = max(0, target - self.scheduler.now_ps)
            self.on_sleep(slept_ps * self.scheduler.clock_hz // PS_PER_SECOND)
        self.scheduler.sleep_until(target)
        return True

    def _handle(self, outcome: Outcome) -> None:
        if outcome.stop is not Stop.NONE:
            self._handle_stop(outcome.stop)
        elif outcome.fault is None and not self.core.exit_demands_met():
            self._handle_stop(Stop.UNALIGNED_BEFORE)
        elif outcome.fault is not None:
            self._handle_fault(outcome)
        elif outcome.interrupt is not None:
            self._handle_interrupt(outcome.interrupt)
        elif outcome.invalid:
            self._handle_invalid()
        elif self._halfword(self.pc - 2) == _WFI:
            self._check_sleep()
            self.sleeping = True
        else:
            raise RuleBroken(Rule.MODE_UNMODELLED, "the core stopped for no known reason")

    def _check_sleep(self) -> None:
        """WFI is between barriers: right after a DSB, right before an ISB."""
        wfi = self.pc - 2
        for address, barrier, place in (
            (wfi - 4, _DSB, "after a DSB"),
            (self.pc, _ISB, "before an ISB"),
        ):
            halves = self._halfword(address), self._halfword(address + 2) & ~0xF
            if halves != (_BARRIER, barrier):
                raise RuleBroken(Rule.WFI_BARRIERS, f"WFI is not right {place}", pc=wfi)

    def _handle_stop(self, stop: Stop) -> None:
        core = self.core
        if stop is Stop.PROBES_NEEDED:
            core.probe_block(self.pc)
        elif stop is Stop.MASK_CHANGED:
            core.forget_previous_block()
        elif stop is Stop.LIMITS_CHANGED:
            core.forget_previous_block()
            self._read_special_register()
        elif stop is Stop.DIVIDE_BY_ZERO:
            core.uncount_rest_of_block(self.pc)
            self.exceptions.fault(nvic.USAGE_FAULT, scb.CFSR_DIVBYZERO, self.pc)
        elif stop not in {Stop.DEADLINE, Stop.MARKS_FULL}:
            raise self._rule_of(stop)

    def _rule_of(self, stop: Stop) -> RuleBroken:
        core = self.core
        if stop is Stop.FPU_DISABLED:
            what = "an FPU instruction while CPACR.CP10/CP11 is 0"
            return RuleBroken(Rule.FPU_DISABLED, what, pc=core.bad_pc)
        if stop is Stop.STACK:
            what = f"SP is below the image's stack limit 0x{core.stack_low:08x}"
            sp = core.get(reg.UC_ARM_REG_MSP)
            return RuleBroken(Rule.STACK_OVERFLOW, what, sp, core.bad_pc)
        if stop is Stop.NOT_IN_V7M:
            what = "MSPLIM or PSPLIM: ARMv7-M has no stack limits"
            pc = core.find_in_block(core.bad_pc, thumb.V8M_ONLY)
            return RuleBroken(Rule.ILLEGAL_INSTRUCTION, what, pc=pc)
        pc, base = core.unaligned_access()
        what = f"the base 0x{base:08x} is not a multiple of 4"
        return RuleBroken(Rule.UNALIGNED_MULTIWORD, what, base, pc)

    def _read_special_register(self) -> None:
        """Take what an MSR to MSPLIM, PSPLIM or CONTROL at the block's end has written.

        Unicorn does not show the limits, but the source register still holds the value.
        """
        core = self.core
        first, special = self._halfword(self.pc - 4), self._halfword(self.pc - 2) & 0xFF
        value = core.core_register(first & 15)
        if special == _SYSM_CONTROL:
            if value & 1:
                raise RuleBroken(Rule.MODE_UNMODELLED, "unprivileged mode (CONTROL.nPRIV)")
            return
        stack = reg.UC_ARM_REG_MSP if special == _SYSM_MSPLIM else reg.UC_ARM_REG_PSP
        self.exceptions.stack_limits[stack] = value & ~7

    def _handle_fault(self, outcome: Outcome) -> None:
        fault, exceptions = outcome.fault, self.exceptions
        assert fault is not None
        self.bus_memory.check_clock(fault.address)
        self.core.uncount_rest_of_block(self.pc)
        if self.bus_memory.forbids(fault.address):
            if fault.is_fetch:
                exceptions.fault(nvic.MEM_FAULT, scb.CFSR_IACCVIOL, self.pc)
            else:
                exceptions.fault(nvic.MEM_FAULT, scb.CFSR_DACCVIOL, self.pc, fault.address)
        elif fault.is_fetch:
            exceptions.fault(nvic.BUS_FAULT, scb.CFSR_IBUSERR, self.pc)
        elif fault.is_write:
            exceptions.fault(nvic.BUS_FAULT, scb.CFSR_IMPRECISERR, self.pc)
        else:
            exceptions.fault(nvic.BUS_FAULT, scb.CFSR_PRECISERR, self.pc, fault.address)

    def _handle_interrupt(self, number: int) -> None:
        core, exceptions = self.core, self.exceptions
        if self.pc >= EXC_RETURN_RANGE - 1:
            self._return_from_exception()
        elif number == _INTERRUPT_SVC:
            exceptions.supervisor_call(self.pc)
        elif number == _INTERRUPT_BKPT and self.halting.enabled:
            core.uncount_rest_of_block(self.pc)
            self.halting.halt(DFSR_BKPT)
        elif number == _INTERRUPT_BKPT:
            exceptions.hard_fault(scb.HFSR_DEBUGEVT, self.pc, "BKPT without a debugger")
        elif number == _INTERRUPT_STKOF and exceptions.overflow_is_taken:
            core.uncount_rest_of_block(self.pc)
            exceptions.fault(nvic.USAGE_FAULT, scb.CFSR_STKOF, self.pc)
        elif number == _INTERRUPT_STKOF:
            sp = core.get(reg.UC_ARM_REG_SP)
            what = "SP falls below MSPLIM or PSPLIM"
            raise RuleBroken(Rule.STACK_OVERFLOW, what, sp, self.pc)
        else:
            raise RuleBroken(Rule.ILLEGAL_INSTRUCTION, f"the core raises {number}", pc=self.pc)

    def _return_from_exception(self) -> None:
        if not self.nvic.active:
            self.exceptions.fault(nvic.BUS_FAULT, scb.CFSR_IBUSERR, self.pc)
            return
        self.pc = self.exceptions.leave(self.core.get(reg.UC_ARM_REG_PC))
        sleep_on_exit = bool(self.scb.values["SCR"] & scb.SLEEPONEXIT)
        self.sleeping = sleep_on_exit and not self.nvic.active

    def _handle_invalid(self) -> None:
        if self._halfword(self.pc - 2) in _HINTS_TAKEN_AS_NOPS:
            return
        core, exceptions = self.core, self.exceptions
        core.uncount_rest_of_block(self.pc)
        is_thumb = core.get(reg.UC_ARM_REG_XPSR) & _XPSR_THUMB
        status = scb.CFSR_UNDEFINSTR if is_thumb else scb.CFSR_INVSTATE
        exceptions.fault(nvic.USAGE_FAULT, status, self.pc)

    def _halfword(self, address: int) -> int:
        view = self.core.memory(address, 2)
        return 0 if view is None else int(view[0]) | int(view[1]) << 8
