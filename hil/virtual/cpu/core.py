# SPDX-License-Identifier: Apache-2.0
"""The processor core and its memories: Unicorn, the native hooks, and plain access to both."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import unicorn
from unicorn import arm_const as reg
from unicorn.unicorn_py3 import unicorn as binding

from hil.virtual.cpu import block_hook as hook
from hil.virtual.cpu import block_scan
from hil.virtual.cpu import counters as at
from hil.virtual.cpu.access_faults import AccessFaults, FlashWriteCallback
from hil.virtual.cpu.block_hook import Stop
from hil.virtual.cpu.byte_feed import ByteFeed
from hil.virtual.cpu.code_stops import CodeStops
from hil.virtual.cpu.code_tables import CodeTables
from hil.virtual.cpu.core_model import CoreModel
from hil.virtual.cpu.core_outcome import Outcome
from hil.virtual.cpu.engine_registers import EngineRegisters
from hil.virtual.cpu.memory_region import MemoryRegion
from hil.virtual.cpu.peripheral_space import PeripheralSpace, ReadCallback, WriteCallback
from hil.virtual.cpu.tlb_fill import DATA_SPANS, on_tlb_fill
from hil.virtual.cpu.watched_cells import WatchedCells

PAGE_BYTES = 1024
END_OF_RUN = 0xFFFFFFFE
_LONGEST_BLOCK_BYTES = 4096
"""No block that the engine translates is longer."""
_PREFETCH_ABORT = 3
"""The engine's number of the exception for a fetch where no code may be."""
_RUN_FOREVER_ERRORS = (unicorn.UC_ERR_INSN_INVALID,)
_NOWHERE = 0x9000_0000
"""Where no modelled chip has memory: it belongs to memories outside the chip."""
_CLEAR_LIMITS = bytes.fromhex("80f30a88 80f30b88")
"""msr msplim, r0; msr psplim, r0"""


class Core(EngineRegisters):
    """A core with its memories; peripherals are reached through two callbacks.

    `read(address, size)` and `write(address, size, value)` serve the peripheral and system
    regions. They must never stop the core: they set a deadline of 0 instead.
    """

    def __init__(
        self,
        model: CoreModel,
        regions: Sequence[MemoryRegion],
        *,
        peripheral_ranges: Sequence[tuple[int, int]],
        read: ReadCallback,
        write: WriteCallback,
        write_flash: FlashWriteCallback,
    ) -> None:
        engine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        engine.ctl_set_cpu_model(model.unicorn_model)
        super().__init__(engine, regions)
        self.model = model
        self.starts = 0
        """How often the core was started: each costs what thousands of instructions do."""
        self.stops = CodeStops(engine)
        """Where a debugger stops the core."""
        self.faults = AccessFaults(self, write_flash)
        self.watched = WatchedCells(engine, self.faults.note)
        """Cells that cannot be read as they should."""
        self.counters: npt.NDArray[np.uint64] = np.zeros(at.COUNTERS, np.uint64)
        self._words = self.counters.data
        """The counters, for reading single ones fast."""
        self.feed = ByteFeed(self.counters)
        self._scratch = np.zeros(1, np.uint32)
        self._data_spans = np.zeros(2 * DATA_SPANS, np.uint64)
        self._mark_log = np.zeros((at.MARKS_LOGGED, at.MARK_WORDS), np.uint64)
        self._costs = model.cycles.costs()
        space = PeripheralSpace(engine, before=self.faults.settle_flash, read=read, write=write)
        for origin, size in peripheral_ranges:
            space.map(origin, size)
        self._space = space
        self._interrupt: int | None = None
        self._install_counters()
        self.engine.hook_add(unicorn.UC_HOOK_INTR, self._on_interrupt)
        self.map_memories()

    def map_memories(
        self, blocked: Sequence[tuple[int, int]] = (), *, writable: bool = True
    ) -> None:
        """Let the core reach all memory but blocked spans; see `Memories`."""
        super().map_memories(blocked, writable=writable)
        spans = self.data_spans()
        self.faults.look_outside(spans)
        self._data_spans[: 2 * len(spans)] = np.array(spans, np.uint64).reshape(-1)
        self.counters[at.DATA_SPAN_COUNT] = len(spans)

    def _install_counters(self) -> None:
        flash, ram = self.flash, self.ram
        tcm = next((r for r in self.regions if r.origin == hook.TCM_BASE), None)
        self.tcm, self.code = tcm, CodeTables(flash, tcm)
        self._probed: set[int] = set()
        library = binding.uclib
        counters = self.counters
        counters[at.FLASH_BASE], counters[at.FLASH_SIZE] = flash.origin, flash.size_bytes
        counters[at.RAM_BASE], counters[at.RAM_SIZE] = ram.origin, ram.size_bytes
        counters[at.TCM_SIZE] = 0 if self.tcm is None else self.tcm.size_bytes
        counters[at.TCM_BYTES] = 0 if self.tcm is None else self._buffers[self.tcm].ctypes.data
        counters[at.TCM_SUMS] = self.code.tcm_sums.ctypes.data
        counters[at.FLASH_BYTES] = self.flash_bytes.ctypes.data
        counters[at.RAM_BYTES] = self.ram_bytes.ctypes.data
        counters[at.BLOCK_TABLE] = self.code.blocks.ctypes.data
        counters[at.PROBE_TABLE] = self.code.probes.ctypes.data
        counters[at.DEMAND_TABLE] = self.code.demands.ctypes.data
        counters[at.SCRATCH] = self._scratch.ctypes.data
        counters[at.COST_TABLE] = self._costs.ctypes.data
        counters[at.BRANCH_CYCLES] = self.model.cycles.branch_taken
        counters[at.IS_V8M] = int(self.model.is_v8m)
        stop = ctypes.cast(library.uc_emu_stop, ctypes.c_void_p).value
        read = ctypes.cast(library.uc_reg_read, ctypes.c_void_p).value
        write = ctypes.cast(library.uc_reg_write, ctypes.c_void_p).value
        assert stop is not None and read is not None and write is not None
        counters[at.STOP_FUNCTION], counters[at.READ_FUNCTION] = stop, read
        counters[at.WRITE_FUNCTION] = write
        counters[at.MARK_LOG] = self._mark_log.ctypes.data
        counters[at.DATA_SPANS] = self._data_spans.ctypes.data
        self.engine.ctl_set_tlb_mode(unicorn.UC_TLB_VIRTUAL)
        self._hook(unicorn.UC_HOOK_TLB_FILL, on_tlb_fill, 1, 0)
        self._hook(unicorn.UC_HOOK_BLOCK, hook.on_block, 1, 0)  # begin above end: everywhere

    def _hook(self, kind: int, callback: object, begin: int, end: int) -> None:
        handle = ctypes.c_size_t()
        error = binding.uclib.uc_hook_add(
            self.engine._uch,
            ctypes.byref(handle),
            kind,
            hook.address_of(callback),
            ctypes.c_void_p(self.counters.ctypes.data),
            ctypes.c_uint64(begin),
            ctypes.c_uint64(end),
        )
        if error:
            raise unicorn.UcError(error)

    # -- what the core reports -------------------------------------------------------------------

    def _on_interrupt(self, engine: unicorn.Uc, number: int, _: object) -> None:
        self._interrupt = number
        engine.emu_stop()

    # -- running ---------------------------------------------------------------------------------

    @property
    def instructions(self) -> int:
        """Instructions executed since power-on, exact at the start of a block."""
        return self._words[at.INSTRUCTIONS]

    @property
    def cycles(self) -> int:
        """Estimated cycles executed since power-on, without sleep."""
        return self._words[at.CYCLES]

    @property
    def bad_pc(self) -> int:
        """Where the rule was broken that made a hook stop the core."""
        return int(self.counters[at.BAD_PC])

    @property
    def stack_low(self) -> int:
        """Lowest address of the main stack by the image's symbols, 0 if they name none."""
        return int(self.counters[at.STACK_LOW])

    def set_stack_low(self, address: int) -> None:
        """Set the lowest address that the main stack may reach; 0: any."""
        self.counters[at.STACK_LOW] = address

    def allow_fpu(self, on: bool) -> None:
        """Let FPU instructions pass, or stop at them with `Stop.FPU_DISABLED`."""
        self.counters[at.FPU_ON] = int(on)

    def trap_divisions(self, on: bool) -> None:
        """Stop with `Stop.DIVIDE_BY_ZERO`, or let such a division give 0."""
        self.counters[at.TRAP_DIVIDE] = int(on)

    def set_pending(self, on: bool) -> None:
        """Stop at the end of a block that unmasks interrupts, for one is pending; or do not."""
        self._words[at.PENDING] = int(on)

    def add_cycles(self, cycles: int) -> None:
        """Charge cycles that no instruction stands for, such as exception entry."""
        self._words[at.CYCLES] += cycles

    def run(self, pc: int, deadline_cycles: int, *, one: bool = False) -> Outcome:
        """Run from `pc` up to the first block that starts at or after the deadline.

        `one`: run a single instruction.
        """
        self.starts += 1
        self._interrupt = self.faults.fault = None
        self.watched.apply()
        self.feed.set_stop(max(0, min(deadline_cycles, at.NO_DEADLINE)))
        self._words[at.STOP_REASON] = 0
        invalid = self._start(pc, one=one)
        while self.faults.take_code_in_ram():
            invalid = self._start(self.pc, one=one)
        if self.faults.take_fetch_of_no_code():
            self._interrupt = _PREFETCH_ABORT
        self.faults.settle_flash()
        stop = Stop(self._words[at.STOP_REASON])
        return Outcome(stop, self._interrupt, self.faults.fault, invalid)

    def _start(self, pc: int, *, one: bool) -> bool:
        """Start the engine; whether it ends at an instruction that it does not execute."""
        try:
            if one:
                self.stops.run_one(pc)
            else:
                self.engine.emu_start(pc | 1, END_OF_RUN)
        except unicorn.UcError as error:
            if error.errno == unicorn.UC_ERR_FETCH_PROT:
                self.faults.met_no_code(self.pc)
            if self.faults.fault is None:
                if error.errno not in _RUN_FOREVER_ERRORS:
                    raise
                return True
        return False

    def stop_soon(self) -> None:
        """Stop at the start of the next block (safe inside a peripheral's callback)."""
        self._words[at.DEADLINE] = self._words[at.STOP_AT] = 0

    def stop_by(self, cycles: int) -> None:
        """Stop at the first block that starts at or after these cycles, if not before."""
        words = self._words
        if cycles < words[at.STOP_AT]:
            words[at.STOP_AT] = max(0, cycles)
            words[at.DEADLINE] = min(words[at.DEADLINE], words[at.STOP_AT])

    @property
    def stops_soon(self) -> bool:
        """Whether `stop_soon` was called for the run under way."""
        return self._words[at.STOP_AT] == 0

    def abort(self) -> None:
        """Stop inside a peripheral's callback. The access is not completed: never go on after."""
        self.engine.emu_stop()

    def forget_previous_block(self) -> None:
        """Take the properties of the block before as dealt with."""
        self._words[at.BLOCK_ENTRY] = self._words[at.EXIT_DEMANDS] = 0

    def probe_block(self, address: int) -> None:
        """Hook the instructions of a new block that need a look of their own."""
        index = self.code.index(address)
        assert index is not None, "only code with a table entry asks for probes"
        entry = int(self.code.blocks[index])
        size = entry >> block_scan.SIZE_SHIFT
        for half in np.nonzero(self.code.probes[index : index + (size >> 1)])[0]:
            instruction = address + 2 * int(half)
            if instruction not in self._probed:
                self._probed.add(instruction)
                self._hook(unicorn.UC_HOOK_CODE, hook.on_probe, instruction, instruction)
        flag = block_scan.NEEDS_PROBES << block_scan.FLAGS_SHIFT
        self.code.blocks[index] = np.int64(entry & ~flag)
        self.engine.ctl_remove_cache(address, address + size)

    @property
    def probes(self) -> int:
        """Instructions that are looked at one by one."""
        return len(self._probed)

    def _current_block(self) -> tuple[npt.NDArray[np.uint8], int, int] | None:
        """Return the memory that holds the block that runs, and the block's offsets in it."""
        start = int(self.counters[at.BLOCK])
        size = int(self.counters[at.BLOCK_ENTRY]) >> block_scan.SIZE_SHIFT
        region = self.region_of(start)
        if region is None:
            return None
        offset = start - region.origin
        return self._buffers[region], offset, offset + size

    def uncount_rest_of_block(self, pc: int) -> None:
        """Take back what was counted for the block at `pc` from `pc` on: it did not run."""
        block = self._current_block()
        if block is None:
            return
        code, start, end = block
        offset = start + pc - int(self.counters[at.BLOCK])
        if start <= offset < end:
            missed = block_scan.instructions_between(code, offset, end)
            self.counters[at.INSTRUCTIONS] -= np.uint64(missed)
            self.counters[at.CYCLES] -= np.uint64(missed)
        self.counters[at.EXIT_DEMANDS] = 0

    def longest_gap_between_accesses(self) -> int:
        """Count instructions between neighbouring loads and stores of the running block."""
        block = self._current_block()
        return 0 if block is None else block_scan.longest_gap(*block)

    def exit_demands_met(self) -> bool:
        """Check what the last block demands of the registers, if no next block did."""
        demands = self._words[at.EXIT_DEMANDS]
        if not demands:
            return True
        self._words[at.EXIT_DEMANDS] = 0
        for number in range(15):
            allowed = demands >> 4 * number & 15
            if allowed and allowed != 1 << (self.core_register(number) & 3):
                return False
        return True

    def unaligned_access(self) -> tuple[int, int]:
        """Find the access of the running block that is not word aligned: its PC, its base."""
        block = self._current_block()
        start = int(self.counters[at.BLOCK])
        for offset, base in [] if block is None else block_scan.word_accesses(*block):
            value = self.core_register(base)
            if value & 3:
                assert block is not None
                return start + offset - block[1], value
        return start, 0

    def find_in_block(self, address: int, flag: int) -> int:
        """Find the first instruction of the block at `address` that has a flag of `thumb`."""
        index, region = self.code.index(address), self.region_of(address)
        if index is None or region is None:
            return address
        start = address - region.origin
        size = int(self.code.blocks[index]) >> block_scan.SIZE_SHIFT
        found = block_scan.find_flag(self._buffers[region], start, start + size, flag)
        return region.origin + found

    def mark(self, address: int, on: bool, *, called: bool = False) -> None:
        """Note when a block starts at this address of code; see `take_marks`.

        `called`: a function starts there, and what it returns to is noted too.
        """
        self.code.mark(address, on, called=called)

    def take_marks(self) -> list[list[int]]:
        """The marks passed since the last call, as `MARK_WORDS` of `counters` says, in order."""
        count = self._words[at.MARK_COUNT]
        if not count:
            return []
        self.counters[at.MARK_COUNT] = 0
        marks: list[list[int]] = self._mark_log[:count].tolist()
        return marks

    def forget_code(self) -> None:
        """Drop what was learned of the code, after all of flash has changed."""
        self.code.forget(slice(None))
        self.engine.ctl_flush_tb()

    def forget_code_in(self, start: int, end: int) -> None:
        """Drop what was learned of the code in a part of flash and of blocks that reach there."""
        start = max(self.flash.origin, start - _LONGEST_BLOCK_BYTES)
        self.code.forget(slice(self.code.index(start), self.code.index(end - 2)))
        self.engine.ctl_remove_cache(start, end)

    def reset(self, stack_low: int) -> None:
        """Start again as after a reset: registers, masks and the main stack of the vector table.

        `stack_low` is the lowest address that the main stack may reach, 0 if that is not known.
        """
        for register in (reg.UC_ARM_REG_PRIMASK, reg.UC_ARM_REG_BASEPRI, reg.UC_ARM_REG_FAULTMASK):
            self.set(register, 0)
        self.set(reg.UC_ARM_REG_XPSR, 0x0100_0000)
        self.set(reg.UC_ARM_REG_CONTROL, 0)
        self.clear_stack_limits()
        self.forget_code_in_ram()
        self.forget_previous_block()
        self.allow_fpu(False)
        self.trap_divisions(False)
        self.counters[at.STACK_LOW] = stack_low
        self.set(reg.UC_ARM_REG_MSP, self.word(self.flash.origin) & ~3)
        self.set(reg.UC_ARM_REG_LR, 0xFFFF_FFFF)

    def clear_stack_limits(self) -> None:
        """Reset the engine's own MSPLIM and PSPLIM, which only code can write."""
        if not self.model.is_v8m:
            return
        counters = self.counters.copy()
        code = np.zeros(PAGE_BYTES, np.uint8)
        code[: len(_CLEAR_LIMITS)] = list(_CLEAR_LIMITS)
        permissions = unicorn.UC_PROT_READ | unicorn.UC_PROT_EXEC
        self.engine.mem_map_ptr(_NOWHERE, PAGE_BYTES, permissions, code.ctypes.data)
        self.set(reg.UC_ARM_REG_R0, 0)
        self.feed.set_stop(at.NO_DEADLINE)
        self.engine.emu_start(_NOWHERE | 1, _NOWHERE + len(_CLEAR_LIMITS))
        self.engine.mem_unmap(_NOWHERE, PAGE_BYTES)
        self.counters[:] = counters
