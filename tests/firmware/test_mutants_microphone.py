# SPDX-License-Identifier: Apache-2.0
"""Each mistake made in the microphone's drivers is refused by the virtual boards by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.support.microphone_image import build_image

SOURCE = "port/microphone_source.c"
CONFIG = "port/port_config.h"
DMA = "port/microphone_dma.c"

MUTANTS: dict[str, tuple[str, Rule, tuple[str, str, str]]] = {
    "ADF1 has no clock": (
        "u585",
        Rule.CLOCK_OFF,
        (SOURCE, "    RCC_AHB3ENR |= RCC_AHB3ENR_ADF1EN;\n", ""),
    ),
    "the ADF's clock for the microphone is too fast": (
        "u585",
        Rule.MICROPHONE_CLOCK,
        (CONFIG, "#define PORT_ADF_CLOCK_DIVIDER 10u", "#define PORT_ADF_CLOCK_DIVIDER 3u"),
    ),
    "the bits of the other edge": (
        "u585",
        Rule.FILTER_SETTINGS,
        (CONFIG, "#define PORT_ADF_BITSTREAM 0u", "#define PORT_ADF_BITSTREAM 1u"),
    ),
    "the ADF's filter has too few bits": (
        "u585",
        Rule.FILTER_SETTINGS,
        (CONFIG, "#define PORT_ADF_DECIMATION 50u", "#define PORT_ADF_DECIMATION 100u"),
    ),
    "the GPDMA waits for another peripheral": (
        "u585",
        Rule.DMA_SETTINGS,
        (
            CONFIG,
            "#define PORT_MICROPHONE_DMA_REQUEST 98u",
            "#define PORT_MICROPHONE_DMA_REQUEST 97u",
        ),
    ),
    "the ring's second turn goes elsewhere": (
        "u585",
        Rule.DMA_UNREACHABLE,
        (DMA, "    next_turn.dar = ring_begin;\n", ""),
    ),
    "DFSDM1 has no clock": (
        "l475",
        Rule.CLOCK_OFF,
        (SOURCE, "PORT_MICROPHONE_ENABLE_REGISTER |= PORT_MICROPHONE_ENABLE_BIT;", ""),
    ),
    "the clock begins before its divider is set": (
        "l475",
        Rule.WRITE_PROTECTED_REGISTER,
        (
            SOURCE,
            "    DFSDM_CHCFGR1(0u) = ((",
            "    DFSDM_CHCFGR1(0u) |= DFSDM_CHCFGR1_DFSDMEN;\n    DFSDM_CHCFGR1(0u) = ((",
        ),
    ),
    "the microphone's clock is too fast": (
        "l4r5",
        Rule.MICROPHONE_CLOCK,
        (CONFIG, "#define PORT_DFSDM_CKOUT_DIVIDER 75u", "#define PORT_DFSDM_CKOUT_DIVIDER 25u"),
    ),
    "the filter is set up when it is on": (
        "l475",
        Rule.WRITE_PROTECTED_REGISTER,
        (
            SOURCE,
            "    DFSDM_FLTFCR(FILTER) = (",
            "    DFSDM_FLTCR1(FILTER) |= DFSDM_FLTCR1_DFEN;\n    DFSDM_FLTFCR(FILTER) = (",
        ),
    ),
    "the channel is off": (
        "l475",
        Rule.FILTER_SETTINGS,
        (SOURCE, "    DFSDM_CHCFGR1(CHANNEL) |= DFSDM_CHCFGR1_CHEN;\n", ""),
    ),
    "words of more than 24 bits": (
        "l475",
        Rule.FILTER_SETTINGS,
        (CONFIG, "#define PORT_DFSDM_DECIMATION 50u", "#define PORT_DFSDM_DECIMATION 64u"),
    ),
    "the data pin has another function": (
        "l475",
        Rule.PIN_FUNCTION,
        (
            CONFIG,
            "#define PORT_MICROPHONE_DATA_FUNCTION 6u",
            "#define PORT_MICROPHONE_DATA_FUNCTION 7u",
        ),
    ),
    "another filter than the one that asks the channel": (
        "l475",
        Rule.DMA_REQUEST,
        (
            CONFIG,
            "#define PORT_MICROPHONE_DMA_REQUEST 0u",
            "#define PORT_MICROPHONE_DMA_REQUEST 3u",
        ),
    ),
    "the DMA reads bytes": (
        "l475",
        Rule.DMA_SETTINGS,
        (DMA, " | DMA_CCR_MSIZE_WORD | DMA_CCR_PSIZE_WORD", ""),
    ),
    "output Q of the PLL is off": (
        "h7a3",
        Rule.CLOCK_TREE,
        ("port/clock.c", "RCC_PLLCFGR_DIVP1EN | RCC_PLLCFGR_DIVQ1EN", "RCC_PLLCFGR_DIVP1EN"),
    ),
    "the ring is where the DMA does not reach": (
        "h7a3",
        Rule.DMA_UNREACHABLE,
        ("port/microphone.c", " MICROPHONE_DMA_BUFFER;", ";"),
    ),
    "the ADC's regulator has no time to start": (
        "l432",
        Rule.ADC_SETTINGS,
        (SOURCE, "    wait_cycles(PORT_ADC_REGULATOR_CYCLES);\n", ""),
    ),
    "the ADC is on before it is calibrated": (
        "l432",
        Rule.ADC_SETTINGS,
        (SOURCE, "    wait_for(WAIT_MICROPHONE, &ADC_CR, ADC_CR_ADCAL, 0u);\n", ""),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_is_refused(
    boards: dict[str, BoardSpec], tmp_path: Path, toolchain: Toolchain, name: str
) -> None:
    board, rule, edit = MUTANTS[name]
    machine = Machine(board)
    machine.load_elf(build_image(boards[board], tmp_path, toolchain, edits=[edit]))
    with pytest.raises(RuleBroken) as caught:
        machine.run(0.2)
    assert caught.value.rule is rule, str(caught.value)
