# SPDX-License-Identifier: Apache-2.0
"""Clips: both editions of the data set, class folders, fair limits, synthetic sounds."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from hil.clips.clip_set import Clip, choose_clips, load_clips, plain_names
from sounds.place import find_directory

CLASSES = ("cat", "dog", "rain")


def write_table(folder: Path, rows: Iterable[tuple[str, int, str, str]]) -> None:
    (folder / "meta").mkdir(parents=True)
    (folder / "audio").mkdir()
    with (folder / "meta" / "esc50.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["filename", "fold", "target", "category", "esc10", "src_file", "take"])
        writer.writerows(
            [name, fold, 0, label, esc10, "", "A"] for name, fold, label, esc10 in rows
        )


def tone(rate_hz: int, seconds: float, channels: int = 1) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * seconds)) / rate_hz)
    return np.repeat(wave[:, None], channels, axis=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        (f"{fold}-{label}-{i}.{'wav' if i else 'ogg'}", fold, label, "True")
        for fold in (1, 2, 3)
        for label in CLASSES
        for i in range(2)
    ]
    write_table(tmp_path, [*rows, ("1-other.wav", 1, "engine", "False")])
    for name, *_ in rows:
        soundfile.write(tmp_path / "audio" / name, tone(44_100, 0.2), 44_100)
    return tmp_path


def test_only_esc10_rows_of_the_folds_are_taken_whatever_the_file_type(folder: Path) -> None:
    clip_set = load_clips(folder, (1, 3))
    assert {clip.fold for clip in clip_set.clips} == {1, 3}
    assert len(clip_set.clips) == 12
    assert {clip.path.suffix for clip in clip_set.clips if clip.path} == {".ogg", ".wav"}
    assert clip_set.labels == CLASSES
    assert all(len(clip.read(16_000)) == 3200 for clip in clip_set.clips)
    assert all(len(clip.read(8000)) == 1600 for clip in clip_set.clips)


def test_all_faults_of_a_folder_come_together(folder: Path) -> None:
    for name in ("1-cat-0.ogg", "2-dog-1.wav"):
        (folder / "audio" / name).unlink()
    with pytest.raises(InputError) as refused:
        load_clips(folder, (1, 2, 5))
    text = str(refused.value)
    assert "1-cat-0.ogg" in text
    assert "2-dog-1.wav" in text
    assert "no clip in fold 5" in text


def test_a_folder_a_class_is_played_as_well(tmp_path: Path) -> None:
    for category in ("cat", "dog+rain"):
        (tmp_path / category).mkdir()
        for take in range(5):
            path = tmp_path / category / f"{take}.flac"
            soundfile.write(path, tone(16_000, 0.2), 16_000)
    clip_set = load_clips(tmp_path)
    assert clip_set.labels == ("cat", "dog", "rain")
    assert [clip.name for clip in clip_set.clips[4:6]] == ["cat/4", "dog+rain/0"]
    assert clip_set.clips[5].labels == ("dog", "rain")
    assert len(load_clips(tmp_path, (1, 2)).clips) == 4


def test_a_named_folder_is_never_replaced_by_synthetic_clips(tmp_path: Path) -> None:
    assert find_directory(str(tmp_path / "nowhere"), {}, tmp_path) == tmp_path / "nowhere"
    assert find_directory(None, {"ESC10_DIR": "/a"}, tmp_path) == Path("/a")
    assert find_directory("/b", {"ESC10_DIR": "/a"}, tmp_path) == Path("/b")
    assert find_directory(None, {}, tmp_path) is None


def test_downloaded_set_is_found_by_itself(tmp_path: Path) -> None:
    write_table(tmp_path / "data" / "ESC-50", [])
    assert find_directory(None, {}, tmp_path) == tmp_path / "data" / "ESC-50"


def all_clips() -> list[Clip]:
    return [
        Clip(f"{fold}-{number:02}-{label}", fold, label)
        for fold in (1, 2, 3, 4)
        for label in CLASSES
        for number in range(8)
    ]


@given(st.integers(1, 120))
def test_limit_is_stratified_and_nested(limit: int) -> None:
    chosen = choose_clips(all_clips(), limit)
    assert len(chosen) == min(limit, 96)
    per_class = Counter(clip.label for clip in chosen)
    assert max(per_class.values()) - min(per_class.get(label, 0) for label in CLASSES) <= 1
    for label in CLASSES:
        per_fold = Counter(clip.fold for clip in chosen if clip.label == label)
        counts = [per_fold.get(fold, 0) for fold in (1, 2, 3, 4)]
        assert max(counts) - min(counts) <= 1
    assert set(chosen) <= set(choose_clips(all_clips(), limit + 1))
    assert list(chosen) == sorted(chosen, key=lambda clip: clip.name)


def test_limit_does_not_depend_on_the_order_of_the_table() -> None:
    assert choose_clips(all_clips(), 10) == choose_clips(reversed(all_clips()), 10)


def test_synthetic_clips_are_ten_the_same_each_time_and_have_no_truth() -> None:
    first, second = load_clips(None), load_clips(None)
    assert len(first.clips) == 10
    assert first.synthetic
    assert all(clip.label is None for clip in first.clips)
    for one, other in zip(first.clips, second.clips, strict=True):
        assert np.array_equal(one.read(16_000), other.read(16_000))
        assert one.read(16_000).dtype == np.int16
    assert len(load_clips(None, limit=3).clips) == 3


def test_synthetic_clips_last_as_long_at_any_rate() -> None:
    for clip in load_clips(None).clips:
        seconds = len(clip.read(16_000)) / 16_000
        for rate_hz in (4000, 11_025, 48_000):
            samples = clip.read(rate_hz)
            assert len(samples) == pytest.approx(seconds * rate_hz, abs=1)
            assert samples.dtype == np.int16


def test_the_chirp_at_16_khz_is_what_it_always_was() -> None:
    chirp = load_clips(None).clips[0].read(16_000)
    time_s = np.arange(64_000) / 16_000
    wave = 0.5 * np.sin(2 * np.pi * (100 * time_s + 900 * time_s**2))
    assert np.array_equal(chirp, np.rint(wave * 32768))


def test_names_of_tests_are_plain_and_told_apart() -> None:
    names = ("1-100-A-0", "dog/take 1 [a]", "dog/take 1 (a)", "dog+rain/Müll", "dog/take_1__a_~2")
    clips = [Clip(name, 1, "dog") for name in names]
    plain = plain_names(clips)
    assert plain == (
        *("1-100-A-0", "dog/take_1__a_", "dog/take_1__a_~2", "dog+rain/M_ll"),
        "dog/take_1__a__2",
    )


@given(st.lists(st.text(max_size=6), max_size=30, unique=True))
def test_any_names_stay_apart(names: list[str]) -> None:
    plain = plain_names([Clip(name, 1, None) for name in names])
    assert len(set(plain)) == len(names)
    assert all(name.isascii() and "[" not in name and "]" not in name for name in plain)
