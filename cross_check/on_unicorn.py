# SPDX-License-Identifier: Apache-2.0
"""Running a program on the virtual board's core (Unicorn), with its hooks and call meters.

There is no chip model: the timer does not run, and the call meters count instructions.
"""

from __future__ import annotations

from unicorn import arm_const as reg

from cross_check.image import Image
from cross_check.machines import MEMORY_BYTES
from cross_check.program_output import Output, RunError, read_output
from hil.virtual.cpu import counters as at
from hil.virtual.cpu.block_hook import Stop
from hil.virtual.cpu.core import Core
from hil.virtual.cpu.core_outcome import Outcome
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.meters import CallMeters
from hil.virtual.symbols import read_elf

PERIPHERAL_RANGES = ((0x4000_0000, 0x2000_0000), (0xE000_0000, 0x0010_0000))
CPACR = 0xE000_ED88
CPACR_FPU_FULL = 0xF << 20
TIMER_REGISTERS = (0x0, 0x4, 0x8)

BREAKPOINT = 7
"""Unicorn's number of the BKPT exception."""
BREAKPOINT_BYTES = 2
OPEN, WRITE, EXIT_EXTENDED = 0x01, 0x05, 0x20
FILE_HANDLE = 1


class NoExceptions:
    """What the meters ask of an interrupt controller: none is active here."""

    active = ()


class CoreAlone:
    """A core with two memories, a timer that is stopped, and semihosting."""

    def __init__(self, image: Image) -> None:
        machine = image.machine
        self.image = image
        self.written = bytearray()
        self.exit_code: int | None = None
        self._refusal: str | None = None
        self.core = Core(
            machine.model,
            (
                MemoryRegion("code", machine.code, MEMORY_BYTES, is_flash=True),
                MemoryRegion("data", machine.data, MEMORY_BYTES),
            ),
            peripheral_ranges=PERIPHERAL_RANGES,
            read=self._read,
            write=self._write,
            write_flash=lambda address, size, value: False,
        )
        segments, self.symbols = read_elf(image.elf)
        self.core.fill_ram_with_noise()
        for segment in segments:
            view = self.core.memory(segment.address, len(segment.data))
            if view is None:
                raise RunError(f"no memory for the segment at 0x{segment.address:08x}")
            view[:] = list(segment.data)
        self.meters = CallMeters(self.core, NoExceptions())
        self.watched = {
            index: self.meters.watch(name, self.symbols.addresses[name])
            for index, name in enumerate(image.meters)
            if name in self.symbols.addresses  # the linker drops what nobody calls
        }

    def run(self) -> None:
        """Run from reset to the program's end; raises RunError if it does not finish."""
        core = self.core
        core.clear_stack_limits()
        core.counters[at.STACK_LOW] = self.symbols.stack_limit or 0
        core.set(reg.UC_ARM_REG_XPSR, 0x0100_0000)
        core.set(reg.UC_ARM_REG_MSP, core.word(core.flash.origin))
        pc = core.word(core.flash.origin + 4) & ~1
        while self.exit_code is None:
            outcome = core.run(pc, at.NO_DEADLINE)
            pc = core.pc
            self.meters.take_marks()
            if self._refusal is not None:
                raise self._refused(self._refusal, pc)
            pc = self._handle(outcome, pc)
        if self.exit_code:
            raise RunError(f"on Unicorn the program ended with {self.exit_code}")

    def _handle(self, outcome: Outcome, pc: int) -> int:
        core = self.core
        if outcome.stop is Stop.PROBES_NEEDED:
            core.probe_block(pc)
        elif outcome.stop is Stop.MARKS_FULL:
            pass
        elif outcome.interrupt == BREAKPOINT and core.exit_demands_met():
            self._semihosting()
            core.forget_previous_block()
            return pc + BREAKPOINT_BYTES
        else:
            raise self._refused(f"the core stopped: {outcome}", pc)
        return pc

    def _semihosting(self) -> None:
        core = self.core
        operation, block = core.get(reg.UC_ARM_REG_R0), core.get(reg.UC_ARM_REG_R1)
        values = [core.word(block + 4 * index) for index in range(3)]
        answer = 0
        if operation == OPEN:
            answer = FILE_HANDLE
        elif operation == WRITE and values[0] == FILE_HANDLE:
            view = core.memory(values[1], values[2])
            if view is None and values[2]:
                raise RunError(f"there is no memory at 0x{values[1]:08x} to write from")
            self.written += b"" if view is None else view.tobytes()
        elif operation == EXIT_EXTENDED:
            self.exit_code = values[1]
        else:
            raise RunError(f"semihosting operation 0x{operation:x}")
        core.set(reg.UC_ARM_REG_R0, answer)

    def _read(self, address: int, size: int) -> int:
        if size == 4 and address - self.image.machine.timer in TIMER_REGISTERS:
            return 0
        if size == 4 and address == CPACR:
            return 0
        self._refuse(f"a read of {size} bytes at 0x{address:08x}")
        return 0

    def _write(self, address: int, size: int, value: int) -> None:
        if size == 4 and address == CPACR and value == CPACR_FPU_FULL:
            self.core.counters[at.FPU_ON] = 1
        elif size != 4 or address - self.image.machine.timer not in TIMER_REGISTERS:
            self._refuse(f"a write of {size} bytes at 0x{address:08x}")

    def _refuse(self, what: str) -> None:
        self._refusal = self._refusal or what
        self.core.abort()

    def _refused(self, what: str, pc: int) -> RunError:
        return RunError(f"on Unicorn {what}, at pc 0x{pc:08x} ({self.symbols.line_at(pc)})")


def run_on_unicorn(image: Image) -> tuple[Output, dict[int, list[int]]]:
    """Run the program to its end; returns its output and the instructions of each call by meter."""
    alone = CoreAlone(image)
    alone.run()
    counts = {index: meter.per_call_instructions for index, meter in alone.watched.items()}
    return read_output(bytes(alone.written)), {
        index: list(calls) for index, calls in counts.items() if calls
    }
