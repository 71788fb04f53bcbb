# SPDX-License-Identifier: Apache-2.0
"""What ended a run is in RAM through the reset, and the next run tells it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.wire import BOOT_NONCE, Phase, RunEnd, encode_frame
from generator.wire.messages import ClipBegin, FaultReport, Hello
from hil.boards.elf import ImageSymbols
from hil.link.client import Link
from hil.link.errors import DeviceFaultError
from hil.virtual.host_ports import registry
from hil.virtual.host_ports.serial_port import Serial
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.rcc_base import RESET_POWER
from hil.virtual.symbols import read_elf
from tests.firmware.board_runs import BOOT_S, BoardRun, Projects, boot, elf_of, hello_of
from tests.firmware.test_faults import (
    CFSR_UNDEFINSTR,
    UNDEFINED,
    USAGE_FAULT,
    address_of,
    overwrite,
)
from tests.firmware.test_ram import symbol_of

BOARDS = ("u585", "l475", "h743")

RECORD_BYTES = 48
"""Magic, nine words of the run, CRC, phase."""

HANG = b"\xfe\xe7"  # b .


def ending(elf: Path, board: str, code: bytes = UNDEFINED) -> BoardRun:
    """A board that has booted, and whose firmware ends at CLIP_BEGIN."""
    run = BoardRun(elf, overwrite(address_of(elf, "listener_begin"), code), board=board)
    boot(run)
    return run


def hello_after_fault(run: BoardRun) -> Hello:
    """Begin a clip, which ends the run; what the next one says as it starts."""
    *_, hello = run.send(ClipBegin(1), seconds=BOOT_S)
    assert isinstance(hello, Hello)
    assert hello.nonce == BOOT_NONCE
    return hello


def boot_again(run: BoardRun) -> Hello:
    """Pull the reset line; the HELLO of that start."""
    run.machine.reset()
    run.machine.line.from_board.clear()
    return boot(run)


@pytest.mark.parametrize("board", BOARDS)
def test_a_fault_is_told_by_the_next_start_and_by_no_other(
    tapped_projects: Projects, board: str
) -> None:
    """By every HELLO of that run; the run after it has nothing to tell."""
    elf = elf_of(tapped_projects(board))
    run = ending(elf, board)
    first = hello_after_fault(run)
    assert (first.run_end, first.end_phase, first.resets) == (RunEnd.CORE_FAULT, Phase.RECEIVE, 1)
    assert (first.end_exception, first.end_status) == (USAGE_FAULT, CFSR_UNDEFINSTR)
    assert first.end_pc == address_of(elf, "listener_begin")
    assert first.end_address == 0
    assert hello_of(run).end_pc == first.end_pc
    after = boot_again(run)
    assert (after.run_end, after.end_pc, after.resets) == (RunEnd.RESET, 0, 2)


def test_faults_in_a_row_are_counted(tapped_project: Path) -> None:
    run = ending(elf_of(tapped_project), "u585")
    counts = []
    for _ in range(3):
        hello = hello_after_fault(run)
        counts.append((hello.run_end, hello.resets))
        run.greet()
    assert counts == [(RunEnd.CORE_FAULT, resets) for resets in (1, 2, 3)]


@pytest.mark.parametrize("board", BOARDS)
def test_power_on_leaves_no_record(tapped_projects: Projects, board: str) -> None:
    """Neither the first one, nor one that finds a record of before in RAM."""
    run = ending(elf_of(tapped_projects(board)), board)
    assert (hello := hello_of(run)).run_end == RunEnd.NONE
    assert (hello.resets, hello.end_phase, hello.end_pc) == (0, Phase.UNKNOWN, 0)
    assert hello_after_fault(run).resets == 1
    run.machine.restart(RESET_POWER)
    run.machine.line.from_board.clear()
    assert (hello := boot(run)).run_end == RunEnd.NONE
    assert (hello.resets, hello.end_pc) == (0, 0)


@pytest.mark.parametrize("at", range(0, RECORD_BYTES - 4, 4))
def test_a_record_of_which_a_bit_is_wrong_is_none(tapped_project: Path, at: int) -> None:
    """Magic, each word of the run, CRC."""
    elf = elf_of(tapped_project)
    run = ending(elf, "u585")
    assert hello_after_fault(run).run_end == RunEnd.CORE_FAULT
    memory, place = run.machine.bus_memory, symbol_of(elf, "record") + at
    word = int.from_bytes(memory.read(place, 4), "little")
    memory.write(place, (word ^ 1 << 7).to_bytes(4, "little"))
    hello = boot_again(run)
    assert (hello.run_end, hello.resets, hello.end_pc) == (RunEnd.NONE, 0, 0)


@pytest.mark.parametrize("board", BOARDS)
def test_a_bite_of_the_watchdog_is_told_with_its_phase(
    tapped_projects: Projects, board: str
) -> None:
    run = ending(elf_of(tapped_projects(board)), board, HANG)
    run.machine.send(encode_frame(ClipBegin(1), 1))
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=4.0)
    assert caught.value.rule is Rule.WATCHDOG_RESET
    hello = boot_again(run)
    assert (hello.run_end, hello.end_phase, hello.resets) == (RunEnd.WATCHDOG, Phase.RECEIVE, 1)
    assert (hello.end_pc, hello.end_exception) == (0, 0)


def test_a_phase_that_is_noise_is_unknown(tapped_project: Path) -> None:
    elf = elf_of(tapped_project)
    run = ending(elf, "u585")
    run.machine.bus_memory.write(symbol_of(elf, "record") + RECORD_BYTES - 4, b"\x05\0\0\0")
    hello = boot_again(run)
    assert (hello.run_end, hello.end_phase) == (RunEnd.RESET, Phase.UNKNOWN)


class CutInTheReport(Serial):
    """A host's port whose cable is out from the tenth byte of a FAULT_REPORT to its end."""

    frame = b""
    lost = 0

    def read(self, size: int = 1) -> bytes:
        """Bytes from the board, but for those."""
        passed = b""
        for byte in super().read(size):
            self.frame = self.frame + bytes((byte,)) if byte else b""
            if self.frame[1:2] == bytes((FaultReport.IDENT,)) and len(self.frame) > 10:
                self.lost += 1
            else:
                passed += bytes((byte,))
        return passed


@pytest.mark.parametrize("board", BOARDS)
def test_the_host_tells_a_fault_whose_report_was_lost_with_its_source_line(
    tapped_projects: Projects, board: str
) -> None:
    """In mid-clip, through the client of the link."""
    elf = elf_of(tapped_projects(board))
    segments, _ = read_elf(elf)
    machine = Machine(board)
    machine.load_segments(overwrite(address_of(elf, "listener_begin"), UNDEFINED)(segments))
    registry.register(f"{board}-cut", machine)
    port = CutInTheReport(f"virtual://{board}-cut", baudrate=921_600)
    link = Link(port, clock_s=lambda: machine.seconds, describe_address=ImageSymbols(elf).describe)
    link.handshake()
    with pytest.raises(DeviceFaultError) as caught:
        link.play_clip(1, np.zeros(4000, np.int16))
    assert port.lost > 30, "most of the report"
    assert "the firmware took a UsageFault: UNDEFINSTR" in caught.value.what
    assert "listener_begin" in caught.value.what
    assert "listener.c:" in caught.value.what
