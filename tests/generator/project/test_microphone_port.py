# SPDX-License-Identifier: Apache-2.0
"""The microphone's part of `port/`, as rendered for each board, compiles without a warning."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.project.render import scan_templates
from generator.project.target_flags import target_flags
from generator.toolchain.locate import Toolchain
from tests.support.microphone_image import render_port

Boards = dict[str, BoardSpec]

BOARDS = ("l475", "l4r5", "l432", "h743", "h7a3")

COMPILED = (
    *("port/microphone.c", "port/microphone_source.c", "port/microphone_dma.c", "port/clock.c"),
    "core/vectors.c",
)


@pytest.mark.parametrize("board_id", BOARDS)
def test_it_compiles(boards: Boards, board_id: str, tmp_path: Path, toolchain: Toolchain) -> None:
    board = boards[board_id]
    render_port(board, tmp_path)
    flags = target_flags(board.core)
    subprocess.run(
        [
            *(str(toolchain.gcc), *flags.cpu, *flags.language, *flags.warnings),
            *(*flags.includes, "-fsyntax-only", *COMPILED),
        ],
        cwd=tmp_path,
        check=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("board_id", "lines"),
    [
        (
            "l475",
            (
                "#define PORT_DFSDM_SELECT_REGISTER RCC_CCIPR",
                "#define PORT_DFSDM_CKOUT_DIVIDER 50u",
                "#define PORT_DFSDM_FILTER 2u",
                "#define PORT_MICROPHONE_DMA_CHANNEL_BASE 0x4002006cu",
                "#define PORT_MICROPHONE_DMA_SELECT_SHIFT 20u",
            ),
        ),
        (
            "l4r5",
            (
                "#define PORT_DFSDM_SELECT_REGISTER RCC_CCIPR2",
                "#define PORT_DFSDM_CKOUT_DIVIDER 75u",
                "#define PORT_MICROPHONE_DMA_MULTIPLEXER 0x40020808u /* DMAMUX_CxCR */",
            ),
        ),
        (
            "l432",
            (
                "#define PORT_ADC_TIMER_PERIOD 2500u",
                "#define PORT_ADC_SAMPLE_FIELD 4u",
                "#define PORT_MICROPHONE_DMA_LINE 11u",
            ),
        ),
        (
            "h743",
            (
                "#define PORT_HAS_PLL_Q 1",
                "#define PORT_PLL_Q_FIELD 11u"
                " /* divider less one: 960000000 Hz / 12 = 80000000 Hz */",
                "#define PORT_FALLBACK_PLL_Q_FIELD 9u"
                " /* divider less one: 800000000 Hz / 10 = 80000000 Hz */",
                "#define PORT_MICROPHONE_DMA_STREAM 0x40020040u",
            ),
        ),
        ("h7a3", ("#define PORT_DFSDM_BASE 0x40017800u",)),
    ],
)
def test_rendered_values(
    boards: Boards, board_id: str, lines: tuple[str, ...], tmp_path: Path
) -> None:
    render_port(boards[board_id], tmp_path)
    config = (tmp_path / "port" / "port_config.h").read_text().splitlines()
    for line in lines:
        assert line in config
    vectors = (tmp_path / "core" / "vectors.c").read_text()
    assert vectors.count("microphone_dma_interrupt,") == 1


@pytest.mark.parametrize("board_id", BOARDS)
def test_an_image_without_a_microphone_has_nothing_of_it(boards: Boards, board_id: str) -> None:
    family = family_of(boards[board_id].family)
    assert not [
        path
        for path in scan_templates(("port",), family.port_folders, (), ())
        if "microphone" in path
    ]
    assert "microphone" not in str(make_port(boards[board_id]).vectors)
