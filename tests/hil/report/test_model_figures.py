# SPDX-License-Identifier: Apache-2.0
"""What a report says of a model: its own front-end, classes and step, and nobody else's rows."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest

from generator.frontend.presets import YAMNET
from generator.model.decision import DecisionRule, Head
from generator.model.published import MODEL_SHA256
from hil.report.details import make_details
from hil.report.figures import make_report
from hil.report.picture import draw_report
from hil.report.text import summary_text
from tests.hil.report.test_figures import BOARD, FULL, clip, of_model, run_of
from tests.support.esc10 import ESC10_CLIPS
from tests.support.frontends import frontend_info


def test_published_rows_stand_beside_no_other_model() -> None:
    report = make_report(FULL, 12.5)
    text = summary_text(FULL, report, 80)
    for absent in ("X-CUBE-AI", "published", "281.95"):
        assert absent not in text
    assert "X-CUBE-AI" not in json.dumps(report.as_json())


def test_the_published_accuracy_stands_beside_the_clips_of_esc_10_alone() -> None:
    labels = tuple(sorted({category for _, category in ESC10_CLIPS}))
    records = [
        clip(name, labels.index(category), labels.index(category)) for name, category in ESC10_CLIPS
    ]
    for clips, shown in ((records, True), (records[1:], False)):
        rule = DecisionRule(Head.SOFTMAX, (-128,) * len(labels))
        run = of_model(run_of(BOARD, *clips), labels=labels, rule=rule, model_sha256=MODEL_SHA256)
        text = summary_text(run, make_report(run, 1), 80)
        assert ("94.9" in text) == shown
        assert ("a random fifth of ESC-10" in text) == shown
        assert "not measured here" in text and "193.7" in text


def test_front_end_and_classes_are_the_models_own() -> None:
    record = YAMNET.model_copy(
        update={"name": "wide", "sample_rate_hz": 8000, "hop_samples": 160, "window_samples": 320}
    )
    run = of_model(FULL, frontend=frontend_info(record, 16))
    report = make_report(run, 1)
    assert report.labels == ("cat", "dog", "rain")
    assert report.frontend.name == "wide"
    assert (report.frontend.patch_ms, report.frontend.step_ms) == (364.0, 240.0)
    text = summary_text(run, report, 120)
    assert "classes  cat, dog, rain" in text
    assert "sound    wide: 8000 Hz, hann window of 320 samples every 160" in text
    assert "one every 12 frames, 240 ms" in text


@pytest.mark.parametrize(("frames", "margin"), [(96, 58.26), (16, -150.09)])
def test_the_real_time_margin_is_of_this_models_step(frames: int, margin: float) -> None:
    """24 M cycles of network at 80 MHz are 300 ms; the frames cost little."""
    run = of_model(FULL, frontend=frontend_info(frames=frames))
    report = make_report(run, 1)
    assert report.latency.real_time_margin_percent == pytest.approx(margin, abs=0.02)
    text = summary_text(run, report, 80)
    assert ("NOT KEPT" in text) == (margin < 0)


def test_the_picture_marks_what_is_published(tmp_path: Path) -> None:
    with patch("matplotlib.figure.Figure.supxlabel", autospec=True) as note:
        draw_report(tmp_path / "plain.png", make_report(FULL, 1), make_details(FULL))
    note.assert_not_called()
    beside = of_model(FULL, model_sha256=MODEL_SHA256)
    with patch("matplotlib.figure.Figure.supxlabel", autospec=True) as note:
        draw_report(tmp_path / "marked.png", make_report(beside, 1), make_details(beside))
    (_, text), _ = note.call_args
    assert "published by ST" in text and "not measured here" in text


def test_the_pictures_bars_are_labelled_with_the_whole_that_is_published(tmp_path: Path) -> None:
    """109.5 and 8.3 KiB are published as 117.9: the parts are rounded."""
    beside = of_model(FULL, model_sha256=MODEL_SHA256)
    with patch("matplotlib.axes.Axes.text", autospec=True) as text:
        draw_report(tmp_path / "marked.png", make_report(beside, 1), make_details(beside))
    shown = {call.args[3] for call in text.call_args_list}
    assert " 117.9" in shown and " 117.8" not in shown


def test_a_label_may_look_like_a_formula(tmp_path: Path) -> None:
    run = of_model(FULL, labels=("$a_$", "$\\frac{$", "rain"))
    draw_report(tmp_path / "report.png", make_report(run, 1), make_details(run))
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
