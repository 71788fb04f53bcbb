# SPDX-License-Identifier: Apache-2.0
"""A debugger's hold on the core: halt, step, breakpoints, reset catch, registers, bus errors."""

from __future__ import annotations

import pytest

from hil.virtual.cortex_m.halting import DFSR_BKPT, DFSR_HALTED, DFSR_VCATCH
from hil.virtual.debug import debug_bus as bus
from hil.virtual.debug.debug_port import AP_IDR, DPIDR, DebugPort, TransferRefusedError
from hil.virtual.debug.rom_table import DWT, FPB, ROM_TABLE, SCS
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.hil.virtual.conftest import Boot, variable

BOARDS = ("u585", "l475", "h743")
COUNT = """
volatile uint32_t count;
__attribute__((noinline)) void step_on(void) { count++; }
void reset(void) { BEGIN; for (;;) { step_on(); } }
"""
KEY = bus.DBGKEY << 16
DRW, TAR, CSW = 0x0C, 0x04, 0x00
CSW_WORD_INCREMENT = 0x12
RESET_VECTOR = 0x0800_0004
FPB_COMP0, R0, PC, XPSR, MSP = FPB + 8, 0, 15, 16, 17
SYSRESETREQ = 0x05FA_0004


def attached(machine: Machine) -> DebugPort:
    """A debugger at the machine; the program runs on."""
    port = DebugPort(machine)
    port.bus.write(bus.DHCSR, 4, KEY | bus.C_DEBUGEN)
    return port


def halt(port: DebugPort) -> None:
    port.bus.write(bus.DHCSR, 4, KEY | bus.C_DEBUGEN | bus.C_HALT)


def resume(port: DebugPort, *, step: bool = False) -> None:
    port.bus.write(bus.DFSR, 4, 0x1F)
    port.bus.write(bus.DHCSR, 4, KEY | bus.C_DEBUGEN | (bus.C_STEP if step else 0))


def status(port: DebugPort) -> int:
    return port.bus.read(bus.DHCSR, 4)


def register(port: DebugPort, selector: int) -> int:
    port.bus.write(bus.DCRSR, 4, selector)
    return port.bus.read(bus.DCRDR, 4)


def set_register(port: DebugPort, selector: int, value: int) -> None:
    port.bus.write(bus.DCRDR, 4, value)
    port.bus.write(bus.DCRSR, 4, 1 << 16 | selector)


def address_of(machine: Machine, name: str) -> int:
    return machine.symbols.addresses[name] & ~1


@pytest.fixture(params=BOARDS)
def counting(request: pytest.FixtureRequest, boot_on: Boot) -> Machine:
    """A program that counts for ever."""
    board: str = request.param
    # The H7 may not write RAM before its supply is settled.
    return boot_on(board, COUNT.replace("BEGIN", "clock_begin()" if board == "h743" else ""))


def test_halted_core_stands_while_time_goes_on(counting: Machine) -> None:
    port = attached(counting)
    counting.run(0.001)
    halt(port)
    before, seconds = variable(counting, "count"), counting.seconds
    assert before > 10
    counting.run(0.01)
    assert variable(counting, "count") == before
    assert counting.seconds - seconds == pytest.approx(0.01)
    assert status(port) & bus.S_HALT
    assert port.bus.read(bus.DFSR, 4) == DFSR_HALTED
    resume(port)
    counting.run(0.001)
    assert variable(counting, "count") > before
    assert not status(port) & bus.S_HALT


def test_step_runs_one_instruction(counting: Machine) -> None:
    port = attached(counting)
    counting.run(0.001)
    halt(port)
    for _ in range(20):
        before, executed = register(port, PC), counting.instructions
        resume(port, step=True)
        counting.run(0.0001)
        assert status(port) & bus.S_HALT
        assert register(port, PC) != before
        assert counting.instructions == executed + 1


def test_breakpoint_stops_before_its_instruction(counting: Machine) -> None:
    """Also a step from there does not pass it: a debugger takes it away for that long."""
    port = attached(counting)
    counting.run(0.001)
    halt(port)
    place = address_of(counting, "step_on")
    half = (2 if place & 2 else 1) << 30
    compare = (place if counting.core.model.is_v8m else place & ~3 | half) | 1
    port.bus.write(FPB, 4, 3)
    seen = []
    for _ in range(3):
        port.bus.write(FPB_COMP0, 4, compare)
        resume(port)
        counting.run(0.001)
        assert status(port) & bus.S_HALT
        assert port.bus.read(bus.DFSR, 4) & DFSR_BKPT
        assert register(port, PC) == place
        seen.append(variable(counting, "count"))
        resume(port, step=True)
        counting.run(0.0001)
        assert register(port, PC) == place
        port.bus.write(FPB_COMP0, 4, 0)
        resume(port, step=True)
        counting.run(0.0001)
        assert register(port, PC) != place
    assert seen == [seen[0], seen[0] + 1, seen[0] + 2]
    resume(port)
    counting.run(0.001)
    assert not status(port) & bus.S_HALT


def test_counts_of_instructions_do_not_depend_on_a_breakpoint(boot: Boot) -> None:
    source = COUNT.replace("BEGIN", "")
    free, stopped = boot(source), boot(source)
    port = attached(stopped)
    place = address_of(stopped, "step_on")
    port.bus.write(FPB_COMP0, 4, place | 1)
    port.bus.write(FPB, 4, 3)
    stopped.run(0.001)
    assert status(port) & bus.S_HALT
    while free.loop.pc != place:
        free.loop.slice_cycles = 1
        free.loop.step(10**12)
    assert stopped.instructions == free.instructions


def test_reset_catch_halts_before_the_first_instruction(counting: Machine) -> None:
    port = attached(counting)
    counting.run(0.001)
    port.bus.write(bus.DEMCR, 4, bus.VC_CORERESET)
    executed = counting.instructions
    port.hold_reset(True)
    counting.run(0.001)
    port.hold_reset(False)
    counting.run(0.001)
    assert status(port) & bus.S_HALT
    assert port.bus.read(bus.DFSR, 4) & DFSR_VCATCH
    assert register(port, PC) == counting.core.word(RESET_VECTOR) & ~1
    assert counting.instructions == executed


def test_reset_asked_for_by_a_debugger_says_so(counting: Machine) -> None:
    port = attached(counting)
    counting.run(0.001)
    port.bus.write(bus.AIRCR, 4, SYSRESETREQ)
    assert status(port) & bus.S_RESET_ST
    counting.run(0.001)
    assert status(port) & bus.S_RETIRE_ST
    assert not status(port) & bus.S_RESET_ST


def test_registers_of_a_halted_core_are_read_and_written(counting: Machine) -> None:
    port = attached(counting)
    counting.run(0.001)
    halt(port)
    set_register(port, R0, 0x1234_5678)
    set_register(port, PC, address_of(counting, "step_on") | 1)
    assert register(port, R0) == 0x1234_5678
    assert register(port, PC) == address_of(counting, "step_on")
    assert register(port, XPSR) & 1 << 24
    set_register(port, MSP, 0x2000_0403)
    assert register(port, MSP) == 0x2000_0400


def test_registers_of_a_running_core_are_out_of_reach(counting: Machine) -> None:
    port = attached(counting)
    counting.run(0.001)
    port.bus.write(bus.DCRDR, 4, 0xCAFE)
    port.bus.write(bus.DCRSR, 4, R0)
    assert port.bus.read(bus.DCRDR, 4) == 0xCAFE


def test_dhcsr_needs_its_key(counting: Machine) -> None:
    port = DebugPort(counting)
    port.bus.write(bus.DHCSR, 4, bus.C_DEBUGEN | bus.C_HALT)
    assert not status(port) & (bus.C_DEBUGEN | bus.S_HALT)


def test_bkpt_halts_for_a_debugger_and_is_a_fault_without(boot: Boot) -> None:
    source = """
        volatile uint32_t faults;
        void hard_fault(void) { faults = 1; for (;;) { } }
        void reset(void) { __asm volatile("bkpt 0"); for (;;) { } }
    """
    machine = boot(source)
    port = attached(machine)
    machine.run(0.001)
    assert status(port) & bus.S_HALT
    assert port.bus.read(register(port, PC), 2) == 0xBE00
    assert variable(machine, "faults") == 0
    free = boot(source)
    free.run(0.001)
    assert variable(free, "faults") == 1


def test_hard_fault_is_caught_at_its_handler(boot: Boot) -> None:
    machine = boot(
        "void hard_fault(void) { for (;;) { } }"
        "void reset(void) { *(volatile uint32_t *)0x60000000u; for (;;) { } }"
    )
    port = attached(machine)
    port.bus.write(bus.DEMCR, 4, bus.VC_HARDERR)
    machine.run(0.001)
    assert status(port) & bus.S_HALT
    assert port.bus.read(bus.DFSR, 4) & DFSR_VCATCH
    assert register(port, PC) == address_of(machine, "hard_fault")


def test_blank_chip_locks_up_and_can_be_halted(machine: Machine) -> None:
    with pytest.raises(RuleBroken) as caught:
        machine.run(0.001)
    assert caught.value.rule is Rule.LOCKUP
    port = attached(machine)
    port.pass_time(1)
    assert status(port) & bus.S_LOCKUP
    halt(port)
    assert status(port) & bus.S_HALT


def test_debugger_is_gone_at_power_on_and_stays_through_other_resets(counting: Machine) -> None:
    port = attached(counting)
    counting.reset()
    assert status(port) & bus.C_DEBUGEN
    counting.power_on()
    assert not status(port) & bus.C_DEBUGEN


@pytest.mark.parametrize("board", BOARDS)
def test_components_identify_themselves(board: str) -> None:
    machine = Machine(board)
    port = DebugPort(machine)
    model = machine.core.model.name
    assert port.read_dp(0) == DPIDR[model]
    assert port.read_ap(0xFC) == AP_IDR[model]
    assert port.read_ap(0xF8) & ~3 == ROM_TABLE
    for index, base in enumerate((SCS, DWT, FPB)):
        entry = port.bus.read(ROM_TABLE + 4 * index, 4)
        assert entry & 1
        assert ROM_TABLE + (entry & ~0xFFF) & 0xFFFF_FFFF == base
        component = [port.bus.read(base + 0xFF0 + 4 * byte, 4) for byte in range(4)]
        assert component[0] == 0x0D
        assert component[3] == 0xB1
    assert port.bus.read(ROM_TABLE + 0x20, 4) == 0
    assert port.read_ap(1 << 24 | 0xFC) == 0  # there is no second access port


def test_words_are_moved_with_increment(machine: Machine) -> None:
    port = DebugPort(machine)
    port.write_ap(CSW, CSW_WORD_INCREMENT)
    port.write_ap(TAR, 0x2000_0100)
    for value in (1, 0xFFFF_FFFF, 3):
        port.write_ap(DRW, value)
    port.write_ap(TAR, 0x2000_0100)
    assert [port.read_ap(DRW) for _ in range(3)] == [1, 0xFFFF_FFFF, 3]


def test_bytes_keep_their_lane(machine: Machine) -> None:
    port = DebugPort(machine)
    port.write_memory(0x2000_0100, bytes(range(1, 9)), 4)
    port.write_ap(CSW, 0x10)
    port.write_ap(TAR, 0x2000_0101)
    assert port.read_ap(DRW) == 2 << 8
    assert port.read_ap(DRW) == 3 << 16
    assert port.read_memory(0x2000_0103, 3, 1) == bytes((4, 5, 6))


def test_error_sticks_until_it_is_cleared(machine: Machine) -> None:
    port = DebugPort(machine)
    with pytest.raises(TransferRefusedError, match="0x60000000: nothing is there"):
        port.read_memory(0x6000_0000, 4, 4)
    with pytest.raises(TransferRefusedError, match="STICKYERR"):
        port.read_memory(0x2000_0000, 4, 4)
    assert port.read_dp(4) & 1 << 5
    port.write_dp(0, 1 << 2)
    assert port.read_memory(0x2000_0000, 4, 4)


def test_only_the_private_bus_answers_in_reset(machine: Machine) -> None:
    port = DebugPort(machine)
    port.hold_reset(True)
    assert port.bus.read(SCS + 0xD00, 4) == machine.scb.values["CPUID"]
    with pytest.raises(TransferRefusedError, match="in reset"):
        port.read_memory(0x2000_0000, 4, 4)
    port.write_dp(0, 1 << 2)
    port.hold_reset(False)
    assert port.read_memory(0x2000_0000, 4, 4)


def test_transfers_take_the_time_of_their_bits(machine: Machine) -> None:
    port = DebugPort(machine)
    port.hold_reset(True)
    port.clock_hz = 1_000_000
    before = machine.seconds
    port.read_memory(ROM_TABLE, 4000, 4)
    assert machine.seconds - before == pytest.approx(0.046, rel=0.02)
