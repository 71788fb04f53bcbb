# SPDX-License-Identifier: Apache-2.0
"""Every fault of a model, its record, its labels and its settings comes at once, readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli import main
from generator.errors import (
    EXIT_INPUT,
    LONGEST_LINE,
    MOST_LINES,
    Fault,
    InputError,
    fault_lines,
)
from generator.model.decision_file import settings_path
from generator.network import read_network
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model


def test_operators_bands_labels_and_settings_are_asked_together(tmp_path: Path) -> None:
    model = ModelBuilder(16, 40).conv(4).conv(4).conv(4).mean().dense(3)
    for operator in model.operators[:2]:
        model.tensors[operator.inputs[1]].zero_points = (1,) * 4
    model.operators[2].kind = "MIRROR_PAD"
    path = write_model(tmp_path / "m.tflite", model.to_bytes(), ["dog", "dog"])
    settings_path(path).write_text("threshold: 0.5\n")
    with pytest.raises(InputError) as caught:
        read_network(path)
    told = "\n".join(map(str, caught.value.faults))
    for expected in (
        "MIRROR_PAD cannot run",
        "CONV_2D: operators 0 and 1: Weights must be symmetric",
        "64 mel bands a frame, but the input of m.tflite is (1, 16, 40, 1)",
        "m.labels.txt: 2 labels, but the model has 3 classes",
        "m.labels.txt:2: repeats 'dog'",
    ):
        assert expected in told


def test_axes_and_order_are_asked_of_a_model_with_other_faults(tmp_path: Path) -> None:
    model = ModelBuilder(64, 64).conv(6).mean().dense(6).dense(3).softmax()
    model.operators[3].inputs[0] = model.operators[1].outputs[0]
    model.tensors[model.operators[0].inputs[1]].zero_points = (1,) * 6
    with pytest.raises(InputError) as caught:
        read_network(write_model(tmp_path / "m.tflite", model.to_bytes()))
    told = "\n".join(map(str, caught.value.faults))
    for expected in ("nothing uses tensor", "zero points differ", "64 frames look the same"):
        assert expected in told


def test_neighbours_with_one_remedy_tell_it_once() -> None:
    faults = [Fault("a", "x", "mend"), Fault("b", "y", "mend"), Fault("c", "z", "other")]
    assert fault_lines(faults) == ["a: x", "b: y\n    remedy: mend", "c: z\n    remedy: other"]


def test_recurrent_operators_share_their_remedy_on_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ModelBuilder(16, 64).conv(4).conv(4).conv(4).head(3)
    for operator, kind in zip(model.operators, ("SVDF", "RNN", "SVDF"), strict=False):
        operator.kind, operator.options, operator.options_type = kind, None, 0
    path = write_model(tmp_path / "m.tflite", model.to_bytes())
    assert main(["inspect", str(path)]) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert "1 fault\n" in printed
    assert "SVDF: operators 0 and 2; RNN: operator 1: none of them can run: a recur" in printed
    assert printed.count("unroll=True") == 1


def test_operators_that_are_not_computed_are_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ModelBuilder(16, 64).conv(4).conv(4).conv(4).conv(4).head(3)
    for operator, kind in zip(model.operators, ("EXP", "SIN", "CUMSUM", "EXP"), strict=False):
        operator.kind, operator.options, operator.options_type = kind, None, 0
    path = write_model(tmp_path / "m.tflite", model.to_bytes())
    assert main(["inspect", str(path)]) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert "EXP: operators 0 and 3; SIN: operator 1; CUMSUM: operator 2: none of them" in printed
    assert printed.count("not computed") == 1


def test_one_text_is_told_once_with_all_its_places() -> None:
    faults = [Fault("a", "x", "mend"), Fault("b", "y", "mend"), Fault("c", "x", "mend")]
    assert fault_lines(faults) == ["a; c: x", "b: y\n    remedy: mend"]
    assert fault_lines([Fault("a", "x", "mend"), Fault("a", "x", "other")]) == [
        "a: x\n    remedy: mend",
        "a: x\n    remedy: other",
    ]


def test_more_than_anybody_reads_is_cut() -> None:
    faults = [Fault("a", f"x{index}") for index in range(MOST_LINES + 7)]
    lines = fault_lines([Fault("b", "y" * (LONGEST_LINE + 1)), *faults])
    assert len(lines) == MOST_LINES + 1
    assert lines[0] == f"b: {'y' * (LONGEST_LINE - 3)}…"
    assert lines[-1] == "and 8 more like these"
