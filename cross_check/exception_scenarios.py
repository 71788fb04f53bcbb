# SPDX-License-Identifier: Apache-2.0
"""Exceptions on QEMU and on the virtual boards, whose exception model is this project's own.

One program (`exceptions/`) goes through system calls, priorities, masks, floating-point frames and
faults; each handler notes the frame that it finds and the system registers. It runs on QEMU's
machine and on the whole virtual board of a core, and both must have noted the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from cross_check.image import TARGET_DIR, Image, Target, link_program
from cross_check.records import Output, RunError, read_output
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
"""Upper byte of the words that stand where a handler begins and ends."""

FIELDS = (
    *("handler", "EXC_RETURN", "frame", "r0", "r1", "r2", "r3", "r12", "pc", "xPSR"),
    *("ICSR", "SHCSR", "CFSR", "HFSR", "BFAR", "MMFAR", "IABR", "ISPR"),
)
"""What a handler notes, in this order."""

QEMU_DEVIATES = {("breakpoint", "HFSR"): (1 << 30, 1 << 31)}
"""(scenario, field): what QEMU has, and what the architecture wants and the board has.

BKPT without a debugger is a HardFault with HFSR.DEBUGEVT (Armv7-M ARM, DDI 0403, B3.2.16; Armv8-M
ARM, DDI 0553, HFSR). QEMU treats it as any fault that escalates, and sets FORCED.
"""

H7_PWR = 0x5802_4800
H7_SUPPLIES = {"ldo": 0x02, "smps": 0x04}
"""Lower byte of PWR_CR3 by the board's supply: LDOEN or SMPSEN alone (RM0433, RM0455, PWR_CR3)."""
H7_ACTVOSRDY = 1 << 13

BOARD_S = 0.2
"""Virtual time that is plenty for all scenarios at a board's reset clock."""


def first_board(core: str) -> BoardSpec | None:
    """Return the first board with this core that there is as a virtual one."""
    for board in load_boards(DEFAULT_BOARDS_FILE).values():
        if board.core == core and unavailable_reason(board) is None:
            return board
    return None


def link_scenarios(target: Target, board: BoardSpec | None = None) -> Image:
    """Link the program: on QEMU it hands out what it noted, a board is read from outside."""
    where = board.id if board else target.machine.qemu_name
    folder = target.project.directory / f"exceptions-{where}"
    words = [board is None, *_supply(board)]
    data = b"".join(int(word).to_bytes(4, "little") for word in words)
    arguments: list[str | Path] = [f"-I{PROGRAM_DIR}", PROGRAM_DIR / "program.c"]
    arguments += [TARGET_DIR / "semihosting.c", target.project.directory / "core/mem.c"]
    return link_program(target, folder, data, arguments)


def _supply(board: BoardSpec | None) -> tuple[int, int, int, int]:
    """What an H7 wants before its RAM is written: register, value, register and bit to await."""
    if not isinstance(board, H7Board):
        return 0, 0, 0, 0
    return H7_PWR + 0xC, H7_SUPPLIES[board.clock.supply], H7_PWR + 0x4, H7_ACTVOSRDY


def run_on_board(target: Target, board: BoardSpec) -> Output:
    """Run it on the virtual board; raises RunError if it does not get to its end."""
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
        raise RunError(f"on the virtual {board.id} the scenarios did not come to their end")
    count = machine.core.word(addresses["exceptions_logged"])
    view = machine.core.memory(addresses["exceptions_log"], 4 * count)
    assert view is not None
    return read_output(view.tobytes())


def compare_scenarios(qemu: Output, board: Output) -> list[str]:
    """Tell each scenario that went otherwise, with the first thing noted that differs."""
    differences = []
    for name, record, other in zip_longest(NAMES, qemu.records, board.records):
        if name is None or record is None or other is None:
            differences.append("not as many scenarios as there should be")
            break
        words, others = (np.frombuffer(one.values, "<u4").tolist() for one in (record, other))
        places = zip_longest(explain(words), words, others)
        for place, (what, word, other_word) in enumerate(places):
            if word == other_word or QEMU_DEVIATES.get((name, what)) == (word, other_word):
                continue
            left, right = (
                "nothing" if one is None else f"0x{one:08x}" for one in (word, other_word)
            )
            told = f"{what or 'more notes'} (word {place}): QEMU {left}, the board {right}"
            differences.append(f"{name}: {told}")
            break
    return differences


def explain(words: Sequence[int]) -> list[str]:
    """Say of each word of a scenario what it is."""
    names: list[str] = []
    for word in words:
        if names and names[-1] in FIELDS[:-1]:
            names.append(FIELDS[FIELDS.index(names[-1]) + 1])
        elif word >> 24 == ENTERED:
            names.append(FIELDS[0])
        else:
            names.append("end of handler" if word >> 24 == LEFT else "note")
    return names
