# SPDX-License-Identifier: Apache-2.0
"""Models whose input has its bands first, or may have: as the record says, never by luck."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.firmware import make_project
from generator.network import read_network
from generator.project.manifest import read_project
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import OURS, write_model


def model(folder: Path, rows: int, columns: int, record: str = OURS) -> Path:
    """A convolution over an input (1, rows, columns, 1), which turns nothing round itself."""
    content = ModelBuilder(rows, columns).conv(4, stride=(2, 2)).head(3).to_bytes()
    return write_model(folder / "m.tflite", content, record=record)


def faults(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(path)
    return "\n".join(map(str, caught.value.faults))


@pytest.mark.parametrize("frames", [2, 16, 96])
def test_frames_first_is_read_from_the_shape(tmp_path: Path, frames: int) -> None:
    network = read_network(model(tmp_path, frames, 64))
    assert (network.graph.frames, network.graph.bands) == (frames, 64)
    assert network.notes == ()


def test_the_order_that_does_not_fit_is_refused_with_both_counts(tmp_path: Path) -> None:
    told = faults(model(tmp_path, 64, 96, "preset: yamnet\naxes: frames_first\n"))
    assert "m.frontend.yaml:2: axes: frames_first makes 96 bands" in told
    assert "the record has 64" in told and "axes: bands_first" in told


def test_a_square_input_is_refused_until_the_record_says_its_order(tmp_path: Path) -> None:
    told = faults(model(tmp_path, 64, 64))
    assert "64 bands of 64 frames look the same" in told
    network = read_network(model(tmp_path, 64, 64, "preset: yamnet\naxes: frames_first\n"))
    assert (network.graph.frames, network.graph.bands) == (64, 64)


def test_a_square_input_that_is_transposed_is_no_exception(tmp_path: Path) -> None:
    content = ModelBuilder(64, 64, transposed=True).conv(4, stride=(2, 2)).head(3).to_bytes()
    path = write_model(tmp_path / "m.tflite", content)
    assert "look the same" in faults(path)
    write_model(path, content, record="preset: yamnet\naxes: bands_first\n")
    assert read_network(path).graph.takes_bands_first
    write_model(path, content, record="preset: yamnet\naxes: frames_first\n")
    assert not read_network(path).graph.takes_bands_first


@pytest.mark.parametrize("frames", [2, 16, 96])
def test_bands_first_is_turned_by_the_shape(tmp_path: Path, frames: int) -> None:
    network = read_network(model(tmp_path, 64, frames))
    assert (network.graph.frames, network.graph.bands) == (frames, 64)
    assert (network.plan.frames, network.plan.bands) == (frames, 64)
    assert network.graph.takes_bands_first
    assert network.notes == (f"m.tflite: bands first, by its shape: 64 bands x {frames} frames",)
    assert [one.height for one in network.schedule.rings] == [frames, frames // 2]


def test_a_square_input_is_turned_where_the_record_says_so(tmp_path: Path) -> None:
    plain = read_network(model(tmp_path, 64, 64, "preset: yamnet\naxes: frames_first\n"))
    turned = read_network(model(tmp_path, 64, 64, "preset: yamnet\naxes: bands_first\n"))
    assert not plain.graph.takes_bands_first
    assert turned.graph.takes_bands_first
    assert plain.plan.tables != turned.plan.tables


def test_one_frame_lies_in_both_orders_alike(tmp_path: Path) -> None:
    for shape in ((1, 64), (64, 1)):
        content = ModelBuilder(*shape).conv(4, (1, 1)).head(3).to_bytes()
        network = read_network(write_model(tmp_path / "m.tflite", content, record=OURS))
        assert (network.graph.frames, network.graph.bands) == (1, 64)


def test_the_project_says_how_the_file_has_its_tensors(tmp_path: Path, u585: BoardSpec) -> None:
    network = read_network(model(tmp_path, 64, 16))
    info = read_project(make_project(u585, network, tmp_path, taps=False).directory).info
    assert info.patch is not None
    assert (info.patch.shape, info.patch.order) == ((1, 64, 16, 1), (0, 2, 1, 3))
    convolution, mean = info.operators[:2]
    assert convolution.shape == (1, 8, 32, 4)
    assert convolution.arrangement is not None
    assert convolution.arrangement.shape == (1, 32, 8, 4)
    assert mean.arrangement is None
