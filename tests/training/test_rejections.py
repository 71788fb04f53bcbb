# SPDX-License-Identifier: Apache-2.0
"""A threshold that rejects nothing says so: in words, by `make evaluate`, and in the card."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.model.decision import (
    SHARE_STEPS,
    UNDECIDED,
    ZERO_SHARE_STEP,
    DecisionRule,
    Head,
    step_of,
)
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from training.__main__ import main
from training.card import read_card
from training.card_text import print_card
from training.paths import MODELS
from training.rejections import Rejections, count_changed, count_rejections, describe_rejections
from training.scores import DecidedClip, decide_again
from training.threshold import with_thresholds

LABELS = ("dog", "other", "rain")


def softmax(share: float, other: int | None = None) -> DecisionRule:
    return DecisionRule(Head.SOFTMAX, (step_of(share),) * 3, other)


def clip(*shares: float, patches: int = 2) -> DecidedClip:
    sums = tuple(patches * (SHARE_STEPS * share + ZERO_SHARE_STEP) for share in shares)
    return DecidedClip("clip", 1, (0,), 0, (0,), patches, sums)


CLIPS = [clip(0.75, 0.125, 0.125), clip(0.25, 0.25, 0.5), clip(0.25, 0.625, 0.125)]
SILENT = DecidedClip("silent", 1, (0,), -1, (), 0, ())


@pytest.mark.parametrize(
    ("share", "other", "rejected", "said"),
    [
        (0.3, None, 0, "rejects nothing: the best class of each of 3 clips with sound reaches it"),
        (0.3, 1, 0, "and none is decided as other because of it"),
        (0.6, None, 1, "rejects 1 of 3 clips with sound: they are undecided"),
        (0.7, 1, 2, "rejects 2 of 3 clips with sound: they are decided as other"),
    ],
)
def test_softmax(share: float, other: int | None, rejected: int, said: str) -> None:
    rule = softmax(share, other)
    counted = count_rejections([*CLIPS, SILENT], rule)
    assert counted == Rejections(answers=3, rejected=rejected)
    assert said in describe_rejections(counted, rule, LABELS)


def test_sigmoid() -> None:
    low, high = (DecisionRule(Head.SIGMOID, (step_of(share),) * 3) for share in (0.1, 0.5))
    counted = count_rejections(CLIPS, low)
    assert counted == Rejections(answers=9, rejected=0)
    assert describe_rejections(counted, low, LABELS).endswith("detected in every clip")
    counted = count_rejections(CLIPS, high)
    assert counted == Rejections(answers=9, rejected=6)
    assert "6 of 9 pairs" in describe_rejections(counted, high, LABELS)


def test_without_thresholds_nothing_is_said() -> None:
    assert count_rejections(CLIPS, softmax(0.0)) is None


def test_a_decision_counts_as_changed_by_its_class_or_by_what_was_detected() -> None:
    before = decide_again(CLIPS, softmax(0.0))
    assert count_changed(before, decide_again(CLIPS, softmax(0.3))) == 0
    assert count_changed(before, decide_again(CLIPS, softmax(0.6, other=1))) == 1


def test_a_threshold_between_two_steps_is_the_chip_s() -> None:
    share = 128.5 / SHARE_STEPS
    assert with_thresholds(softmax(0.0), [share]).thresholds == (step_of(share),) * 3


@pytest.fixture
def evaluated(
    dataset_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[str, dict[str, Any]]]:
    """What `evaluate --threshold` of a small model prints, and its JSON."""
    content = ModelBuilder(16, 64).conv(2).head(3).to_bytes()
    model = write_model(tmp_path / "three.tflite", content, ["bell", "wind", "rain"])

    def run(threshold: str) -> tuple[str, dict[str, Any]]:
        out = tmp_path / "out.json"
        options = ["--model", str(model), "--data", str(dataset_root), "--folds", "1"]
        assert main(["evaluate", *options, "--threshold", threshold, "--json", str(out)]) == 0
        return " ".join(capsys.readouterr().out.split()), json.loads(out.read_text())

    return run


def test_evaluate_says_what_a_threshold_given_by_hand_does(
    evaluated: Callable[[str], tuple[str, dict[str, Any]]],
) -> None:
    printed, result = evaluated("0.01")
    assert "the threshold rejects nothing: the best class of each of 4 clips" in printed
    assert "--threshold changes no decision: the model's own rule (softmax, the" in printed
    assert result["rejections"] == {"answers": 4, "rejected": 0}
    assert result["changed_by_threshold"] == 0
    printed, result = evaluated("0.99")
    rejected = sum(one["decided"] == UNDECIDED for one in result["decisions"])
    assert rejected > 0
    assert f"the threshold rejects {rejected} of 4 clips with sound" in printed
    assert f"--threshold changes {rejected} of 4 decisions of the model's own rule" in printed
    assert result["rejections"] == {"answers": 4, "rejected": rejected}
    assert result["changed_by_threshold"] == rejected


def test_the_card_says_it() -> None:
    text = describe_rejections(Rejections(answers=320, rejected=0), softmax(0.01), LABELS)
    card = read_card(MODELS / "yamnet_256_esc10.json")
    assert "rejects" not in print_card(card)
    card = card.model_copy(update={"rejections_text": text})
    assert "Of the held-out clips, the threshold rejects nothing: the best" in print_card(card)
