# SPDX-License-Identifier: Apache-2.0
"""The L4's firmware runs on its virtual boards; each mistake made in it is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.toolchain.locate import Toolchain
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import BoardRun, Edit, Projects, build_changed, exercise
from tests.support.tiny_model import TINY_LABELS

BOARDS = ("l432", "l475", "l4r5")

CONFIG = "port/port_config.h"

MUTANTS: dict[str, tuple[str, Rule, *tuple[Edit, ...]]] = {
    "the USART's clock is not enabled": (
        "l475",
        Rule.CLOCK_OFF,
        Edit("port/uart_power.c", "PORT_UART_ENABLE_REGISTER |= PORT_UART_ENABLE_BIT;", ""),
    ),
    "PWR is not clocked": (
        "l475",
        Rule.CLOCK_OFF,
        Edit("port/clock.c", "RCC_APB1ENR1 |= RCC_APB1ENR1_PWREN;", ""),
    ),
    "a wait state too few": (
        "l475",
        Rule.FLASH_WAIT_STATES,
        Edit(CONFIG, "PORT_FLASH_WAIT_STATES 4u", "PORT_FLASH_WAIT_STATES 3u"),
    ),
    "the clock rises before the wait states do": (
        "l475",
        Rule.FLASH_WAIT_STATES,
        Edit(
            "port/clock.c",
            "    slow_flash();\n    start_source();\n    start_pll();\n    switch_to_pll();",
            "    start_source();\n    start_pll();\n    switch_to_pll();\n    slow_flash();",
        ),
    ),
    "the wait states are not read back": (
        "l475",
        Rule.FLASH_WAIT_STATES,
        Edit(
            "port/clock.c",
            "    wait_for(WAIT_FLASH, &FLASH_ACR, FLASH_ACR_LATENCY_MASK, "
            "PORT_FLASH_WAIT_STATES);\n",
            "",
        ),
    ),
    "64 MHz in voltage range 2": (
        "l475",
        Rule.VOLTAGE_RANGE,
        Edit(CONFIG, "#define PORT_PLL_N_FIELD 10u", "#define PORT_PLL_N_FIELD 8u"),
        Edit(CONFIG, "#define PORT_VOS_FIELD 1u", "#define PORT_VOS_FIELD 2u"),
    ),
    "the VCO runs beyond its limit": (
        "l475",
        Rule.CLOCK_TREE,
        Edit(CONFIG, "#define PORT_PLL_N_FIELD 10u", "#define PORT_PLL_N_FIELD 30u"),
    ),
    "the PLL's source is not started": (
        "l475",
        Rule.CLOCK_TREE,
        Edit(
            "port/clock.c",
            "    RCC_CR |= RCC_CR_HSION;\n"
            "    wait_for(WAIT_SOURCE, &RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY);",
            "",
        ),
    ),
    "BRR is 4 % off": (
        "l475",
        Rule.BAUD_ERROR,
        Edit(CONFIG, "PORT_UART_BRR 87u", "PORT_UART_BRR 91u"),
    ),
    "TX has another function": (
        "l475",
        Rule.PIN_FUNCTION,
        Edit(CONFIG, "PORT_UART_TX_FUNCTION 7u", "PORT_UART_TX_FUNCTION 8u"),
    ),
    "the channel is given another request": (
        "l475",
        Rule.DMA_REQUEST,
        Edit(CONFIG, "PORT_RX_REQUEST 2u", "PORT_RX_REQUEST 3u"),
    ),
    "reception goes to memory that is not there": (
        "l475",
        Rule.DMA_UNREACHABLE,
        Edit("port/uart_dma.c", "= (uint32_t)ring;", "= (uint32_t)ring + 0x10000000u;"),
    ),
    "a block is given to a channel that is on": (
        "l475",
        Rule.DMA_SETTINGS,
        Edit("port/uart_dma.c", "    DMA_CCR(TX) &= ~DMA_CCR_EN;", "    (void)0;"),
    ),
    "the guard below the stack is not at a multiple of its size": (
        "l475",
        Rule.MPU_REGION,
        Edit(CONFIG, "PORT_STACK_GUARD_BASE 0x1fff8000u", "PORT_STACK_GUARD_BASE 0x1fff9000u"),
    ),
    "the stack is too small": (
        "l432",
        Rule.STACK_OVERFLOW,
        Edit("link.ld", ". += 2048;", ". += 256;"),
    ),
    "120 MHz without boost mode": (
        "l4r5",
        Rule.RANGE1_BOOST,
        Edit(CONFIG, "#define PORT_BOOST 1", "#define PORT_BOOST 0"),
    ),
    "120 MHz in one step": (
        "l4r5",
        Rule.RANGE1_BOOST,
        Edit(CONFIG, "#define PORT_HALVED 1", "#define PORT_HALVED 0"),
    ),
    "VDDIO2 is not declared valid": (
        "l4r5",
        Rule.IO_SUPPLY,
        Edit("port/uart_power.c", "    PWR_CR2 |= PWR_CR2_IOSV;\n", ""),
    ),
    "DMAMUX1 is not clocked": (
        "l4r5",
        Rule.CLOCK_OFF,
        Edit(CONFIG, "#define PORT_DMA_ENABLE_MASK 5u", "#define PORT_DMA_ENABLE_MASK 1u"),
    ),
    "the LPUART's divider is a USART's": (
        "l4r5",
        Rule.BAUD_ERROR,
        Edit(CONFIG, "PORT_UART_BRR 33333u", "PORT_UART_BRR 130u"),
    ),
}


@pytest.mark.parametrize("board", BOARDS)
def test_the_firmware_itself_breaks_no_rule(
    boards: dict[str, BoardSpec], tapped_projects: Projects, board: str
) -> None:
    """Boots, greets, answers, sleeps, and uses the memory that it says."""
    run = BoardRun(tapped_projects(board) / OUTPUT_DIR / f"{IMAGE_NAME}.elf", board=board)
    hello, result, memory = exercise(run)
    assert hello.board == board
    assert hello.core_clock_hz == boards[board].clock.core_hz
    assert (result.clip_id, len(result.scores)) == (9, len(TINY_LABELS))
    assert result.network_cycles > 0
    assert 256 < memory.stack_high_water_bytes < memory.stack_bytes
    assert memory.overruns == memory.framing_errors == memory.noise_errors == 0


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_refused(
    *,
    name: str,
    boards: dict[str, BoardSpec],
    tapped_projects: Projects,
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    """By the rule that it breaks."""
    board, rule, *edits = MUTANTS[name]
    elf = build_changed(
        tapped_projects(board), tmp_path / "project", tuple(edits), boards[board], toolchain
    )
    with pytest.raises(RuleBroken) as caught:
        exercise(BoardRun(elf, board=board))
    assert caught.value.rule is rule
