# SPDX-License-Identifier: Apache-2.0
"""The H7's firmware runs on its virtual boards; each mistake made in it is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.toolchain.locate import Toolchain
from generator.wire.messages import (
    ClipBegin,
    FaultReport,
    Hello,
    Memory,
    PatchResult,
)
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import (
    BOOT_S,
    BoardRun,
    Edit,
    Projects,
    build_changed,
    exercise,
)
from tests.firmware.test_faults import address_of, overwrite
from tests.support.tiny_model import TINY_LABELS

BOARDS = ("h743", "h7a3")
BOTH = BOARDS
CONFIG = "port/port_config.h"

RING_AND_MORE = 5_000
"""Bytes: the receive ring has 4096."""
MEMORY_FAULT = 4
CFSR_DATA_ACCESS, CFSR_MMARVALID = 1 << 1, 1 << 7
NULL_MEMBER = b"\x00\x20\x80\x68"  # movs r0, #0; ldr r0, [r0, #8]


@dataclass(frozen=True)
class Mutant:
    """A change of the firmware, the boards that it is tried on, and the rule that refuses it."""

    boards: tuple[str, ...]
    rule: Rule
    edits: tuple[Edit, ...]
    revision: str | None = None


def mutant(boards: tuple[str, ...], rule: Rule, *edits: Edit) -> Mutant:
    """A mutant of the silicon that is delivered today."""
    return Mutant(boards, rule, edits)


def config(name: str, before: str, after: str) -> Edit:
    """A change of one value of port_config.h."""
    return Edit(CONFIG, f"#define {name} {before}", f"#define {name} {after}")


DMA_REGION = """    set_region(REGION_DMA_RAM, PORT_DMA_RAM_BASE,
               (PORT_DMA_RAM_SIZE_FIELD << MPU_RASR_SIZE_SHIFT) | MPU_RASR_NORMAL_UNCACHED |
                   MPU_RASR_SHAREABLE | MPU_RASR_FULL_ACCESS | MPU_RASR_XN);
"""
CLOCK_ORDER = """    raise_voltage();
    set_flash_timing();
    start_source();
    start_pll();
    switch_to_pll();
"""
NULL_RANGE = "SIZE_1_KB | MPU_RASR_NO_ACCESS"

MUTANTS: dict[str, Mutant] = {
    # supply and voltage
    "the supply is another than the board's": mutant(
        ("h743",), Rule.SUPPLY_CONFIGURATION, config("PORT_SUPPLY", "0x02u", "0x01u")
    ),
    "the LDO instead of the converter": mutant(
        ("h7a3",), Rule.SUPPLY_CONFIGURATION, config("PORT_SUPPLY", "0x04u", "0x02u")
    ),
    "RAM is used before the supply is ready": mutant(
        BOTH,
        Rule.SUPPLY_CONFIGURATION,
        Edit("port/supply.c", "    while ((PWR_CSR1 & PWR_CSR1_ACTVOSRDY) == 0u) {\n    }\n", ""),
    ),
    "480 MHz without overdrive": mutant(
        ("h743",), Rule.VOS0_BOOST, config("PORT_OVERDRIVE", "1", "0")
    ),
    "overdrive from scale 2": mutant(
        ("h743",), Rule.VOS0_BOOST, config("PORT_VOS_FIELD", "3u", "2u")
    ),
    "overdrive on revision Y": Mutant(
        ("h743",),
        Rule.VOS0_BOOST,
        (Edit("port/clock.c", "DBGMCU_REVISION < PORT_FULL_SPEED_REVISION", "false"),),
        revision="Y",
    ),
    "280 MHz at scale 1": mutant(
        ("h7a3",), Rule.VOLTAGE_RANGE, config("PORT_VOS_FIELD", "3u", "2u")
    ),
    "the clock rises before the voltage": mutant(
        BOTH,
        Rule.VOLTAGE_RANGE,
        Edit(
            "port/clock.c",
            CLOCK_ORDER,
            CLOCK_ORDER.replace("    raise_voltage();\n", "") + "    raise_voltage();\n",
        ),
    ),
    # clock tree and wait states
    "AXI is not divided": mutant(
        ("h743",), Rule.VOLTAGE_RANGE, config("PORT_HPRE_FIELD", "8u", "0u")
    ),
    "APB1 is not divided": mutant(BOTH, Rule.VOLTAGE_RANGE, config("PORT_PPRE1_FIELD", "4u", "0u")),
    "the PLL's input range is another": mutant(
        BOTH, Rule.CLOCK_TREE, config("PORT_PLL_INPUT_RANGE", "3u", "1u")
    ),
    "the PLL's output is divided by 3": mutant(
        BOTH, Rule.CLOCK_TREE, config("PORT_PLL_P_FIELD", "1u", "2u")
    ),
    "HSE is taken for a crystal": mutant(
        BOTH, Rule.CLOCK_TREE, config("PORT_HSE_BYPASS", "1", "0")
    ),
    "a wait state too few": mutant(
        ("h743",), Rule.FLASH_WAIT_STATES, config("PORT_FLASH_WAIT_STATES", "4u", "3u")
    ),
    "a wait state too few at 280 MHz": mutant(
        ("h7a3",), Rule.FLASH_WAIT_STATES, config("PORT_FLASH_WAIT_STATES", "6u", "5u")
    ),
    "the programming delay is too short": mutant(
        ("h743",), Rule.FLASH_WAIT_STATES, config("PORT_FLASH_DELAY", "2u", "1u")
    ),
    "the programming delay is too short at 280 MHz": mutant(
        ("h7a3",), Rule.FLASH_WAIT_STATES, config("PORT_FLASH_DELAY", "3u", "2u")
    ),
    "the clock rises before the wait states do": mutant(
        ("h7a3",),  # after a reset the H743 has enough of them for any clock
        Rule.FLASH_WAIT_STATES,
        Edit(
            "port/clock.c",
            CLOCK_ORDER,
            CLOCK_ORDER.replace("    set_flash_timing();\n", "") + "    set_flash_timing();\n",
        ),
    ),
    "the wait states are not read back": mutant(
        ("h7a3",),
        Rule.FLASH_WAIT_STATES,
        Edit(
            "port/clock.c",
            "    wait_for(WAIT_FLASH, &FLASH_ACR, FLASH_ACR_TIMING_MASK, timing);\n",
            "",
        ),
    ),
    # caches and MPU
    "the DMA's memory stays cached": mutant(
        BOTH, Rule.DCACHE_COHERENCE, Edit("port/memory.c", DMA_REGION, "")
    ),
    "the MPU is not switched on": mutant(
        BOTH,
        Rule.DCACHE_COHERENCE,
        Edit("port/memory.c", "MPU_CTRL_PRIVDEFENA | MPU_CTRL_ENABLE", "MPU_CTRL_PRIVDEFENA"),
    ),
    "half of the DMA's memory stays cached": mutant(
        ("h743",),
        Rule.DCACHE_COHERENCE,
        Edit(CONFIG, "#define PORT_DMA_RAM_SIZE_FIELD 16u", "#define PORT_DMA_RAM_SIZE_FIELD 5u"),
    ),
    "the MPU's region is not aligned": mutant(
        ("h743",), Rule.MPU_REGION, config("PORT_DMA_RAM_BASE", "0x30000000u", "0x30010000u")
    ),
    "the DMA's memory is strongly ordered": mutant(
        ("h743",),
        Rule.MODE_UNMODELLED,
        Edit("core/cortex_m.h", "NORMAL_UNCACHED (1u << 19)", "NORMAL_UNCACHED (0u << 19)"),
    ),
    "the data cache is not invalidated in full": mutant(
        BOTH,
        Rule.CACHE_NOT_INVALIDATED,
        Edit("port/memory.c", "way <= last_way", "way < last_way"),
    ),
    "the instruction cache is not invalidated": mutant(
        BOTH, Rule.CACHE_NOT_INVALIDATED, Edit("port/memory.c", "    SCB_ICIALLU = 0u;\n", "")
    ),
    # DMA and its memory
    "the DMA's buffers are in DTCM": mutant(
        BOTH,
        Rule.DMA_UNREACHABLE,
        Edit(
            "link.ld",
            "        __dma_end = .;\n    } > DMA_RAM",
            "        __dma_end = .;\n    } > RAM",
        ),
    ),
    "the DMA's memory has no clock": mutant(
        BOTH,
        Rule.MEMORY_CLOCK_OFF,
        Edit("port/memory.c", "    RCC_AHB2ENR |= PORT_SRAM_ENABLE_MASK;\n", ""),
    ),
    "reception has another request": mutant(
        BOTH, Rule.DMA_REQUEST, config("PORT_RX_REQUEST", "45u", "43u")
    ),
    "the streams lack TRBUFF": mutant(
        BOTH,
        Rule.DMA_SETTINGS,
        Edit("port/uart_dma.c", "return settings | DMA_SCR_TRBUFF;", "return settings;"),
    ),
    "reception ends with the ring": mutant(
        BOTH,
        Rule.UART_OVERRUN,
        Edit("port/uart_dma.c", "DMA_SCR_PL_HIGHEST | DMA_SCR_CIRC", "DMA_SCR_PL_HIGHEST"),
    ),
    # pins, UART, the core's own, banks, stack
    "TX has another function": mutant(
        BOTH, Rule.PIN_FUNCTION, config("PORT_UART_TX_FUNCTION", "7u", "8u")
    ),
    "GPIO is not clocked": mutant(
        ("h7a3",),
        Rule.CLOCK_OFF,
        Edit(
            "port/uart_power.c",
            "RCC_AHB4ENR_GPIOEN(PORT_UART_TX_GPIO_INDEX) |"
            " RCC_AHB4ENR_GPIOEN(PORT_UART_RX_GPIO_INDEX)",
            "0u",
        ),
    ),
    "BRR is 5 % off": mutant(("h743",), Rule.BAUD_ERROR, config("PORT_UART_BRR", "130u", "136u")),
    "BRR is that of another bus clock": mutant(
        ("h7a3",), Rule.BAUD_ERROR, config("PORT_UART_BRR", "152u", "130u")
    ),
    "the DWT stays locked": mutant(
        BOTH,
        Rule.WRITE_PROTECTED_REGISTER,
        Edit("port/cycle_counter.c", "    DWT_LAR = DWT_LAR_UNLOCK;", "    "),
    ),
    "a word goes to the bank that is locked": mutant(
        BOTH,
        Rule.FLASH_LOCKED,
        Edit(
            "port/clock.c",
            CLOCK_ORDER,
            CLOCK_ORDER
            + "    *(volatile uint32_t *)0x52002004u = 0x45670123u;\n"
            + "    *(volatile uint32_t *)0x52002004u = 0xCDEF89ABu;\n"
            + "    *(volatile uint32_t *)0x5200200Cu = 2u;\n"
            + "    *(volatile uint32_t *)0x08100000u = 0u;\n",
        ),
    ),
    "the stack is too small": mutant(
        ("h743",), Rule.STACK_OVERFLOW, Edit("link.ld", ". += 2048;", ". += 256;")
    ),
}

CASES = [(name, board) for name, one in MUTANTS.items() for board in one.boards]


def exercise_the_ring(run: BoardRun) -> tuple[Hello, PatchResult, Memory]:
    """More bytes than the ring holds (delimiters, which mean nothing), then what all boards do."""
    run.machine.run(seconds=BOOT_S)
    run.exchange(bytes(RING_AND_MORE), seconds=0.2)
    return exercise(run)


def elf_of(project: Path) -> Path:
    """The image of a built project."""
    return project / OUTPUT_DIR / f"{IMAGE_NAME}.elf"


@pytest.mark.parametrize(
    ("board", "revision", "core_hz"),
    [("h743", None, 480_000_000), ("h743", "Y", 400_000_000), ("h7a3", None, 280_000_000)],
)
def test_the_firmware_itself_breaks_no_rule(
    boards: dict[str, BoardSpec],
    tapped_projects: Projects,
    board: str,
    revision: str | None,
    core_hz: int,
) -> None:
    """Boots, greets, answers, sleeps, uses the memory that it says; revision Y at its clock."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board, revision=revision)
    hello, result, memory = exercise_the_ring(run)
    assert hello.board == board
    assert hello.core_clock_hz == core_hz == run.machine.rcc.core_hz
    if revision is None:
        assert core_hz == boards[board].clock.core_hz
    assert (result.clip_id, len(result.scores)) == (9, len(TINY_LABELS))
    assert result.network_cycles > 0
    assert 256 < memory.stack_high_water_bytes < memory.stack_bytes
    assert memory.overruns == memory.framing_errors == memory.noise_errors == 0


@pytest.mark.parametrize("board", BOARDS)
def test_a_null_pointers_member_is_a_memory_fault(tapped_projects: Projects, board: str) -> None:
    """At address 0 is ITCM, but the MPU forbids its first KiB; the report names the address."""
    elf = elf_of(tapped_projects(board))
    address = address_of(elf, "listener_begin")
    run = BoardRun(elf, overwrite(address, NULL_MEMBER), board=board)
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    report, *_ = run.send(ClipBegin(1), seconds=BOOT_S)
    assert isinstance(report, FaultReport)
    assert (report.exception, report.cfsr) == (MEMORY_FAULT, CFSR_DATA_ACCESS | CFSR_MMARVALID)
    assert (report.pc, report.mmfar) == (address + 2, 8)
    (hello,) = run.greet()  # the reset that follows has not lost the supply
    assert isinstance(hello, Hello)


@pytest.mark.parametrize(("name", "board"), CASES)
def test_a_mutant_is_refused(
    *,
    name: str,
    board: str,
    boards: dict[str, BoardSpec],
    tapped_projects: Projects,
    toolchain: Toolchain,
    tmp_path: Path,
) -> None:
    """By the rule that it breaks."""
    one = MUTANTS[name]
    elf = build_changed(
        tapped_projects(board), tmp_path / "project", one.edits, boards[board], toolchain
    )
    with pytest.raises(RuleBroken) as caught:
        exercise_the_ring(BoardRun(elf, board=board, revision=one.revision))
    assert caught.value.rule is one.rule, str(caught.value)
