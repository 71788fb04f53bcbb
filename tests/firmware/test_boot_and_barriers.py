# SPDX-License-Identifier: Apache-2.0
"""Promises about order: the watchdog runs before the clock is raised, bytes precede their count."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.project.target_flags import target_flags
from generator.toolchain.locate import Toolchain
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import BoardRun, Edit, build_changed

WATCHDOG_S = 2.5


def test_a_clock_that_never_gets_ready_ends_in_a_watchdog_reset(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """As if a ready flag never rose: the board does not hang for ever without a word."""
    stuck = Edit("app/main.c", "    clock_begin();", "    for (;;) {\n    }\n    clock_begin();")
    elf = build_changed(tapped_project, tmp_path / "project", (stuck,), u585, toolchain)
    with pytest.raises(RuleBroken) as caught:
        BoardRun(elf).machine.run(seconds=WATCHDOG_S)
    assert caught.value.rule is Rule.WATCHDOG_RESET


def test_bytes_to_send_are_in_memory_before_their_count_is(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain
) -> None:
    """In the compiler's output: ring's bytes, DMB, total; an interrupt may read at any time."""
    flags = target_flags(u585.core)
    command = [
        *(str(toolchain.gcc), *flags.cpu, *flags.language, *flags.optimisation, "-DM2M_TAPS=1"),
        *(*flags.includes, "-S", "port/uart.c", "-o", "-"),
    ]
    done = subprocess.run(command, cwd=tapped_project, capture_output=True, text=True, check=True)
    name = "uart_tx_release"  # called when the bytes are placed
    function = done.stdout.partition(f"\n{name}:")[2].partition(f".size\t{name},")[0]
    before, _, behind = function.rpartition("dmb")
    assert "dmb" not in before
    assert "str\t" in behind
