# SPDX-License-Identifier: Apache-2.0
"""A stack that ends is a fault where it happens: by the MPU on Cortex-M4 and M7, MSPLIM on M33."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from generator.wire import RunEnd
from generator.wire.messages import FaultReport, Hello, RuleRequest
from tests.firmware.board_runs import BOOT_S, BoardRun, Edit, Projects, boot, build_changed, elf_of
from tests.firmware.test_faults import USAGE_FAULT, address_of
from tests.firmware.test_ram import symbol_of

DACCVIOL, MSTKERR, MMARVALID, STKOF = 1 << 1, 1 << 4, 1 << 7, 1 << 20
FORCED = 1 << 30
HARD_FAULT = 3
DIG_BYTES = 64
GUARD_BYTES = 32_768

WAYS = {
    "recursion": """\
static __attribute__((noipa)) uint32_t dig(uint32_t depth) {
    volatile uint32_t room[4];
    room[depth & 3u] = depth;
    return depth == 0u ? 0u : dig(depth + 1u) ^ room[0];
}
""",
    "one frame": """\
static __attribute__((noipa)) uint32_t dig(uint32_t depth) {
    volatile uint8_t room[9000];
    room[depth & 3u] = (uint8_t)depth;
    return room[0];
}
""",
}

HEAD = "static struct outcome take_rule_request(uint32_t bytes) {\n"


@pytest.fixture
def overflowing(
    tapped_projects: Projects, boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path
) -> Callable[[str, str], Path]:
    """`overflowing(way, board)`: an image that digs at RULE_REQUEST."""

    def built(way: str, board: str) -> Path:
        edit = Edit("app/session.c", HEAD, f"{WAYS[way]}\n{HEAD}    (void)dig(1u);\n")
        target = tmp_path / "project"
        return build_changed(tapped_projects(board), target, (edit,), boards[board], toolchain)

    return built


def overflow(elf: Path, board: str) -> tuple[FaultReport, Hello]:
    """Let the stack end, as silicon does; what the firmware reports, and what it says after it."""
    run = BoardRun(elf, board=board)
    run.machine.exceptions.overflow_is_taken = True
    boot(run)
    report, hello = run.send(RuleRequest(), seconds=BOOT_S)
    assert isinstance(report, FaultReport)
    assert isinstance(hello, Hello)
    return report, hello


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("board", ["l475", "h743"])
def test_the_mpu_ends_the_stack_where_it_happens(
    way: str, board: str, overflowing: Callable[[str, str], Path], boards: dict[str, BoardSpec]
) -> None:
    """No frame can be stored then: the newest return address on the stack tells the place."""
    elf = overflowing(way, board)
    report, hello = overflow(elf, board)
    ram, dig = boards[board].ram.origin, address_of(elf, "dig")
    assert (report.exception, report.hfsr, report.pc) == (HARD_FAULT, FORCED, 0)
    assert report.cfsr == DACCVIOL | MSTKERR | MMARVALID
    assert ram - GUARD_BYTES <= report.mmfar < ram
    if way == "recursion":
        assert dig < report.lr < dig + DIG_BYTES
    assert (hello.run_end, hello.end_status) == (RunEnd.CORE_FAULT, report.cfsr)
    assert (hello.end_pc, hello.end_lr, hello.end_address) == (0, report.lr, report.mmfar)


@pytest.mark.parametrize("way", WAYS)
def test_msplim_ends_it_before_anything_is_stored(
    way: str, overflowing: Callable[[str, str], Path]
) -> None:
    """One large frame leaves room for that of the exception, so its instruction is known."""
    elf = overflowing(way, "u585")
    report, hello = overflow(elf, "u585")
    dig = address_of(elf, "dig")
    assert report.cfsr == STKOF
    if way == "recursion":
        assert (report.exception, report.hfsr, report.pc) == (HARD_FAULT, FORCED, 0)
        assert dig < report.lr < dig + DIG_BYTES
    else:
        assert report.exception == USAGE_FAULT
        assert dig <= report.pc < dig + DIG_BYTES
    assert (hello.run_end, hello.end_status) == (RunEnd.CORE_FAULT, STKOF)
    assert (hello.end_pc, hello.end_lr) == (report.pc, report.lr)


@pytest.mark.parametrize("board", ["l475", "l4r5", "l432", "h743", "h7a3"])
def test_the_region_ends_where_the_stack_does(tapped_projects: Projects, board: str) -> None:
    """No access below it, and everything from there on; of the MPU as the image has set it up."""
    elf = elf_of(tapped_projects(board))
    run = BoardRun(elf, board=board)
    boot(run)
    limit, forbids = symbol_of(elf, "__stack_limit"), run.machine.bus_memory.forbids
    assert forbids(limit - 1)
    assert forbids(limit - GUARD_BYTES)
    assert not forbids(limit - GUARD_BYTES - 1)
    assert not forbids(limit)
