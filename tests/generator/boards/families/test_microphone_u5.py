# SPDX-License-Identifier: Apache-2.0
"""The microphone of the U5: register values against the manual, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.boards.boards_file import load_boards
from generator.boards.families.u5.microphone import AdfValues, split_divider
from generator.boards.microphone_values import ring_blocks
from generator.boards.port import make_port
from generator.boards.port_values import Vector
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.errors import InputError
from generator.project.render import make_environment, scan_templates
from tests.generator.boards.families.microphones import RATE_HZ, microphone_of
from tests.generator.record_changes import change, changed, faults_of
from tests.support.microphone_image import render_port

Boards = dict[str, BoardSpec]


def adf_of(board: BoardSpec, rate_hz: int = RATE_HZ) -> AdfValues:
    source = microphone_of(board, rate_hz).source
    assert isinstance(source, AdfValues)
    return source


@pytest.mark.parametrize("name", ["u585", "u575"])
def test_adf1_at_160_mhz(boards: Boards, name: str) -> None:
    """160 MHz / 10 / 10 = 1.6 MHz, / 50 = 32 kHz; 50^4 is within 2^23; PE9 and PE10 are AF3."""
    values, source = microphone_of(boards[name]), adf_of(boards[name])
    assert (values.kind, values.clock_hz, values.words_hz) == ("adf", 1_600_000, 32_000)
    assert (source.processing_divider, source.clock_divider, source.decimation) == (10, 10, 50)
    assert (source.base, source.processing_hz, source.bitstream) == (0x4602_4000, 16_000_000, 0)
    assert (values.full_scale, values.word_shift, values.droop_order) == (6_250_000, 8, 4)
    assert values.clock is not None
    assert (values.clock.port_base, values.clock.afr_index, values.clock.afr_shift) == (
        *(0x4202_1000, 1),
        4,
    )
    assert (values.data.number, values.data.alternate_function) == (10, 3)
    assert (values.dma.channel_base, values.dma.request, values.dma_line) == (0x4002_0150, 98, 31)


def test_ring_and_settling_are_counted_in_words(boards: Boards) -> None:
    """Blocks of 10 ms; two answers of 4.5 million cycles last 56 ms at 160 MHz: six blocks."""
    values = microphone_of(boards["u585"])
    assert (values.block_words, values.ring_words, values.settle_words) == (320, 6 * 320, 3_200)
    assert [ring_blocks(mhz * 1_000_000) for mhz in (80, 120, 480)] == [12, 8, 4]


def test_the_other_edge_is_the_other_bit_stream(boards: Boards) -> None:
    """BSSEL 1 (RM0456, ADF_BSMX0CR)."""
    assert adf_of(change(boards["u585"], microphone={"edge": "falling"})).bitstream == 1


def test_only_who_listens_has_a_microphone(boards: Boards) -> None:
    """Without it the vector table is the same but for the one handler."""
    silent, listening = make_port(boards["u585"]), make_port(boards["u585"], RATE_HZ)
    assert silent.microphone is None
    handler = "microphone_dma_interrupt"
    assert listening.vectors[31] == Vector(31, "GPDMA1_CH2", handler)
    quiet = replace(listening.vectors[31], handler="unexpected_interrupt")
    assert silent.vectors == (*listening.vectors[:31], quiet, *listening.vectors[32:])


def test_the_drivers_values_are_rendered(boards: Boards, tmp_path: Path) -> None:
    """What the C writes: dividers, edge, pins, DMA, ring."""
    render_port(boards["u585"], tmp_path)
    lines = (tmp_path / "port" / "port_config.h").read_text().splitlines()
    defined = (line.split(maxsplit=2)[1:] for line in lines if line.startswith("#define PORT_"))
    values = {name: rest[0] for name, *rest in defined if rest}
    wanted = {
        "PORT_ADF_BASE": "0x46024000u",
        "PORT_ADF_PROCESSING_DIVIDER": "10u",
        "PORT_ADF_CLOCK_DIVIDER": "10u",
        "PORT_ADF_DECIMATION": "50u",
        "PORT_MICROPHONE_RING_WORDS": "1920u",
        "PORT_MICROPHONE_DMA_LINE": "31u",
        "PORT_MICROPHONE_DMA_CHANNEL_BASE": "0x40020150u",
        "PORT_MICROPHONE_DMA_REQUEST": "98u",
        "PORT_MICROPHONE_CLOCK_PIN": "9u",
        "PORT_MICROPHONE_DATA_PIN": "10u",
        "PORT_MICROPHONE_DATA_FUNCTION": "3u",
    }
    assert {name: values[name] for name in wanted} == wanted
    assert values["PORT_ADF_BITSTREAM"].startswith("0u ")


def test_an_image_that_does_not_listen_has_nothing_of_it(boards: Boards) -> None:
    """Neither values nor files."""
    board, family = boards["u585"], family_of("u5")
    template = make_environment().get_template("port/u5/port_config.h.j2")
    assert "MICROPHONE" not in template.render(board=board, port=make_port(board))
    found = scan_templates(("port",), family.port_folders)
    assert not [path for path in found if "microphone" in path or "adf" in path]


def test_a_board_without_one_does_not_listen(boards: Boards) -> None:
    deaf = boards["u585"].model_copy(update={"microphone": None})
    assert make_port(deaf).microphone is None
    with pytest.raises(InputError, match="the board's record has no microphone"):
        make_port(deaf, RATE_HZ)


@pytest.mark.parametrize(
    ("rate_hz", "where", "said"),
    [
        (22_050, "u585.clock", "no clock that is 44100 Hz, twice the front-end's sample rate"),
        (8_000, "u585.microphone.clock_range_hz", "exact would be 800000, 640000, 400000"),
        (44_100, "u585.clock", "no clock that is 88200 Hz"),
    ],
)
def test_a_clock_tree_that_cannot_give_it_exactly(
    boards: Boards, rate_hz: int, where: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_port(boards["u585"], rate_hz)
    (fault,) = caught.value.faults
    assert fault.where == where
    assert said in str(fault)


def test_faults_of_clock_and_microphone_come_together(boards: Boards) -> None:
    broken = change(boards["u585"], clock={"source": "hsi16"})
    with pytest.raises(InputError) as caught:
        make_port(broken, 22_050)
    assert {fault.where for fault in caught.value.faults} == {"u585.clock"}
    assert len(caught.value.faults) == 2


@given(st.integers(1, 4_000))
def test_a_split_divides_by_both_registers(divider: int) -> None:
    """PROCDIV has 7 bits, CCKDIV 4, and adf_proc_ck is at least four times the clock."""
    split = split_divider(divider)
    if split is None:
        assert not any(divider % clock == 0 and divider // clock <= 128 for clock in range(4, 17))
        return
    processing, clock = split
    assert processing * clock == divider
    assert 1 <= processing <= 128
    assert 4 <= clock <= 16


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 32_000])
@pytest.mark.parametrize("range_hz", [(100_000, 5_000_000), (1_200_000, 3_250_000)])
def test_what_is_derived_is_exact_and_within_the_range(
    boards: Boards, rate_hz: int, range_hz: tuple[int, int]
) -> None:
    board = change(boards["u585"], microphone={"clock_range_hz": range_hz})
    try:
        values, source = microphone_of(board, rate_hz), adf_of(board, rate_hz)
    except InputError:
        assert (rate_hz, range_hz[0]) == (8_000, 1_200_000)
        return
    assert source.processing_divider * source.clock_divider * values.clock_hz == 160_000_000
    assert source.decimation * values.words_hz == values.clock_hz
    assert values.words_hz == 2 * rate_hz
    assert range_hz[0] <= values.clock_hz <= range_hz[1]
    assert values.full_scale <= 1 << 23


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("peripheral", "MDF1", "MDF1 is not supported by this port"),
        ("peripheral", "SAI1", "should match pattern"),
        ("peripheral", "ADC1", "takes a voltage, and gives no clock"),
        ("clock_pin.pin", "PE8", "PE8 does not carry the clock of ADF1"),
        ("clock_pin.pin", "PE10", "PE10 is the clock too"),
        ("clock_pin.alternate_function", 6, "AF6 of PE9 is not ADF1's"),
        ("data_pin.pin", "PE11", "PE11 does not carry the data of ADF1"),
        ("data_pin.pin", "PA9", "PA9 is taken by"),
        ("clock_pin", None, "microphone.clock_pin: is missing"),
        ("edge", None, "microphone.edge: is missing"),
        ("edge", "both", "Input should be 'rising' or 'falling'"),
        ("clock_range_hz", None, "microphone.clock_range_hz: is missing"),
        ("clock_range_hz", [3_000_000, 1_000_000], "3000000 Hz is above 1000000 Hz"),
        ("clock_range_hz", [0, 1_000_000], "greater than 0"),
        ("dma.controller", "DMA1", "this part has no DMA1"),
        ("dma.channel", 16, "GPDMA1 has channels 0 to 15, not 16"),
        ("dma.channel", 1, "shared with uart.tx_dma"),
        ("dma.request", 97, "request 97 is not ADF1's"),
        ("gain_db", 90, "less than or equal to 72"),
        ("settle_ms", -1, "greater than or equal to 0"),
        ("volume", 3, "unknown key"),
    ],
)
def test_what_a_record_is_refused_for(tmp_path: Path, place: str, value: object, said: str) -> None:
    document = changed("u585", (f"microphone.{place}", value))
    faults = faults_of(tmp_path / "boards.yaml", document)
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("boards.yaml:") for fault in faults)


def test_a_section_may_be_left_out(tmp_path: Path) -> None:
    document = changed("u585")
    del document["u585"]["microphone"]
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(document))
    assert load_boards(path)["u585"].microphone is None


def test_all_faults_of_a_section_come_together(tmp_path: Path) -> None:
    changes = (
        ("microphone.clock_pin.pin", "PE8"),
        ("microphone.dma.request", 97),
        ("microphone.dma.channel", 0),
    )
    assert len(faults_of(tmp_path / "boards.yaml", changed("u585", *changes))) == 3
