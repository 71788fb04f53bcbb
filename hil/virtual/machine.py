# SPDX-License-Identifier: Apache-2.0
"""The virtual board: core, memories and peripherals, run in virtual time.

Virtual time advances with the estimated cycles that the core executes, at the core clock that
RCC produces, and jumps while the core sleeps. Everything happens inside `run`: there are no
threads and no wall clock, so that two runs of one image with one input are the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy.typing as npt

from hil.virtual.availability import BoardRecord, unknown_reason
from hil.virtual.bus import Bus
from hil.virtual.cortex_m.exceptions import Exceptions
from hil.virtual.cortex_m.halting import Halting
from hil.virtual.cortex_m.nvic import NMI
from hil.virtual.cpu.core import Core
from hil.virtual.debugger_hold import DebuggerHold
from hil.virtual.faults.line import DisturbedLine
from hil.virtual.faults.making import make_faults, make_line
from hil.virtual.faults.names import VirtualFault
from hil.virtual.meters import CallMeter, CallMeters
from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.reception import Reception
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.run_loop import EventOwner, RunLoop
from hil.virtual.scheduler import NEVER_PS, PS_PER_SECOND, Scheduler
from hil.virtual.sound.sound import Sound
from hil.virtual.stm32.boards import WIRING
from hil.virtual.stm32.chips import CHIPS, REVISIONS
from hil.virtual.stm32.com_port import make_com_port
from hil.virtual.stm32.dma_channels import DmaClients
from hil.virtual.stm32.rcc_base import RESET_PIN, RESET_POWER, RESET_SOFTWARE, RESET_WATCHDOG
from hil.virtual.symbols import Segment, Symbols, read_elf, read_hex

DEFAULT_BAUD, ERASED = 921_600, 0xFF
"""Of the line before anybody opens it; what a byte of flash holds as delivered."""


class Machine:
    """A virtual board. `board` is its key in boards.yaml, or the whole record of it.

    `revision` is the letter of a silicon revision, where firmware has to tell them apart. Raises
    ValueError, with the text of `availability.unknown_reason`, if there is no such board. `faults`
    make it as bad as a board on a desk; without them nothing of that costs anything.
    """

    def __init__(
        self,
        board: BoardRecord | str,
        revision: str | None = None,
        faults: Collection[VirtualFault] = (),
    ) -> None:
        self.board_id = board if isinstance(board, str) else board.id
        if (reason := unknown_reason(board)) is not None:
            raise ValueError(reason)
        self.wiring = WIRING[self.board_id]
        self.hse_present = bool(self.wiring.hse_hz)
        """Whether the clock that the board feeds into HSE is there now."""
        self.lse_present = self.wiring.has_lse
        """Whether the 32.768 kHz crystal starts."""
        self.msi_ppm = 0
        """How far a free-running MSI is off, in millionths; set it before a reset."""
        self.chip = CHIPS[self.wiring.chip]
        if revision is not None:
            self.chip = REVISIONS[self.wiring.chip, revision]
        self.symbols = Symbols()
        self.accesses = self.reads = 0
        """Accesses to peripherals so far, and how many of them were reads."""
        self.broken_rule: RuleBroken | None = None
        """The rule that stopped the machine, if one did."""
        self.resets: list[str] = []
        """Resets since power-on that the firmware asked for, or the watchdog made of itself."""
        self.port_is_gone = False
        """Whether the host's serial port fails until it is opened again."""
        self._fault_names = tuple(faults)
        self.line = make_line(DEFAULT_BAUD, faults)
        self.sound = Sound()
        """What the board's microphone hears, in virtual time."""
        self.halting = Halting()
        self.core = Core(
            self.chip.core,
            self.chip.memories,
            peripheral_ranges=self.chip.peripheral_ranges,
            read=self._read,
            write=self._write,
            write_flash=self._write_flash,
        )
        self.scheduler = Scheduler(self.core, self.chip.start_hz)
        self._build()
        self.core.flash_bytes[:] = ERASED
        self.chip.identity.write_into(self.core, self.board_id)
        self.power_on()

    def _build(self) -> None:
        chip = self.chip
        processor = chip.make_processor(self, chip.interrupts, chip.clocked_memories)
        self.nvic, self.scb, self.systick = processor.nvic, processor.scb, processor.systick
        self.bus_memory, self.debug_control = processor.bus_memory, processor.debug
        parts = chip.make_parts(chip, self)
        self.rcc, self.pwr, self.flash = parts.rcc, parts.pwr, parts.flash
        self.usart = make_com_port(chip, self, parts, self.line)
        self.dma_clients = DmaClients((self.usart, *parts.dma_clients))
        members = [
            *processor.peripherals, self.rcc, self.pwr, self.flash, *parts.gpio.values(),
            self.usart, *parts.others,
        ]  # fmt: skip
        self.peripherals: dict[str, AnyPeripheral] = {member.name: member for member in members}
        self._owners: dict[str, EventOwner] = dict(self.peripherals)
        self.bus = Bus(self.peripherals, chip.clocks, self.rcc)
        self.meters = meters = CallMeters(self.core, self.nvic)
        self.exceptions = Exceptions(self.core, self.nvic, self.scb, meters)
        self.loop = RunLoop(
            self.core,
            self.scheduler,
            processor,
            exceptions=self.exceptions,
            halting=self.halting,
            meters=self.meters,
            owners=self._owners,
            reception=Reception(self),
            system_reset=self.system_reset,
        )
        self.debugger = DebuggerHold(self)
        if isinstance(self.line, DisturbedLine):
            self.line.events = self
            self._owners[self.line.name] = self.line
        self.faults = make_faults(self, self._fault_names)
        self._owners |= {fault.name: fault for fault in self.faults}

    # -- images and resets -----------------------------------------------------------------------

    def load_elf(self, path: Path | str) -> None:
        """Put an ELF file's segments into flash, take its symbols and lines, and reset."""
        segments, self.symbols = read_elf(Path(path))
        self._load(segments)

    def load_hex(self, path: Path | str) -> None:
        """Put an Intel HEX file into flash and reset; source lines are not known then."""
        self.symbols = Symbols()
        self._load(read_hex(Path(path)))

    def take_symbols(self, path: Path | str) -> None:
        """Take an ELF file's symbols and lines for an image that is in flash already."""
        _, self.symbols = read_elf(Path(path))
        self.core.set_stack_low(self.debugger.stack_limit)

    def load_segments(self, segments: list[Segment]) -> None:
        """Put bytes into flash and reset."""
        self.symbols = Symbols()
        self._load(segments)

    def _load(self, segments: list[Segment]) -> None:
        flash = self.core.flash
        self.core.flash_bytes[:] = ERASED
        for segment in segments:
            start = segment.address - flash.origin
            if not 0 <= start <= flash.size_bytes - len(segment.data):
                raise ValueError(
                    f"the image has {len(segment.data)} bytes at 0x{segment.address:08x},"
                    " outside flash"
                )
            self.core.flash_bytes[start : start + len(segment.data)] = list(segment.data)
        self.flash.forget_damage()
        self.core.forget_code()
        self.meters.forget()
        self.power_on()

    def power_on(self) -> None:
        """Power-on reset: RAM holds noise, counters and virtual time go on."""
        self.resets.clear()
        self.debugger.power_on()
        self.core.fill_ram_with_noise()
        for peripheral in self.peripherals.values():
            peripheral.power_on()
        self.restart(RESET_POWER)

    def reset(self) -> None:
        """Pull the reset line: core and peripherals start again, memories keep their contents."""
        watchdog = self.broken_rule is not None and self.broken_rule.rule is Rule.WATCHDOG_RESET
        flags = self.rcc.reset_flags | (RESET_WATCHDOG if watchdog else 0)
        self.restart(flags | RESET_PIN)

    def system_reset(self) -> None:
        """Reset as the firmware asked for by AIRCR.SYSRESETREQ."""
        self.resets.append(f"SYSRESETREQ at pc 0x{self.loop.pc:08x}")
        self.restart(self.rcc.reset_flags | RESET_SOFTWARE | RESET_PIN)

    def watchdog_reset(self) -> None:
        """Reset as the independent watchdog does, and go on."""
        self.resets.append("watchdog")
        self.restart(self.rcc.reset_flags | RESET_WATCHDOG | RESET_PIN)

    def port_fails(self) -> None:
        """Take the host's serial port away until it is opened again, with what is in it."""
        self.port_is_gone = True
        self.line.drop_coming()
        self.line.forget_received()

    def restart(self, flags: int) -> None:
        """Start again with these reset flags; memories keep their contents."""
        self.broken_rule = None
        self.scheduler.clear()
        for peripheral in self.peripherals.values():
            peripheral.reset()
        self.bus_memory.reset()
        self.bus_memory.reach_changed()
        self.rcc.set_reset_flags(flags)
        self.scheduler.set_clock(self.rcc.core_hz)
        self.core.reset(self.debugger.stack_limit)
        self.meters.reset()
        self.exceptions.clear_stack_limits()
        self.loop.start_at(self.core.word(self.core.flash.origin + 4), self.flash.fetch_vectors())
        self.halting.reset()
        self.usart.plan()
        if isinstance(self.line, DisturbedLine):
            self.line.reset()
        for fault in self.faults:
            fault.reset()

    def request_reset(self) -> None:
        """Take the firmware's request for a system reset at the end of the block."""
        self.loop.reset_requested = True
        self.core.stop_soon()

    def reset_peripherals(self, enable_register: str, bits: int) -> None:
        """Reset the peripherals whose enable bit has the same place in an xRSTR register."""
        for name, clock in self.chip.clocks.items():
            resets = clock.register == enable_register and bits >> clock.bit & 1
            if resets and name in self.peripherals:  # of the UARTs only one is
                self.peripherals[name].reset()

    def close(self) -> None:
        """Drop the line's contents; the machine can be loaded and run again."""
        self.line.drop_coming()
        self.line.forget_received()

    # -- time ------------------------------------------------------------------------------------

    @property
    def now_ps(self) -> int:
        """Virtual time since power-on in picoseconds."""
        return self.scheduler.now_ps

    @property
    def seconds(self) -> float:
        """Virtual time since power-on in seconds."""
        return self.now_ps / PS_PER_SECOND

    @property
    def instructions(self) -> int:
        """Instructions executed since power-on."""
        return self.core.instructions

    @property
    def cycles_now(self) -> int:
        """Estimated cycles up to the end of the block that runs now."""
        return self.core.cycles

    def schedule(self, owner: str, time_ps: int | None) -> None:
        """Call the `catch_up` of a peripheral at a time; None: never. One time per owner."""
        self.scheduler.schedule(owner, time_ps)

    def sleep_until(self, time_ps: int) -> None:
        """Let time pass without executing anything."""
        self.scheduler.sleep_until(time_ps)

    def clock_changed(self, cause: str) -> None:
        """Check the new operating point and go on at the new core clock."""
        sysclk_hz, hclk_hz = self.rcc.sysclk_hz, self.rcc.hclk_hz
        self.pwr.check(sysclk_hz, hclk_hz, cause)
        if not self.debugger.loader_runs:
            self.flash.check(hclk_hz, self.pwr.voltage_range, cause)
        core_hz = self.rcc.core_hz
        if core_hz != self.scheduler.clock_hz:
            self.scheduler.set_clock(core_hz)
            self.systick.clock_changed()
        self.core.stop_soon()

    def flash_changed(self, address: int, count: int) -> None:
        """Drop translated code at the end of the block: so many bytes of flash have changed."""
        self.loop.flash_changes.append((address, address + count))
        self.core.stop_soon()

    def pend_nmi(self) -> None:
        """Raise the interrupt that cannot be masked."""
        self.nvic.pend(NMI)

    def pass_busy_time(self, until_ps: int) -> None:
        """Let the time pass that a flash loader would poll away, reading one status again."""
        self.debugger.pass_busy_time(until_ps)

    @property
    def debugger_attached(self) -> bool:
        """Whether a debugger may halt the core."""
        return self.debugger.attached

    # -- callbacks of the core -------------------------------------------------------------------

    def _guard(self, access: Callable[..., int | None], *arguments: int) -> int:
        """Run an access; keep its failure for `run`, because the core cannot stop here."""
        if self.loop.failure is not None:
            return 0
        self.accesses += 1
        try:
            return access(*arguments) or 0
        except BaseException as error:
            self.fail(error)
            return 0

    def fail(self, error: BaseException) -> None:
        """Stop the core in the middle of an access, and let `run` raise the error."""
        if self.loop.failure is None:
            self.loop.failure = error
            self.core.abort()

    def _read(self, address: int, size: int) -> int:
        self.reads += 1
        return self._guard(self.debugger.read_peripheral, address, size)

    def _write(self, address: int, size: int, value: int) -> None:
        self._guard(self.debugger.write_peripheral, address, size, value)

    def _write_flash(self, address: int, size: int, value: int) -> bool:
        region = self.core.region_of(address)
        if region is not None and region.is_rom:
            return False
        if region is None or region.is_flash:
            self._guard(self.flash.program, address, size, value)
        else:
            what = f"{region.name} is written before ACTVOSRDY is read as 1"
            self.fail(RuleBroken(Rule.SUPPLY_CONFIGURATION, what, address))
        return True

    # -- the host's end of the line --------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Put bytes from the host on the line, after those already on their way."""
        self.line.send(data, self.now_ps)
        self.usart.plan_run()
        for fault in self.faults:
            fault.host_sent(len(data))

    def run_until_received(self) -> None:
        """Run until all bytes sent by the host have arrived."""
        coming = self.line.bytes_coming
        if coming:
            self.run((self.line.arrival_ps(coming - 1) - self.now_ps) / PS_PER_SECOND)

    def hear(self, samples: npt.NDArray[Any], rate_hz: int, after_s: float = 0.0) -> float:
        """Let the microphone hear samples from now, or some time after; returns when they end.

        Samples are int16, or levels of full scale 1.0; the return value is a time of `seconds`. A
        microphone is read a little ahead: sound begins where that ends, 10 ms after now at most.
        """
        if self.wiring.microphone is None:
            raise ValueError(f"{self.board_id} has no microphone that is modelled")
        begin_ps = max(self.now_ps + round(after_s * PS_PER_SECOND), self.sound.taken_ps)
        return self.sound.play(samples, rate_hz, begin_ps) / PS_PER_SECOND

    # -- running ---------------------------------------------------------------------------------

    def watch(self, symbol: str) -> CallMeter:
        """Meter the calls of a function by its symbol; raises KeyError without it."""
        return self.meters.watch(symbol, self.symbols.addresses[symbol])

    def run(self, seconds: float | None = None, until_bytes: int | None = None) -> None:
        """Run for a time, or until the board has sent so many unread bytes, whichever is first.

        Raises RuleBroken when the firmware breaks a rule; the machine then stays stopped.
        """
        until = NEVER_PS if seconds is None else self.now_ps + round(seconds * PS_PER_SECOND)
        if until_bytes is not None:
            self.line.bytes_wanted = max(0, until_bytes - len(self.line.from_board))
        if self.broken_rule is not None:
            raise self.broken_rule
        try:
            self.usart.plan_run()
            while self.now_ps < until:
                if until_bytes is not None and len(self.line.from_board) >= until_bytes:
                    return
                if not self.loop.step(until):
                    return
            self.usart.collect_sent()
        except RuleBroken as error:
            if error.rule is Rule.LOCKUP and self.halting.enabled:
                self.halting.locked_up = True
                return
            if error.pc is None:
                error.pc = self.loop.pc
            error.source_line = self.symbols.line_at(error.pc)
            self.broken_rule = error
            raise
        finally:
            self.line.bytes_wanted = 0
