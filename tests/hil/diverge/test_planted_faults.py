# SPDX-License-Identifier: Apache-2.0
"""A fault that is planted into the C of a project is named at its place, and nothing else is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.boards.boards_file import load_board
from generator.firmware import make_project
from generator.network import read_network
from generator.repository import DEFAULT_BOARDS_FILE
from mel2metal.__main__ import main
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model

pytestmark = pytest.mark.slow

FAULTY_CHANNEL = 4


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, its project as `sound`, and a clip of noise."""
    folder = tmp_path_factory.mktemp("diverge")
    net = ModelBuilder(16, 64).conv(6, stride=(2, 2)).depthwise().conv(8, (3, 3)).head(classes=3)
    write_model(folder / "net.tflite", net.to_bytes())
    network = read_network(folder / "net.tflite")
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    made = make_project(board, network, folder, taps=False)
    shutil.copytree(made.directory, folder / "sound")
    random = np.random.default_rng(4)
    sound = random.normal(0.0, 0.2, 8000) * np.geomspace(1.0, 0.05, 8000)
    soundfile.write(folder / "noise.wav", sound, 16_000)
    return folder


def edited(place: Path, file: str, change: Callable[[str], str]) -> Path:
    """The project with one file changed."""
    folder = place / "faulty"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(place / "sound", folder)
    text = (folder / file).read_text()
    changed = change(text)
    assert changed != text
    (folder / file).write_text(changed)
    return folder


def diverge(place: Path, faulty: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    arguments = ["diverge", place / "noise.wav", "--model", place / "net.tflite"]
    code = main([*map(str, arguments), "--a", "host", "--b", f"host:{faulty}"])
    return code, capsys.readouterr().out


def stage(out: str, name: str) -> str:
    """The lines of a stage."""
    found = re.search(rf"^{name}\s.*\n(?:\s{{6,}}.*\n)*", out, re.MULTILINE)
    assert found, out
    return found.group()


def test_an_equal_project_agrees(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = diverge(place, place / "sound", capsys)
    assert code == 0
    assert "they agree in every bit" in out


def test_a_weight_is_found_in_its_layer(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def change(text: str) -> str:
        begin = text.index("parameters_1_")
        filters = list(re.finditer(r"SCALED_3X3\(-?\d+, -?\d+, -?\d+, (-?\d+), ", text[begin:]))
        one = filters[FAULTY_CHANNEL]  # the left tap of the row in the middle, scaled
        value = int(one[1])
        new = value + 12800 if value < 0 else value - 12800
        return f"{text[: begin + one.start(1)]}{new}{text[begin + one.end(1) :]}"

    faulty = edited(place, "network/network_weights.c", change)
    code, out = diverge(place, faulty, capsys)
    assert code == 1
    assert "int8 values equal" in stage(out, "cells")
    layers = stage(out, "layers")
    assert "operator 1 (DEPTHWISE_CONV_2D" in layers
    assert f"channel {FAULTY_CHANNEL} of" in layers
    assert "they part first at: layers" in out


def test_a_mel_coefficient_is_found_in_its_band(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty_bin = 60

    def change(text: str) -> str:
        begin = text.index("{", text.index("mel_bin_weights_q24["))
        numbers = list(re.finditer(r"\b\d+\b", text[begin:]))
        one = numbers[faulty_bin - 5]
        return f"{text[: begin + one.start()]}{2**24}{text[begin + one.end() :]}"

    faulty = edited(place, "frontend/mel_tables.c", change)
    code, out = diverge(place, faulty, capsys)
    assert code == 1
    cells = stage(out, "cells")
    (value,) = re.findall(r"first at frame \d+, value (\d+)", cells)
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (125.0, 7500.0))
    edges = 700 * (10 ** (np.linspace(low, high, 66) / 2595) - 1)
    segment = int(np.searchsorted(edges, faulty_bin * 31.25)) - 1
    assert int(value) in (segment - 1, segment)
    assert "equal, element by element" in stage(out, "layers")
    assert "they part first at: cells" in out


def test_a_ring_that_is_a_row_too_short_is_found_in_its_reader(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(text: str) -> str:
        rings = [one.start() for one in re.finditer(r"\bring_\w+ = \{", text)]
        second = rings[1]
        head, rest = text[:second], text[second:]
        places = re.search(r"\.places = (\d+)", rest)
        assert places
        return head + rest.replace(places.group(), f".places = {int(places[1]) - 1}", 1)

    faulty = edited(place, "network/network.c", change)
    code, out = diverge(place, faulty, capsys)
    assert code == 1
    assert "int8 values equal" in stage(out, "cells")
    assert "operator 1 (DEPTHWISE_CONV_2D" in stage(out, "layers")


def test_mistakes_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = str(place / "noise.wav")
    model = str(place / "net.tflite")
    assert main(["diverge", clip, "--model", model, "--a", "litert", "--b", "litert"]) == 2
    assert "neither has a front-end" in capsys.readouterr().err
    assert main(["diverge", str(place / "no.wav"), "--model", model, "--b", "virtual:x9"]) == 2
    told = capsys.readouterr().err
    assert "no board 'x9'" in told and "is not there" in told
    assert main(["diverge", clip, "--model", model, "--b", f"host:{place}"]) == 3
    assert main(["diverge", clip, "--model", model, "--b", f"float:{model}"]) == 2
    assert "not float32" in capsys.readouterr().err
