# SPDX-License-Identifier: Apache-2.0
"""What `explain` and the time of `inspect` say of networks whose facts are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from generator.boards.boards_file import load_boards
from generator.cli import main
from generator.estimate import estimate_time, estimate_work
from generator.explanation import Explained, Explanation, Way, explain
from generator.network import Network, read_network
from generator.repository import DEFAULT_BOARDS_FILE
from generator.terminal.explain_drawing import draw_explanation
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.tail_networks import inception, squeeze_and_excite


def read(model: ModelBuilder, folder: Path) -> Network:
    path = folder / "model.tflite"
    write_model(path, model.to_bytes(), record=f"preset: yamnet\nbands: {model.bands}\n")
    return read_network(path)


def of_kind(explained: Explanation, kind: str) -> list[Explained]:
    return [one for one in explained.operators if one.operator.kind == kind]


def test_a_stream_has_rings_and_exact_operations(tmp_path: Path) -> None:
    model = ModelBuilder(20, 12).conv(6, (3, 3)).conv(4, (1, 1)).head(3)
    explained = explain(read(model, tmp_path))
    first, second = of_kind(explained, "CONV_2D")
    assert (first.way, first.operations, first.rows) == (Way.STREAMS, 20 * 12 * 6 * 9, 20)
    assert (second.operations, second.ring_rows) == (20 * 12 * 4 * 6, 1)
    assert explained.input_ring_rows == 3
    assert of_kind(explained, "MEAN")[0].way is Way.REDUCES
    assert of_kind(explained, "DEQUANTIZE")[0].way is Way.NOTHING


def test_what_ends_the_stream_is_named(tmp_path: Path) -> None:
    explained = explain(read(squeeze_and_excite(), tmp_path))
    product = of_kind(explained, "MUL")[0]
    gate = of_kind(explained, "LOGISTIC")[0].operator.index
    assert product.way is Way.WHOLE
    assert f"operator {gate}" in product.why
    slice_ = of_kind(explain(read(inception(), tmp_path)), "STRIDED_SLICE")[0]
    assert slice_.way is Way.WHOLE and "leaves out rows" in slice_.why


def test_the_drawing_is_well_formed_and_names_every_operator(tmp_path: Path) -> None:
    network = read(inception(), tmp_path)
    text = draw_explanation("a < b", explain(network))
    texts = [one.text or "" for one in ElementTree.fromstring(text).iter() if one.text]
    assert "a < b" in texts
    for operator in network.graph.operators:
        assert any(one.startswith(f"{operator.index} {operator.kind}:") for one in texts)


def test_time_is_held_against_the_models_own_step(tmp_path: Path) -> None:
    board = load_boards(DEFAULT_BOARDS_FILE)["u585"]
    time = estimate_time(board, estimate_work(read(ModelBuilder(16, 64).conv(8).head(3), tmp_path)))
    assert time.work.step_ms == pytest.approx(12 * 10.0)
    assert time.verdict == "in time"
    wide = ModelBuilder(16, 64).conv(96).conv(96).conv(96).head(3)
    slow = estimate_time(board, estimate_work(read(wide, tmp_path)))
    assert (slow.verdict, slow.margin < 0.75) == ("too slow", True)


def test_inspect_says_what_to_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.tflite"
    write_model(path, ModelBuilder(16, 64).conv(96).conv(96).conv(96).head(3).to_bytes())
    main(["inspect", str(path)])
    out = capsys.readouterr().out
    assert "too slow: about" in out
    assert "the network takes" in out
    assert "patch_overlap_frames" in out


def test_the_command_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, svg = tmp_path / "m.tflite", tmp_path / "m.svg"
    write_model(path, ModelBuilder(12, 64).conv(4).head(3).to_bytes())
    assert main(["explain", str(path), "--board", "l475", "--svg", str(svg)]) == 0
    out = capsys.readouterr().out
    for shown in ("CONV_2D", "rows", "finding rows", "l475, estimated", "drawn:"):
        assert shown in out
    assert svg.read_text().startswith("<svg")
    assert main(["explain", str(path), "--svg", str(tmp_path / "no" / "m.svg")]) == 3
    assert "cannot write" in capsys.readouterr().err


def test_a_tensors_name_has_no_effect_on_terminal_and_drawing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ModelBuilder(20, 12).conv(6, (3, 3)).head(3)
    for index, tensor in enumerate(model.tensors):
        model.tensors[index] = replace(tensor, name=f"x[/red]\x1b[2J<b>{index}")
    path, svg = tmp_path / "m.tflite", tmp_path / "m.svg"
    write_model(path, model.to_bytes(), record=f"preset: yamnet\nbands: {model.bands}\n")
    assert main(["inspect", str(path)]) == 0
    assert main(["explain", str(path), "--board", "u585", "--svg", str(svg)]) == 0
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    assert r"x[/red]\x1b[2J<b>" in printed.out
    assert ElementTree.fromstring(svg.read_text("utf-8")) is not None
    drawing = draw_explanation("a\x1b\0<b>", explain(read_network(path)))
    assert r"a\x1b\x00<b>" in [one.text for one in ElementTree.fromstring(drawing).iter()]
