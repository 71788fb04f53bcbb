# SPDX-License-Identifier: Apache-2.0
"""Faults of probe, chip, reset line and port really strike."""

from __future__ import annotations

from pathlib import Path

import pytest
import serial

import hil.virtual.host_ports.serial_url  # noqa: F401  # registers virtual://
from hil.virtual.faults.chip import STALE_CYCLES, StaleReady, watchdog_of
from hil.virtual.faults.fault import MID_CLIP_BYTES
from hil.virtual.faults.names import VirtualFault
from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.stm32.rcc_base import RESET_PIN, RESET_WATCHDOG
from tests.hil.virtual.conftest import break_rule, variable
from tests.hil.virtual.hello import HELLO, run_to_ok
from tests.hil.virtual.images import compile_image
from tests.hil.virtual.stm32.test_usart_errors import BY_DMA

BOARDS = ("u585", "l475", "h743")


def boot(
    folder: Path, source: str, *defines: str, fault: VirtualFault, board: str = "u585"
) -> Machine:
    machine = Machine(board, faults=(fault,))
    machine.load_elf(compile_image(folder, source, *defines, board=board))
    return machine


COUNT = """
volatile uint32_t begun, counted;
void reset(void) {
    fpu_begin(); clock_begin();
    DEMCR |= 1u << 24;
#ifdef LAR
    R32(0xE0001FB0u) = 0xC5ACCE55u;
#endif
    DWT_CTRL |= 1; DWT_CYCCNT = 0;
    R32(SYSTICK + 4) = 0xFFFFFF; R32(SYSTICK + 8) = 0; R32(SYSTICK) = 7;
    begun = 1;
    __asm volatile("dsb\\n wfi\\n isb");
    counted = DWT_CYCCNT;
    for (;;) {}
}
void systick(void) {}
"""


def slept_cycles(folder: Path, board: str, *faults: VirtualFault) -> tuple[Machine, int]:
    machine = Machine(board, faults=faults)
    defines = ("LAR",) if board == "h743" else ()
    machine.load_elf(compile_image(folder, COUNT, *defines, board=board))
    machine.run(0.3)
    assert variable(machine, "begun") == 1
    return machine, variable(machine, "counted")


@pytest.mark.parametrize("board", BOARDS)
def test_cyccnt_counts_in_sleep_only_where_a_probe_left_its_bits(
    image_folder: Path, board: str
) -> None:
    _, without = slept_cycles(image_folder, board)
    machine, with_bits = slept_cycles(image_folder, board, VirtualFault.DEBUG_SLEEP)
    assert without < 1000
    assert with_bits == pytest.approx(0xFFFFFF, rel=0.01)
    machine.peripherals["DBGMCU"].values["CR"] = 0
    machine.reset()
    assert machine.peripherals["DBGMCU"].values["CR"]


def test_trace_is_lost_50_ms_after_each_start(image_folder: Path) -> None:
    spin = HELLO.replace("FAULT", "DEMCR |= 1u << 24; DWT_CTRL |= 1")
    machine = boot(image_folder, spin, fault=VirtualFault.TRACE_LOST)
    for _ in range(2):
        machine.run(0.049)
        assert machine.peripherals["DEBUG"].values["DEMCR"]
        machine.run(0.002)
        assert not machine.peripherals["DEBUG"].values["DEMCR"]
        machine.reset()
    assert machine.faults[0].struck == 2


FED = """
uint8_t ring;
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin();
    R32(IWDG) = 0xCCCC; R32(IWDG) = 0x5555; R32(IWDG + 8) = RELOAD;
    while (R32(IWDG + 0xC)) { wait_between_looks(); }
    uart_begin(0);
    put('k');
    for (;;) {
        R32(IWDG) = 0xAAAA;
        wait_turns(FEED_TURNS);
        if (R32(UART + 0x1C) & 1u << 5) { ring = (uint8_t)R32(UART + 0x24); }
    }
}
"""


def bite(machine: Machine) -> None:
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"k"
    for fault in machine.faults:
        fault.host_sent(MID_CLIP_BYTES)
    machine.run(1.0)


@pytest.mark.parametrize("board", BOARDS)
def test_the_watchdog_restarts_a_core_that_stands_still_and_says_so(
    image_folder: Path, board: str
) -> None:
    machine = boot(
        image_folder, FED, "RELOAD=0xFF", "FEED_TURNS=10000",
        fault=VirtualFault.WATCHDOG_BITE, board=board,
    )  # fmt: skip
    bite(machine)
    assert machine.resets == ["watchdog"]
    assert machine.broken_rule is None
    assert bytes(machine.line.from_board) == b"kk"  # it runs again, and is not struck twice
    assert machine.rcc.reset_flags & (RESET_WATCHDOG | RESET_PIN) == RESET_WATCHDOG | RESET_PIN
    bite_again = machine.resets[:]
    for fault in machine.faults:
        fault.host_sent(MID_CLIP_BYTES)
    machine.run(1.0)
    assert machine.resets == bite_again


def test_a_fast_lsi_bites_firmware_that_feeds_just_in_time(image_folder: Path) -> None:
    """32 ms nominal: fed after 30 ms that is in time, but not with 10 % more LSI."""
    turns = 160_000 * 30 // 8
    results = {}
    for fault in (VirtualFault.LSI_SLOW, VirtualFault.LSI_FAST):
        machine = boot(image_folder, FED, "RELOAD=0xFF", f"FEED_TURNS={turns}", fault=fault)
        results[fault] = watchdog_of(machine).lsi_hz
    assert results == {VirtualFault.LSI_SLOW: 28_800, VirtualFault.LSI_FAST: 35_200}
    endless = HELLO.replace("FAULT", "R32(IWDG) = 0xCCCC; for (;;) {}")
    seconds = {}
    for fault in results:
        machine = boot(image_folder, endless, fault=fault)
        assert break_rule(machine, 2.0).rule is Rule.WATCHDOG_RESET
        seconds[fault] = machine.seconds
    ratio = seconds[VirtualFault.LSI_SLOW] / seconds[VirtualFault.LSI_FAST]
    assert ratio == pytest.approx(1.1 / 0.9, rel=0.01)


@pytest.mark.parametrize("board", BOARDS)
def test_a_correct_start_survives_stale_ready_flags(image_folder: Path, board: str) -> None:
    machine = boot(image_folder, HELLO, "FAULT=", fault=VirtualFault.STALE_READY, board=board)
    plain = Machine(board)
    plain.load_elf(compile_image(image_folder, HELLO, "FAULT=", board=board))
    run_to_ok(plain)
    run_to_ok(machine)
    assert machine.faults[0].struck > 0


def test_a_flag_stays_for_a_moment_behind_a_write_and_comes_late() -> None:
    machine = Machine("u585", faults=(VirtualFault.STALE_READY,))
    assert isinstance(machine.faults[0], StaleReady)
    pwr = machine.peripherals["PWR"]
    ready = 1 << 15
    assert pwr.read(0x0C, 4) & ready
    pwr.write(0x0C, 4, 3 << 16)
    assert pwr.read(0x0C, 4) & ready  # stale
    assert not pwr.read(0x0C, 4) & ready
    machine.sleep_until(machine.now_ps + 41_000_000)  # the voltage is there
    assert not pwr.read(0x0C, 4) & ready
    machine.sleep_until(machine.now_ps + 20_000_000)
    assert pwr.read(0x0C, 4) & ready


def test_a_stale_flag_ends_by_itself() -> None:
    machine = Machine("u585", faults=(VirtualFault.STALE_READY,))
    pwr = machine.peripherals["PWR"]
    pwr.write(0x0C, 4, 3 << 16)
    moment_ps = STALE_CYCLES * PS_PER_SECOND // machine.rcc.core_hz
    machine.sleep_until(machine.now_ps + moment_ps)
    assert not pwr.read(0x0C, 4) & 1 << 15


def test_the_reset_line_is_pulled_once_in_mid_clip(image_folder: Path) -> None:
    machine = boot(
        image_folder, BY_DMA, "FAULT=", "CR3=65u", "CLEAR=0xEu", fault=VirtualFault.RESET_IN_CLIP
    )
    machine.run(0.001)
    for _ in range(40):
        machine.send(b"\1" * 1000)
        machine.run_until_received()
    assert machine.faults[0].struck == 1
    assert machine.rcc.reset_flags & RESET_PIN
    assert 0 < variable(machine, "received") + variable(machine, "turns") * 256 < 12_000


def test_the_port_fails_in_mid_clip_until_it_is_opened_again(image_folder: Path) -> None:
    machine = boot(
        image_folder, "void reset(void) { begin(); for (;;) { put((uint8_t)(get() + 1)); } }",
        fault=VirtualFault.PORT_VANISHES,
    )  # fmt: skip
    registry.register("gone", machine)
    with serial.serial_for_url("virtual://gone", baudrate=921_600, timeout=0.002) as port:
        port.read(1)
        port.write(b"HAL")
        assert port.read(3) == b"IBM"
        machine.faults[0].host_sent(MID_CLIP_BYTES)
        port.write(b"a")
        with pytest.raises(serial.SerialException, match="the device is gone"):
            port.read(1)
        with pytest.raises(serial.SerialException, match="the device is gone"):
            port.write(b"a")
    with serial.serial_for_url("virtual://gone", baudrate=921_600, timeout=0.002) as port:
        port.write(b"HAL")
        assert port.read(3)[-2:] == b"BM"
    registry.unregister("gone")
