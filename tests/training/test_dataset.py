# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import soundfile

from generator.errors import InputError
from generator.model.decision import DecisionRule, Head
from sounds.layouts import read_sounds
from tests.training.conftest import make_sound
from training.dataset import (
    label_by_model,
    load_dataset,
    sha256_of_clips,
    targets_of,
    training_faults,
)


def test_only_the_folds_that_were_asked_for_are_there(dataset_root: Path) -> None:
    data = load_dataset(dataset_root, [1, 3])
    assert data.folds == (1, 3)
    assert len(data.clips) == 8
    assert {clip.fold for clip in data.in_folds([3])} == {3}


def test_labels_are_alphabetical_and_only_those_of_the_subset(dataset_root: Path) -> None:
    data = load_dataset(dataset_root, [1])
    assert data.labels == ("bell", "wind")
    assert [data.labels[clip.label] for clip in data.clips] == ["bell", "bell", "wind", "wind"]


def make_folders(root: Path, clips: dict[str, int]) -> Path:
    """Class folders with so many clips each."""
    for category, count in clips.items():
        (root / category).mkdir(parents=True)
        for take in range(count):
            sound = make_sound("bell", 50 * len(category) + take)[:8000]
            soundfile.write(root / category / f"{take}.wav", sound, 16_000)
    return root


def test_a_clip_may_have_several_labels_or_none(tmp_path: Path) -> None:
    make_folders(tmp_path, {"dog": 1, "dog+rain": 1, "other": 1, "rain": 1, "wind": 1})
    data = load_dataset(tmp_path, [], other="other", classes=["rain", "dog"], multi_label=True)
    assert data.labels == ("dog", "rain")
    truth = {clip.name: clip.labels for clip in data.clips}
    assert truth == {
        "dog/0": (0,), "dog+rain/0": (0, 1), "other/0": (), "rain/0": (1,), "wind/0": ()
    }  # fmt: skip
    assert {clip.label for clip in data.clips} == {0, 1, -1}
    for clip, row in zip(data.clips, targets_of(data.clips, 2), strict=True):
        assert [index for index, value in enumerate(row) if value] == list(clip.labels)


def test_what_is_not_wanted_counts_as_other(tmp_path: Path) -> None:
    make_folders(tmp_path, {"dog": 1, "other": 1, "rain": 1, "wind": 1})
    data = load_dataset(tmp_path, [], other="other", classes=["dog", "rain"])
    assert data.labels == ("dog", "other", "rain")
    assert [data.labels[clip.label] for clip in data.clips] == ["dog", "other", "rain", "other"]
    data = load_dataset(tmp_path, [], classes=["dog", "rain"])
    assert [clip.name for clip in data.clips] == ["dog/0", "rain/0"]


def label(
    root: Path, labels: tuple[str, ...], *, other: str | None, several: bool
) -> tuple[dict[str, Any], Any]:
    """Truth by clip as a model of these labels has it, and what was left out."""
    head = Head.SIGMOID if several else Head.SOFTMAX
    rule = DecisionRule(head, (0,) * len(labels), labels.index(other) if other else None)
    data, left_out = label_by_model(read_sounds(root), labels, rule)
    return {clip.name: clip.labels for clip in data.clips}, left_out


def test_a_models_own_labels_are_the_truth(tmp_path: Path) -> None:
    make_folders(tmp_path, {"dog": 1, "dog+rain": 1, "noise": 2, "rain": 1})
    labels = ("rain", "dog", "other")  # in the model's order, whatever it is
    truth, left_out = label(tmp_path, labels, other=None, several=False)
    assert truth == {"dog/0": (1,), "rain/0": (0,)}
    assert left_out == {"dog+rain": 1, "noise": 2}
    truth, left_out = label(tmp_path, labels, other="other", several=False)
    assert truth == {"dog/0": (1,), "rain/0": (0,), "noise/0": (2,), "noise/1": (2,)}
    assert left_out == {"dog+rain": 1}
    truth, left_out = label(tmp_path, ("dog",), other=None, several=True)
    assert truth == {
        "dog/0": (0,), "dog+rain/0": (0,), "noise/0": (), "noise/1": (), "rain/0": ()
    }  # fmt: skip
    assert not left_out


def test_sounds_of_no_interest_alone_count_false_alarms(tmp_path: Path) -> None:
    make_folders(tmp_path, {"noise": 2, "other": 1})
    truth, _ = label(tmp_path, ("dog", "other"), other="other", several=False)
    assert set(truth.values()) == {(1,)}
    with pytest.raises(InputError, match="holds no sound of a class that the model knows"):
        label(tmp_path, ("dog", "rain"), other=None, several=False)


def test_a_class_for_other_sound_that_is_misspelt_is_reported(tmp_path: Path) -> None:
    make_folders(tmp_path, {"dog": 1, "other": 1})
    for multi_label in (False, True):
        with pytest.raises(InputError, match="no sound for the class 'othr'"):
            load_dataset(tmp_path, [], other="othr", multi_label=multi_label)


def test_all_faults_of_labels_come_together(tmp_path: Path) -> None:
    make_folders(tmp_path, {"dog": 1, "dog+rain": 2})
    with pytest.raises(InputError) as caught:
        load_dataset(tmp_path, [], classes=["dog", "rain", "cat"], other="noise")
    text = str(caught.value)
    assert "no class 'cat'" in text
    assert "no sound for the class 'noise'" in text
    assert text.count("dog+rain: several classes in one sound") == 1
    assert "dog+rain/0.wav" in text and "dog+rain/1.wav" in text
    assert "head.kind: sigmoid" in text


def test_too_few_recordings_are_reported_class_by_class(tmp_path: Path) -> None:
    make_folders(tmp_path, {"dog": 6, "rain": 2, "wind": 1})
    faults = training_faults(load_dataset(tmp_path, [1, 2, 3, 4]))
    assert [fault.where.rpartition(" ")[2] for fault in faults] == ["rain", "wind"]
    assert all("record 5 or more" in fault.remedy for fault in faults)


def test_a_class_in_one_fold_only_is_reported(dataset_root: Path) -> None:
    table = dataset_root / "meta" / "esc50.csv"
    rows = table.read_text().splitlines()
    kept = [row for row in rows if "wind" not in row or row.startswith("2-")]
    table.write_text("\n".join(kept) + "\n")
    (fault,) = training_faults(load_dataset(dataset_root, [1, 2, 3]))
    assert fault.where.endswith("class wind")
    assert "all its clips are in fold 2" in fault.what
    (fault,) = training_faults(load_dataset(dataset_root, [1, 3]))
    assert fault.what == "no clip in the folds of this run"
    assert not training_faults(load_dataset(dataset_root, [2]))


def test_the_hash_of_the_data_sees_every_byte(dataset_root: Path) -> None:
    clips = load_dataset(dataset_root, [1]).clips
    before = sha256_of_clips(clips)
    content = bytearray(clips[0].path.read_bytes())
    content[-1] ^= 1
    clips[0].path.write_bytes(content)
    assert sha256_of_clips(clips) != before
