# SPDX-License-Identifier: Apache-2.0
"""Microphones of the H7: register values against the manuals, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.clock_tree import PllP
from generator.boards.dfsdm import DfsdmValues, PllOutput
from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.errors import InputError
from tests.generator.boards.families.microphones import RATE_HZ, microphone_of
from tests.generator.record_changes import change, changed, faults_of

Boards = dict[str, BoardSpec]


def dfsdm_of(board: BoardSpec, rate_hz: int = RATE_HZ) -> DfsdmValues:
    source = microphone_of(board, rate_hz).source
    assert isinstance(source, DfsdmValues)
    return source


def test_one_audio_clock_at_both_clocks_of_the_h743(boards: Boards) -> None:
    """960 MHz / 12 and 800 MHz / 10 are 80 MHz: the microphone hears the same rate on a part of an
    older revision, where the clock of APB2 is 62.5 times the microphone's."""
    values, source = microphone_of(boards["h743"]), dfsdm_of(boards["h743"])
    assert source.pll_outputs == (
        PllOutput("", 960_000_000, 12, 11, 80_000_000),
        PllOutput("FALLBACK_", 800_000_000, 10, 9, 80_000_000),
    )
    assert (source.audio_clock, source.divider, values.clock_hz) == (True, 50, 1_600_000)
    assert (source.decimation, source.sinc_order, values.full_scale) == (50, 4, 6_250_000)
    assert source.kernel_hz == 120_000_000


def test_the_h7a3(boards: Boards) -> None:
    """560 MHz / 7; its DFSDM1 is at another place, with another enable bit (RM0455)."""
    source = dfsdm_of(boards["h7a3"])
    assert source.pll_outputs == (PllOutput("", 560_000_000, 7, 6, 80_000_000),)
    assert (source.base, source.enable_bit, source.kernel_hz) == (0x4001_7800, 30, 140_000_000)


def test_registers_of_the_h743(boards: Boards) -> None:
    values, source = microphone_of(boards["h743"]), dfsdm_of(boards["h743"])
    assert (source.base, source.enable_register, source.enable_bit) == (0x4001_7000, "APB2ENR", 28)
    select = source.select
    assert (select.register, select.mask, select.value) == ("D2CCIP1R", 0x0100_0007, 0)
    assert (source.channel, source.filter, source.dma_enable_mask) == (2, 0, 1)
    assert values.dma.multiplexer_address == 0x4002_0808  # DMAMUX1_C2CR
    assert values.dma_line == 13  # DMA1 stream 2


def test_an_image_without_a_microphone_has_no_output_q(boards: Boards) -> None:
    assert make_port(boards["h743"]).microphone is None


def test_the_audio_clock_is_the_fastest_that_divides(boards: Boards) -> None:
    """968 MHz / 11 = 88 MHz, which is 55 times the microphone's clock."""
    clock = {"pll": PllP(divider_m=1, multiplier_n=121, divider_p=2)}
    source = dfsdm_of(change(boards["h7a3"], clock=clock))
    assert source.pll_outputs == (PllOutput("", 968_000_000, 11, 10, 88_000_000),)
    assert (source.divider, source.decimation) == (55, 50)


def test_a_vco_that_gives_no_clock_is_refused(boards: Boards) -> None:
    """No fraction of 808 MHz is a multiple of 2 * 11025 Hz."""
    clock = {"pll": PllP(divider_m=1, multiplier_n=101, divider_p=2)}
    with pytest.raises(InputError, match="Hz gives DFSDM1 no clock that is 22050 Hz, twice"):
        make_port(change(boards["h7a3"], clock=clock), 11_025)


def test_no_pll_is_refused_for_the_microphone_too(boards: Boards) -> None:
    with pytest.raises(InputError, match="comes from PLL1, and there is none"):
        make_port(change(boards["h7a3"], clock={"pll": None}), RATE_HZ)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("peripheral", "ADC1", "ADC1 is not supported by this port"),
        ("clock_pin.pin", "PE8", "PE8 does not carry the clock of DFSDM1"),
        ("clock_pin.alternate_function", 6, "AF6 of PE9 is not DFSDM1's"),
        ("data_pin.pin", "PD9", "PD9 is taken by"),
        ("dma.channel", 8, "DMA1 has channels 0 to 7, not 8"),
        ("dma.channel", 1, "shared with uart.tx_dma"),
        ("dma.controller", "BDMA1", "this part has no BDMA1"),
        ("dma.request", 100, "request 100 is no filter of DFSDM1"),
        ("dma.request", 105, "101 to 104"),
    ],
)
def test_what_a_part_cannot_do_is_refused(
    tmp_path: Path, place: str, value: object, said: str
) -> None:
    document = changed("h743", (f"microphone.{place}", value))
    faults = faults_of(tmp_path / "boards.yaml", document)
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("boards.yaml:") for fault in faults)
