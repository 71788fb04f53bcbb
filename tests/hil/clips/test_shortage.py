# SPDX-License-Identifier: Apache-2.0
"""What is asked for and not there is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from hil.clips.clip_set import load_clips


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Four sounds of dogs, one of rain; nobody opens them."""
    for name in ("dog/1", "dog/2", "dog/3", "dog/4", "rain/1"):
        path = tmp_path / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def refusal(*arguments: object, required: bool = False) -> str:
    with pytest.raises(InputError) as refused:
        load_clips(*arguments, required=required)  # type: ignore[arg-type]
    return str(refused.value)


def test_without_a_data_set_nothing_of_one_can_be_asked_for() -> None:
    text = refusal(None, (9,), 11, required=True)
    assert "--require-sounds; --folds 9: there is no data set, only synthetic clips" in text
    assert "--clips 11: there is no data set, only synthetic clips, 10 of them" in text
    assert len(load_clips(None, limit=10).clips) == 10


def test_more_clips_than_there_are_is_an_error(sounds: Path) -> None:
    assert "--clips 6: " in refusal(sounds, (), 6)
    assert "has 5 clips" in refusal(sounds, (), 6)


def test_more_of_a_class_than_there_are_is_an_error(sounds: Path) -> None:
    text = refusal(sounds, (), 4)
    assert "--clips 4: 2 of each class, but" in text
    assert "has 1 of rain" in text
    assert "ask for 2 or fewer" in text
    assert {clip.label for clip in load_clips(sounds, limit=2).clips} == {"dog", "rain"}
    assert len(load_clips(sounds, limit=3).clips) == 3
    assert len(load_clips(sounds).clips) == 5


def test_a_fold_without_a_clip_is_an_error(tmp_path: Path) -> None:
    for name in ("dog", "rain"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.wav").touch()
    present = {clip.fold for clip in load_clips(tmp_path).clips}
    missing = min({1, 2, 3, 4, 5} - present)
    text = refusal(tmp_path, (missing, min(present)))
    assert f"--folds {missing}: {tmp_path} has no clip in fold {missing}" in text
    assert f"--folds {min(present)}" not in text
