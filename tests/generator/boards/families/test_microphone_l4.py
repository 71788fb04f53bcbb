# SPDX-License-Identifier: Apache-2.0
"""Microphones of the L4 and L4+: register values against the manuals, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.adc import AdcValues
from generator.boards.dfsdm import DfsdmValues
from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.errors import InputError
from tests.generator.boards.families.microphones import RATE_HZ, microphone_of
from tests.generator.record_changes import change, changed, faults_of

Boards = dict[str, BoardSpec]


def dfsdm_of(board: BoardSpec) -> DfsdmValues:
    source = microphone_of(board).source
    assert isinstance(source, DfsdmValues)
    return source


def adc_of(board: BoardSpec) -> AdcValues:
    source = microphone_of(board).source
    assert isinstance(source, AdcValues)
    return source


def test_the_discovery_kit(boards: Boards) -> None:
    """CKOUT on PE9, DATIN2 on PE7; filter 2 asks channel 6 of DMA1, where filter 0 would ask the
    one of USART1_TX (RM0351: DMA1 requests for each channel)."""
    values, source = microphone_of(boards["l475"]), dfsdm_of(boards["l475"])
    assert values.clock is not None
    assert (values.clock.name, values.data.name) == ("PE9", "PE7")
    assert (source.base, source.channel, source.filter) == (0x4001_6000, 2, 2)
    assert (source.clock_source_hz, source.divider, source.audio_clock) == (80_000_000, 50, False)
    assert (values.clock_hz, source.decimation, source.sinc_order) == (1_600_000, 50, 4)
    assert (source.enable_register, source.enable_bit) == ("APB2ENR", 24)
    assert (source.select.register, source.select.mask, source.select.value) == (
        "CCIPR",
        1 << 31,
        0,
    )
    assert (values.dma.channel_base, values.dma.select_shift) == (0x4002_006C, 20)
    assert values.dma_line == 16  # DMA1 channel 6
    assert not source.falling


def test_the_largest_word_fits(boards: Boards) -> None:
    """A stream of ones gives 50^4 in 24 bits with a sign."""
    values = microphone_of(boards["l475"])
    assert values.full_scale == 50**4 < 1 << 23
    assert values.word_shift == 8


def test_the_l4_plus_selects_in_another_register_and_has_a_dmamux(boards: Boards) -> None:
    values, source = microphone_of(boards["l4r5"]), dfsdm_of(boards["l4r5"])
    assert (source.clock_source_hz, source.divider, values.clock_hz) == (120_000_000, 75, 1_600_000)
    assert (source.select.register, source.select.mask) == ("CCIPR2", 4)
    assert (source.filter, values.dma.request, source.dma_enable_mask) == (0, 86, 5)
    assert values.dma.multiplexer_address == 0x4002_0808  # channel 3 of DMA1


@pytest.mark.parametrize(("request_number", "filter_number"), [(86, 0), (87, 1), (88, 2), (89, 3)])
def test_the_request_says_which_filter(
    boards: Boards, request_number: int, filter_number: int
) -> None:
    board = boards["l4r5"]
    assert board.microphone is not None
    dma = board.microphone.dma.model_copy(update={"request": request_number})
    assert dfsdm_of(change(board, microphone={"dma": dma})).filter == filter_number


def test_the_other_microphone_of_the_discovery_kit(boards: Boards) -> None:
    """It is on the same line, and has the other edge."""
    assert dfsdm_of(change(boards["l475"], microphone={"edge": "falling"})).falling


def test_a_divided_bus_gives_the_same_clock(boards: Boards) -> None:
    source = dfsdm_of(change(boards["l475"], clock={"apb2_divider": 2}))
    assert (source.clock_source_hz, source.divider, source.decimation) == (40_000_000, 25, 50)


def test_a_bus_that_is_no_multiple_is_refused(boards: Boards) -> None:
    """72 MHz / 45 is as good; 73 MHz has no divider at all."""
    source = dfsdm_of(change(boards["l475"], clock={"core_hz": 72_000_000}))
    assert (source.divider, source.decimation) == (45, 50)
    with pytest.raises(InputError, match="73000000 Hz gives DFSDM1 no clock"):
        make_port(change(boards["l475"], clock={"core_hz": 73_000_000}), RATE_HZ)


def test_the_adc(boards: Boards) -> None:
    """TIM6 counts 2500 periods of 80 MHz. 16 conversions of 60 cycles at 40 MHz take 960 of the
    1250 that lie between two triggers; with the next sampling time they would take 1680."""
    values, source = microphone_of(boards["l432"]), adc_of(boards["l432"])
    assert (source.base, source.timer_base) == (0x5004_0000, 0x4000_1000)
    assert (source.timer_period, values.words_hz) == (2500, 32_000)
    assert (source.channel, source.smpr_index, source.smpr_shift) == (5, 0, 15)
    assert (source.clock_hz, source.sample_field, source.sample_cycles) == (40_000_000, 4, 47.5)
    assert (source.oversampling, source.oversampling_field) == (16, 3)
    assert source.regulator_cycles == 1600  # 20 us
    assert source.calibrated_cycles == 8  # four at 40 MHz
    assert (values.word_shift, values.full_scale, values.droop_order) == (0, 32_768, 0)
    assert values.clock is None and values.clock_hz == 0
    assert (values.dma_line, values.dma.select_shift) == (11, 0)


def test_the_timer_counts_twice_a_divided_bus(boards: Boards) -> None:
    """RM0394, RCC: the timers' clock is twice that of a bus whose divider is not 1."""
    source = adc_of(change(boards["l432"], clock={"apb1_divider": 4}))
    assert (source.timer_hz, source.timer_period) == (40_000_000, 1250)


def test_a_slower_adc_samples_for_less_time(boards: Boards) -> None:
    source = adc_of(change(boards["l432"], clock={"core_hz": 32_000_000}))
    assert (source.clock_hz, source.sample_cycles) == (16_000_000, 12.5)
    cycles = 16 * (source.sample_cycles + 12.5)
    assert cycles < source.clock_hz / 32_000


@pytest.mark.parametrize(
    ("core_hz", "said"),
    [
        (80_100_000, "TIM6 cannot trigger ADC1 at 32000 Hz"),
        (8_000_000, "ADC1 at 4000000 Hz cannot convert 16 times for each of 32000 words"),
    ],
)
def test_a_clock_that_the_adc_cannot_use(boards: Boards, core_hz: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make_port(change(boards["l432"], clock={"core_hz": core_hz}), RATE_HZ)


@pytest.mark.parametrize(
    ("board", "place", "value", "said"),
    [
        ("l475", "peripheral", "ADF1", "ADF1 is not supported by this port"),
        ("l475", "clock_pin.pin", "PE8", "PE8 does not carry the clock of DFSDM1"),
        ("l475", "data_pin.pin", "PE8", "PE8 does not carry the data of DFSDM1"),
        ("l475", "data_pin.alternate_function", 3, "AF3 of PE7 is not DFSDM1's"),
        ("l475", "dma.channel", 3, "DFSDM1 cannot ask channel 3 of DMA1"),
        ("l475", "dma.channel", 4, "shared with uart.tx_dma"),
        ("l475", "dma.controller", "DMA2", "cannot ask channel 6 of DMA2"),
        ("l475", "dma.request", 1, "request 1 of that channel is not DFSDM1"),
        ("l475", "edge", None, "is missing"),
        ("l4r5", "dma.request", 90, "request 90 is no filter of DFSDM1"),
        ("l4r5", "dma.channel", 8, "DMA1 has channels 1 to 7, not 8"),
        ("l4r5", "dma.controller", "GPDMA1", "this part has no GPDMA1"),
        ("l4r5", "clock_pin.pin", "PG7", "PG7 is taken by"),
        ("l432", "peripheral", "DFSDM1", "DFSDM1 is not supported by this port"),
        ("l432", "data_pin.pin", "PC0", "PC0 does not carry the data of ADC1"),
        ("l432", "data_pin.alternate_function", 7, "AF7 of PA0 is not ADC1's"),
        ("l432", "dma.channel", 2, "ADC1 cannot ask channel 2 of DMA1"),
        ("l432", "edge", "rising", "ADC1 takes a voltage"),
    ],
)
def test_what_a_part_cannot_do_is_refused(
    tmp_path: Path, board: str, place: str, value: object, said: str
) -> None:
    document = changed(board, (f"microphone.{place}", value))
    faults = faults_of(tmp_path / "boards.yaml", document)
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("boards.yaml:") for fault in faults)
