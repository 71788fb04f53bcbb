# SPDX-License-Identifier: Apache-2.0
"""What the firmware does when the core faults: it tells, resets, and is there again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.elffile import ELFFile

from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.wire import BOOT_NONCE
from generator.wire.messages import (
    ClipBegin,
    FaultReport,
    Hello,
)
from hil.virtual.symbols import Segment
from tests.firmware.board_runs import BOOT_S, BoardRun

CFSR_UNDEFINSTR = 1 << 16
CFSR_DIVBYZERO = 1 << 25
USAGE_FAULT = 6
RESET_BY_SOFTWARE = 1 << 28
RESET_BY_PIN = 1 << 26

UNDEFINED = b"\x00\xde"  # udf #0
DIVIDE_BY_ZERO = b"\x00\x20\xb0\xfb\xf0\xf0"  # movs r0, #0; udiv r0, r0, r0


@pytest.fixture(scope="module")
def elf(tapped_project: Path) -> Path:
    """The image."""
    return tapped_project / OUTPUT_DIR / f"{IMAGE_NAME}.elf"


def address_of(elf: Path, symbol: str) -> int:
    """Address of a function."""
    with elf.open("rb") as stream:
        table: Any = ELFFile(stream).get_section_by_name(".symtab")
        (entry,) = table.get_symbol_by_name(symbol)
        return int(entry["st_value"]) & ~1


def overwrite(address: int, code: bytes) -> Callable[[list[Segment]], list[Segment]]:
    """Return what changes the flash contents at an address."""

    def change(segments: list[Segment]) -> list[Segment]:
        changed = []
        for segment in segments:
            data = bytearray(segment.data)
            at = address - segment.address
            if 0 <= at < len(data):
                data[at : at + len(code)] = code
            changed.append(Segment(segment.address, bytes(data)))
        return changed

    return change


@pytest.mark.parametrize(
    ("code", "offset", "cfsr"),
    [(UNDEFINED, 0, CFSR_UNDEFINSTR), (DIVIDE_BY_ZERO, 2, CFSR_DIVBYZERO)],
)
def test_a_fault_is_told_and_the_board_comes_back(
    elf: Path, code: bytes, offset: int, cfsr: int
) -> None:
    """The report names the instruction; the next HELLO tells of the reset."""
    address = address_of(elf, "listener_begin")
    run = BoardRun(elf, overwrite(address, code))
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    assert hello.reset_flags & RESET_BY_SOFTWARE == 0
    report, restarted = run.send(ClipBegin(1), seconds=BOOT_S)
    assert isinstance(restarted, Hello)
    assert restarted.nonce == BOOT_NONCE
    assert isinstance(report, FaultReport)
    assert (report.exception, report.cfsr) == (USAGE_FAULT, cfsr)
    assert report.pc == address + offset
    assert 0x20000000 <= report.sp < 0x20002000
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    assert hello.reset_flags & RESET_BY_SOFTWARE


def test_hello_tells_the_hash_of_what_lies_in_flash(elf: Path) -> None:
    """Equal to the BIN file's; another one as soon as a byte differs."""
    run = BoardRun(elf)
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    assert hello.firmware_sha256 == hashlib.sha256(elf.with_suffix(".bin").read_bytes()).digest()
    run = BoardRun(elf, overwrite(address_of(elf, "listener_begin"), UNDEFINED))
    run.machine.run(seconds=BOOT_S)
    (other,) = run.greet()
    assert isinstance(other, Hello)
    assert other.firmware_sha256 != hello.firmware_sha256


def test_what_lies_on_the_line_at_boot_does_no_harm(elf: Path) -> None:
    """Bytes that fall into the boot: the host's delimiter and HELLO_REQUEST are understood."""
    run = BoardRun(elf)
    run.machine.send(b"\x55\xaa\x03" * 40)
    run.machine.run(seconds=BOOT_S)
    run.machine.line.from_board.clear()
    *_, hello = run.greet()
    assert isinstance(hello, Hello)
