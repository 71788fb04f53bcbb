# SPDX-License-Identifier: Apache-2.0
"""Clocks on a desk: an oscillator that is missing or late, flags that are stale, waits that end."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from generator.wire import HelloFlag, Wait
from hil.virtual.faults.names import VirtualFault
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import (
    BOOT_S,
    BoardRun,
    Edit,
    Projects,
    boot,
    build_changed,
    elf_of,
    exercise,
    memory_of,
)

CLOCK_FLAGS = HelloFlag.SOURCE_MISSING | HelloFlag.LSE_LOCKED | HelloFlag.LSE_MISSING
LSE_START_S = 2.0


@pytest.mark.parametrize("board", ["h743", "h7a3"])
def test_without_hse_the_board_runs_from_hsi_and_says_so(
    boards: dict[str, BoardSpec], tapped_projects: Projects, board: str
) -> None:
    """At the same clock, within a second of the reset, without another reset."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    run.machine.hse_present = False
    run.machine.reset()
    hello, result, _ = exercise(run)
    assert HelloFlag(hello.flags) & CLOCK_FLAGS == HelloFlag.SOURCE_MISSING
    assert hello.core_clock_hz == boards[board].clock.core_hz == run.machine.rcc.core_hz
    assert result.network_cycles > 0
    assert run.machine.resets == []


def test_with_hse_nothing_is_missing(tapped_projects: Projects) -> None:
    """The counter-test."""
    hello = boot(BoardRun(elf_of(tapped_projects("h743")), board="h743"))
    assert HelloFlag(hello.flags) & CLOCK_FLAGS == 0
    assert hello.wait_given_up == Wait.NONE


def test_a_wait_that_gives_up_resets_and_is_named_by_the_next_start(
    boards: dict[str, BoardSpec], tapped_projects: Projects, toolchain: Toolchain, tmp_path: Path
) -> None:
    """HSE without its stand-in: resets, each after some 0.1 s, until it is back."""
    edit = Edit("port/port_config.h", "PORT_HSI_PLL_M_FIELD 8u", "PORT_HSI_PLL_M_FIELD 0u")
    project = tapped_projects("h743")
    elf = build_changed(project, tmp_path / "project", (edit,), boards["h743"], toolchain)
    run = BoardRun(elf, board="h743")
    run.machine.hse_present = False
    run.machine.reset()
    run.machine.run(seconds=0.4)
    assert len(run.machine.resets) > 1
    run.machine.hse_present = True
    hello = boot(run)
    assert hello.wait_given_up == Wait.SOURCE
    run.machine.reset()
    assert boot(run).wait_given_up == Wait.NONE


def test_noise_in_ram_after_power_on_is_no_wait_that_gave_up(tapped_project: Path) -> None:
    """Nor is it read: what a power-on leaves there means nothing."""
    hello = boot(BoardRun(elf_of(tapped_project)))
    assert hello.wait_given_up == Wait.NONE


def test_a_wait_without_a_limit_ends_by_the_watchdog(
    boards: dict[str, BoardSpec], tapped_projects: Projects, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The mutant: a flag that never comes holds the core until then."""
    edit = Edit("port/wait_for.c", "polls < LIMIT_POLLS; polls++", "true; polls++")
    project = tapped_projects("h743")
    elf = build_changed(project, tmp_path / "project", (edit,), boards["h743"], toolchain)
    run = BoardRun(elf, board="h743")
    run.machine.hse_present = False
    run.machine.reset()
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=3.0)
    assert caught.value.rule is Rule.WATCHDOG_RESET


ONE_OF_A_FAMILY = ("u585", "l475", "l4r5", "h743", "h7a3")


@pytest.mark.parametrize("board", ONE_OF_A_FAMILY)
def test_a_flag_that_still_says_ready_behind_a_write_is_not_believed(
    tapped_projects: Projects, board: str
) -> None:
    run = BoardRun(elf_of(tapped_projects(board)), board=board, faults=[VirtualFault.STALE_READY])
    assert boot(run).wait_given_up == Wait.NONE


def test_a_first_look_that_counts_takes_a_stale_flag_for_ready(
    boards: dict[str, BoardSpec], tapped_projects: Projects, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The mutant: the overdrive is switched on before the voltage is there."""
    edit = Edit("port/wait_for.c", "    (void)*status;\n", "")
    project = tapped_projects("h743")
    elf = build_changed(project, tmp_path / "project", (edit,), boards["h743"], toolchain)
    run = BoardRun(elf, board="h743", faults=[VirtualFault.STALE_READY])
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=BOOT_S)
    assert caught.value.rule is Rule.VOS0_BOOST


@pytest.mark.parametrize("board", ["u585", "u575"])
def test_the_msi_follows_the_crystal_once_that_runs(tapped_projects: Projects, board: str) -> None:
    """The boot does not wait for it; a reset later it runs already. The clock is right then."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    run.machine.msi_ppm = 9_000
    run.machine.reset()
    hello = boot(run)
    assert HelloFlag(hello.flags) & CLOCK_FLAGS == 0
    assert run.machine.rcc.core_hz == 161_440_000
    run.machine.run(seconds=LSE_START_S)
    assert HelloFlag(memory_of(run).flags) & CLOCK_FLAGS == HelloFlag.LSE_LOCKED
    assert run.machine.rcc.core_hz == hello.core_clock_hz == 160_000_000
    run.machine.reset()
    assert HelloFlag(boot(run).flags) & CLOCK_FLAGS == HelloFlag.LSE_LOCKED
    assert run.machine.rcc.core_hz == 160_000_000


def test_without_the_crystal_the_msi_runs_free_and_hello_says_so(tapped_project: Path) -> None:
    """Seconds after the start; before that it may still come."""
    run = BoardRun(elf_of(tapped_project))
    run.machine.lse_present = False
    assert HelloFlag(boot(run).flags) & CLOCK_FLAGS == 0
    run.machine.run(seconds=5.0)
    assert HelloFlag(memory_of(run).flags) & CLOCK_FLAGS == HelloFlag.LSE_MISSING
    exercise(run)


def test_a_board_without_a_crystal_never_asks_for_one(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Its record does not say msi_lse."""
    edit = Edit("port/port_config.h", "PORT_MSI_LSE 1", "PORT_MSI_LSE 0")
    elf = build_changed(tapped_project, tmp_path / "project", (edit,), u585, toolchain)
    run = BoardRun(elf)
    run.machine.lse_present = False
    boot(run)
    run.machine.run(seconds=6.0)
    assert HelloFlag(memory_of(run).flags) & CLOCK_FLAGS == 0


LSE_MUTANTS: dict[str, tuple[Rule, *tuple[Edit, ...]]] = {
    "the MSI is locked before the crystal runs": (
        Rule.CLOCK_TREE,
        Edit("port/clock.c", " || (crystal & RCC_BDCR_LSERDY) == 0u", ""),
    ),
    "the crystal is not led to the RCC": (
        Rule.CLOCK_TREE,
        Edit("port/clock.c", "if ((crystal & RCC_BDCR_LSESYSEN) == 0u) {", "if (false) {"),
        Edit("port/clock.c", "else if ((crystal & RCC_BDCR_LSESYSRDY) != 0u) {", "else {"),
    ),
    "the backup domain is not opened": (
        Rule.WRITE_PROTECTED_REGISTER,
        Edit("port/clock.c", "PWR_DBPR |= PWR_DBPR_DBP;", ""),
    ),
    "what follows is chosen when it follows": (
        Rule.WRITE_PROTECTED_REGISTER,
        Edit(
            "port/clock.c",
            "        RCC_CR |= RCC_CR_MSIPLLSEL; /* only while MSIPLLEN is 0 (RCC_CR) */\n"
            "        RCC_CR |= RCC_CR_MSIPLLEN;\n",
            "        RCC_CR |= RCC_CR_MSIPLLEN;\n        RCC_CR |= RCC_CR_MSIPLLSEL;\n",
        ),
    ),
}


@pytest.mark.parametrize("name", LSE_MUTANTS)
def test_a_mutant_of_the_crystals_start_is_refused(
    name: str, tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """By the rule that it breaks."""
    rule, *edits = LSE_MUTANTS[name]
    elf = build_changed(tapped_project, tmp_path / "project", tuple(edits), u585, toolchain)
    run = BoardRun(elf)
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=LSE_START_S + 1.0)
    assert caught.value.rule is rule, str(caught.value)


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_both_counters_of_the_clock_agree(tapped_projects: Projects, board: str) -> None:
    """Over a loop that does not sleep; and SysTick goes on in sleep, with the board's time."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    hello = boot(run)
    assert 16_384 <= hello.check_clocks < 20_000
    assert abs(hello.check_cycles - hello.check_clocks) < 200
    first, begun_s = memory_of(run), run.machine.seconds
    run.machine.run(seconds=1.0)
    second = memory_of(run)
    elapsed_s = run.machine.seconds - begun_s
    assert (second.clocks - first.clocks) / hello.core_clock_hz == pytest.approx(elapsed_s, 1e-3)
