# SPDX-License-Identifier: Apache-2.0
"""The generated firmware runs on the virtual board; each mistake made in it is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.toolchain.locate import Toolchain
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import BoardRun, Edit, build_changed, exercise
from tests.support.tiny_model import TINY_LABELS

CONFIG = "port/port_config.h"

MUTANTS: dict[str, tuple[Rule, Edit]] = {
    "the USART's clock is not enabled": (
        Rule.CLOCK_OFF,
        Edit("port/uart_power.c", "PORT_UART_ENABLE_REGISTER |= PORT_UART_ENABLE_BIT;", ""),
    ),
    "a wait state too few": (
        Rule.FLASH_WAIT_STATES,
        Edit(CONFIG, "PORT_FLASH_WAIT_STATES 4u", "PORT_FLASH_WAIT_STATES 3u"),
    ),
    "the FPU is not enabled": (
        Rule.FPU_DISABLED,
        Edit("core/startup.c", "SCB_CPACR |= SCB_CPACR_FPU_FULL;", ""),
    ),
    "BRR is 4 % off": (
        Rule.BAUD_ERROR,
        Edit(CONFIG, "PORT_UART_BRR 174u", "PORT_UART_BRR 181u"),
    ),
    "TX has another function": (
        Rule.PIN_FUNCTION,
        Edit(CONFIG, "PORT_UART_TX_FUNCTION 7u", "PORT_UART_TX_FUNCTION 8u"),
    ),
    "reception goes to memory that is not there": (
        Rule.DMA_UNREACHABLE,
        Edit("port/uart_dma.c", "GPDMA_DAR(RX) = ring_begin;", "GPDMA_DAR(RX) = 0x60000000u;"),
    ),
    "the stack is too small": (
        Rule.STACK_OVERFLOW,
        Edit("link.ld", ". += 2048;", ". += 256;"),
    ),
    "a double word is loaded from an odd address": (
        Rule.UNALIGNED_MULTIWORD,
        Edit(
            "app/main.c",
            "    session_begin(&facts);",
            '    __asm volatile("ldrd r2, r3, [%0]" ::"r"(0x20000001u) : "r2", "r3");\n'
            "    session_begin(&facts);",
        ),
    ),
    "flash is written while it is locked": (
        Rule.FLASH_LOCKED,
        Edit(
            "app/main.c",
            "    session_begin(&facts);",
            "    *(volatile uint32_t *)0x08100000u = 0u;\n    session_begin(&facts);",
        ),
    ),
    "the booster is off at 160 MHz": (
        Rule.EPOD_BOOSTER,
        Edit(CONFIG, "#define PORT_EPOD_BOOSTER 1", "#define PORT_EPOD_BOOSTER 0"),
    ),
    "the clock rises before the wait states do": (
        Rule.FLASH_WAIT_STATES,
        Edit(
            "port/clock.c",
            "    slow_flash();\n    switch_to_pll();",
            "    switch_to_pll();\n    slow_flash();",
        ),
    ),
    "the wait states are not read back": (
        Rule.FLASH_WAIT_STATES,
        Edit(
            "port/clock.c",
            "    wait_for(WAIT_FLASH, &FLASH_ACR, FLASH_ACR_LATENCY_MASK, "
            "PORT_FLASH_WAIT_STATES);\n",
            "",
        ),
    ),
    "the core sleeps without a barrier before": (
        Rule.WFI_BARRIERS,
        Edit("core/cortex_m.h", r'"dsb\n\twfi\n\tisb"', r'"wfi\n\tisb"'),
    ),
    "the core wakes without a barrier after": (
        Rule.WFI_BARRIERS,
        Edit("core/cortex_m.h", r'"dsb\n\twfi\n\tisb"', r'"dsb\n\twfi"'),
    ),
    "the watchdog is not fed": (
        Rule.WATCHDOG_RESET,
        Edit(
            "port/watchdog.c",
            "void watchdog_feed(void) {\n    IWDG_KR = IWDG_KR_RELOAD;",
            "void watchdog_feed(void) {",
        ),
    ),
}


def test_the_firmware_itself_breaks_no_rule(tapped_project: Path) -> None:
    """Boots, greets, answers, sleeps, and uses the memory that it says."""
    hello, result, memory = exercise(BoardRun(tapped_project / OUTPUT_DIR / f"{IMAGE_NAME}.elf"))
    assert hello.board == "u585"
    assert hello.core_clock_hz == 160_000_000
    assert hello.labels.split("\n") == list(TINY_LABELS)
    assert (result.clip_id, len(result.scores)) == (9, len(TINY_LABELS))
    assert result.network_cycles > 0
    assert 256 < memory.stack_high_water_bytes < memory.stack_bytes
    assert memory.overruns == memory.framing_errors == memory.noise_errors == 0


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_refused(
    name: str, tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """By the rule that it breaks, at a line of our source."""
    rule, edit = MUTANTS[name]
    elf = build_changed(tapped_project, tmp_path / "project", (edit,), u585, toolchain)
    with pytest.raises(RuleBroken) as caught:
        exercise(BoardRun(elf))
    assert caught.value.rule is rule
