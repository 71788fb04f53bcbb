# SPDX-License-Identifier: Apache-2.0
"""Exceptions on QEMU and on a virtual board, which has an exception model of its own.

The program in `exceptions/` runs scenarios of system calls, priorities, masks, floating-point
frames and faults. Each handler logs its stacked frame and the system registers. The program runs on
QEMU's machine and on the virtual board with the same core; both logs must be equal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from cross_check.image import TARGET_DIR, Image, Target, images_dir, link_program
from cross_check.program_output import Output, RunError, read_output
from generator.boards.boards_file import load_boards
from generator.boards.families.h7.record import H7Board
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from hil.virtual.availability import unavailable_reason
from hil.virtual.machine import Machine
from hil.virtual.rules import RuleBroken

PROGRAM_DIR = Path(__file__).parent / "exceptions"
_LIST = (PROGRAM_DIR / "scenarios.h").read_text().split("scenarios[])(void) = {")[1]
NAMES = tuple(re.findall(r"\w+", _LIST.split("}")[0]))

ENTERED, LEFT = 0xEE, 0xEF
"""Upper byte of the words that mark the begin and end of a handler in the log."""

FIELDS = (
    *("handler", "EXC_RETURN", "frame", "r0", "r1", "r2", "r3", "r12", "pc", "xPSR"),
    *("ICSR", "SHCSR", "CFSR", "HFSR", "BFAR", "MMFAR", "IABR", "ISPR"),
)
"""The words that a handler logs, in this order."""

QEMU_DEVIATES = {("breakpoint", "HFSR"): (1 << 30, 1 << 31)}
"""Known deviations of QEMU, by (scenario, field): QEMU's value, the architecture's value.

BKPT without a debugger is a HardFault with HFSR.DEBUGEVT (Armv7-M ARM, DDI 0403, B3.2.16; Armv8-M
ARM, DDI 0553, HFSR). QEMU handles it as an escalated fault and sets HFSR.FORCED.
"""

H7_PWR = 0x5802_4800
H7_SUPPLIES = {"ldo": 0x02, "smps": 0x04}
"""Lower byte of PWR_CR3 by the board's supply: LDOEN or SMPSEN alone (RM0433, RM0455, PWR_CR3)."""
H7_ACTVOSRDY = 1 << 13

BOARD_S = 0.2
"""Virtual time limit; ample for all scenarios at the reset clock."""


def first_board(core: str) -> BoardSpec | None:
    """The first board with this core that is available as a virtual board, or None."""
    for board in load_boards(DEFAULT_BOARDS_FILE).values():
        if board.core == core and unavailable_reason(board) is None:
            return board
    return None


def link_scenarios(target: Target, board: BoardSpec | None = None) -> Image:
    """Link the program. On QEMU it writes its log by semihosting; on a board the RAM is read."""
    where = board.id if board else target.machine.qemu_name
    folder = images_dir(target.project) / f"exceptions-{where}"
    words = [board is None, *_supply(board)]
    data = b"".join(int(word).to_bytes(4, "little") for word in words)
    arguments: list[str | Path] = [f"-I{PROGRAM_DIR}", PROGRAM_DIR / "program.c"]
    arguments += [TARGET_DIR / "semihosting.c", target.project.directory / "core/mem.c"]
    return link_program(target, folder, data, arguments)


def _supply(board: BoardSpec | None) -> tuple[int, int, int, int]:
    """Supply set-up that an H7 needs before RAM writes: register, value, status register, bit."""
    if not isinstance(board, H7Board):
        return 0, 0, 0, 0
    return H7_PWR + 0xC, H7_SUPPLIES[board.clock.supply], H7_PWR + 0x4, H7_ACTVOSRDY


def run_on_board(target: Target, board: BoardSpec) -> Output:
    """Run the program on the virtual board; raises RunError if it does not finish."""
    there = replace(target.machine, code=board.flash.origin, data=board.ram.origin)
    image = link_scenarios(replace(target, machine=there), board)
    machine = Machine(board)
    machine.load_elf(image.elf)
    try:
        machine.run(BOARD_S)
    except RuleBroken as error:
        raise RunError(f"the virtual {board.id} stopped: {error}") from error
    addresses = machine.symbols.addresses
    done = machine.core.word(addresses["exceptions_done"])
    if done != 1:
        raise RunError(f"on the virtual {board.id} the scenarios did not finish")
    count = machine.core.word(addresses["exceptions_logged"])
    view = machine.core.memory(addresses["exceptions_log"], 4 * count)
    assert view is not None
    return read_output(view.tobytes())


def compare_scenarios(qemu: Output, board: Output) -> list[str]:
    """One text per differing scenario, with its first differing word."""
    differences = []
    for name, record, other in zip_longest(NAMES, qemu.records, board.records):
        if name is None or record is None or other is None:
            differences.append("the number of scenarios differs")
            break
        words, others = (np.frombuffer(one.values, "<u4").tolist() for one in (record, other))
        places = zip_longest(explain(words), words, others)
        for place, (what, word, other_word) in enumerate(places):
            if word == other_word or QEMU_DEVIATES.get((name, what)) == (word, other_word):
                continue
            left, right = (
                "nothing" if one is None else f"0x{one:08x}" for one in (word, other_word)
            )
            text = f"{what or 'more notes'} (word {place}): QEMU {left}, the board {right}"
            differences.append(f"{name}: {text}")
            break
    return differences


def explain(words: Sequence[int]) -> list[str]:
    """The meaning of each word of a scenario's log."""
    names: list[str] = []
    for word in words:
        if names and names[-1] in FIELDS[:-1]:
            names.append(FIELDS[FIELDS.index(names[-1]) + 1])
        elif word >> 24 == ENTERED:
            names.append(FIELDS[0])
        else:
            names.append("end of handler" if word >> 24 == LEFT else "note")
    return names
