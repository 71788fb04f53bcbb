# SPDX-License-Identifier: Apache-2.0
"""The decision settings beside a model: what they mean, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.model.decision import DecisionRule, Head
from generator.model.decision_file import DecisionSettings, find_rule, settings_path, settings_text

LABELS = ("dog", "rain", "other")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "m.tflite"


def write(model: Path, text: str) -> None:
    settings_path(model).write_text(text, encoding="utf-8")


def faults_of(model: Path, head: Head = Head.SOFTMAX, threshold: float | None = None) -> list[str]:
    with pytest.raises(InputError) as refused:
        find_rule(model, head, LABELS, threshold)
    return [str(fault) for fault in refused.value.faults]


def test_without_settings_softmax_takes_the_highest_and_sigmoid_asks_for_half(model: Path) -> None:
    assert find_rule(model, Head.SOFTMAX, LABELS) == DecisionRule(Head.SOFTMAX, (-128,) * 3)
    assert find_rule(model, Head.SIGMOID, LABELS) == DecisionRule(Head.SIGMOID, (0,) * 3)


def test_settings_are_read(model: Path) -> None:
    write(model, "threshold: 0.6\nthresholds:\n  rain: 0.75\nother: other\n")
    assert find_rule(model, Head.SOFTMAX, LABELS) == DecisionRule(Head.SOFTMAX, (26, 64, 26), 2)


def test_an_option_stands_for_all_thresholds(model: Path) -> None:
    write(model, "threshold: 0.6\nthresholds:\n  rain: 0.75\nother: other\n")
    rule = find_rule(model, Head.SOFTMAX, LABELS, threshold=0.5)
    assert rule == DecisionRule(Head.SOFTMAX, (0, 0, 0), 2)
    assert not find_rule(model, Head.SOFTMAX, LABELS, threshold=0).has_thresholds
    assert "--threshold: 1 is no threshold" in faults_of(model, threshold=1.0)[0]
    assert "--threshold: nan is no threshold" in faults_of(model, threshold=float("nan"))[0]


@pytest.mark.parametrize(("share", "step"), [(0, -128), (1 / 256, -127), (0.5, 0), (0.996, 127)])
def test_thresholds_are_held_in_256ths(model: Path, share: float, step: int) -> None:
    assert find_rule(model, Head.SOFTMAX, LABELS, share).thresholds == (step,) * 3


def test_all_faults_are_told_with_their_lines(model: Path) -> None:
    write(model, "threshold: 1.5\nother: cat\nthresholds:\n  bird: 0.5\n  rain: -0.1\n")
    told = "\n".join(faults_of(model))
    for said in (
        "m.decision.yaml:1: threshold: 1.5 is no threshold",
        "m.decision.yaml:2: other: the model has no class 'cat'",
        "m.decision.yaml:4: thresholds.bird: the model has no class 'bird'",
        "choose from: dog, rain, other",
        "m.decision.yaml:5: thresholds.rain: -0.1 is no threshold",
    ):
        assert said in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("treshold: 0.6", "m.decision.yaml:1: treshold: unknown key"),
        ("threshold: high", "m.decision.yaml:1: threshold: Input should be a valid number"),
        ("threshold: true", "m.decision.yaml:1: threshold: Input should be a valid number"),
        ("threshold: .nan", "m.decision.yaml:1: threshold: Input should be a finite number"),
        ("thresholds: 0.5", "m.decision.yaml:1: thresholds: Input should be a valid dict"),
        ("thresholds:\n  no: 0.5", "m.decision.yaml:1: thresholds: False is no text"),
        ("threshold: 0.5\nthreshold: 0.6", "m.decision.yaml:2: threshold: duplicate key"),
        ("other: 3", "m.decision.yaml:1: other: Input should be a valid string"),
        ("thresholds:\n  other: 0.5\nother: other", "is the other class: it needs no threshold"),
        ("0.6", "m.decision.yaml: holds no setting"),
        ("", "m.decision.yaml: holds no setting"),
        ("threshold: [", "is not YAML"),
        ("threshold: 2001-99-99", "has a value that is none: month must be in 1..12"),
        ("thresholds: &one {rain: *one}", "is not YAML: nested too deep, or in itself"),
    ],
)
def test_what_is_no_setting_is_told(model: Path, text: str, said: str) -> None:
    write(model, text)
    assert said in "\n".join(faults_of(model))


def test_form_and_duplicates_are_told_together(model: Path) -> None:
    write(model, "other: 3\ntreshold: 1\nother: x\n")
    assert len(faults_of(model)) == 2


def test_a_sigmoid_head_has_no_other_class_and_no_threshold_of_0(model: Path) -> None:
    write(model, "threshold: 0.001\nother: other\n")
    told = faults_of(model, Head.SIGMOID)
    assert len(told) == 2
    assert "0.001 is no threshold" in told[0]
    assert "a sigmoid head has no other class" in told[1]


def test_settings_that_are_no_text_file(model: Path) -> None:
    settings_path(model).write_bytes(b"\xff\xfe")
    assert "cannot be read: not UTF-8 text" in faults_of(model)[0]


@pytest.mark.parametrize("share", [-0.001, 0.0015, 0.999, 1, float("inf")])
def test_a_threshold_that_would_be_none_or_never_reached_is_refused(
    model: Path, share: float
) -> None:
    """By softmax as well, where 0, and only 0, means none."""
    write(model, f"threshold: {share}\n" if share < 2 else "threshold: 2\n")
    assert "is no threshold" in faults_of(model)[0]
    assert "is no threshold" in faults_of(model.with_name("x.tflite"), threshold=share)[0]


def test_settings_that_cannot_be_read_are_no_defaults(model: Path) -> None:
    settings_path(model).mkdir()
    assert "cannot be read: Is a directory" in faults_of(model)[0]
    settings_path(model).rmdir()
    settings_path(model).symlink_to("nowhere")
    assert "cannot be read: No such file" in faults_of(model)[0]


SHARES = st.integers(1, 255).map(lambda steps: steps / 256)


@given(
    threshold=st.none() | SHARES,
    thresholds=st.dictionaries(st.sampled_from(LABELS[:2]), SHARES),
    other=st.sampled_from([None, "other"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    threshold: float | None,
    thresholds: dict[str, float],
    other: str | None,
) -> None:
    settings = DecisionSettings(threshold=threshold, thresholds=thresholds, other=other)
    if settings == DecisionSettings():
        return
    model = tmp_path_factory.mktemp("settings") / "m.tflite"
    write(model, settings_text(settings))
    rule = find_rule(model, Head.SOFTMAX, LABELS)
    usual = -128 if threshold is None else round(256 * threshold) - 128
    steps = {name: round(256 * share) - 128 for name, share in thresholds.items()}
    wanted = tuple(steps.get(name, usual) for name in LABELS)
    assert rule == DecisionRule(Head.SOFTMAX, wanted, None if other is None else 2)


def test_labels_need_no_care_in_yaml(tmp_path: Path) -> None:
    """Names that YAML would take for something else are quoted by the writer."""
    labels = ("no", "3", "Müll: grün", "other")
    model = tmp_path / "m.tflite"
    shares = {label: 0.5 for label in labels[:3]}
    write(model, settings_text(DecisionSettings(thresholds=shares, other="other")))
    assert find_rule(model, Head.SOFTMAX, labels).thresholds == (0, 0, 0, -128)
