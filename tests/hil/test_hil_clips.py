# SPDX-License-Identifier: Apache-2.0
"""Clips: both editions of the data set, fair limits, synthetic sounds, all faults at once."""

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

from generator.errors import InputError, ToolError
from hil.clips import Clip, choose_clips, find_directory, load_clips, read_samples, to_int16

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
    assert all(len(clip.read()) == 3200 for clip in clip_set.clips)


def test_all_faults_of_a_folder_come_together(folder: Path) -> None:
    for name in ("1-cat-0.ogg", "2-dog-1.wav"):
        (folder / "audio" / name).unlink()
    with pytest.raises(InputError) as refused:
        load_clips(folder, (1, 2, 5))
    text = str(refused.value)
    assert "1-cat-0.ogg" in text
    assert "2-dog-1.wav" in text
    assert "no clip in fold 5" in text


def test_folder_without_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"esc50\.csv not found"):
        load_clips(tmp_path)


def test_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text("filename,label\na.wav,dog\n")
    with pytest.raises(InputError, match="no column fold, category, esc10"):
        load_clips(tmp_path)


HEADER = b"filename,fold,category,esc10\na.wav,1,dog,True\n"


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (HEADER + b"b.wav,1\nc.wav\n", r"line 3: the row is cut short[^$]*line 4: the row"),
        (HEADER + b"\xff\xfe,1,dog,True\n", "is no CSV in UTF-8"),
        (HEADER + b'"' + b"x" * 200_000, "is no CSV in UTF-8: field larger"),
    ],
    ids=["short", "not-utf-8", "endless-cell"],
)
def test_corrupt_table_is_told_by_both_readers(
    tmp_path: Path, table: bytes, complaint: str
) -> None:
    training = pytest.importorskip("training.dataset")
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_bytes(table)
    for read in (load_clips, lambda folder: training.load_dataset(folder, [1])):
        with pytest.raises(InputError, match=complaint):
            read(tmp_path)


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
        assert np.array_equal(one.read(), other.read())
        assert one.read().dtype == np.int16
    assert len(load_clips(None, limit=3).clips) == 3


def test_channels_are_averaged_and_rates_converted(tmp_path: Path) -> None:
    stereo = tone(48_000, 0.5, channels=2)
    stereo[:, 1] = 0
    soundfile.write(tmp_path / "a.wav", stereo, 48_000, subtype="FLOAT")
    samples = read_samples(tmp_path / "a.wav")
    assert len(samples) == 8000
    assert np.abs(samples[1000:-1000]).max() == pytest.approx(0.25 * 32768, rel=0.01)


def test_sixteen_kilohertz_int16_passes_unchanged(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).integers(-32768, 32768, 5000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="PCM_16")
    assert np.array_equal(read_samples(tmp_path / "a.wav"), samples)


def test_file_that_does_not_decode_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_bytes(b"not a sound")
    with pytest.raises(InputError, match="cannot be decoded"):
        read_samples(tmp_path / "a.ogg")


def test_full_scale_is_clamped() -> None:
    assert to_int16(np.array([-2.0, -1.0, 0.0, 0.5, 1.0])).tolist() == [
        -32768,
        -32768,
        0,
        16384,
        32767,
    ]


def test_training_and_harness_hear_the_same_samples(folder: Path) -> None:
    """The two packages may not import each other; their samples must be the same all the same."""
    training = pytest.importorskip("training.dataset")
    wild = np.random.default_rng(2).normal(0, 0.6, (4800, 2))  # clamped here and there
    rates = (8_000, 16_000, 22_050, 44_100, 48_000)
    for rate, clip in zip(rates, load_clips(folder).clips, strict=False):
        assert clip.path is not None
        subtype = None if clip.path.suffix == ".ogg" else "FLOAT"
        soundfile.write(clip.path, wild[:, : 1 + rate % 3 % 2], rate, subtype=subtype)
    theirs = training.load_dataset(folder, [1, 2, 3])
    ours = load_clips(folder)
    assert theirs.labels == ours.labels
    assert {(c.name, c.fold, theirs.labels[c.label]) for c in theirs.clips} == {
        (c.name, c.fold, c.label) for c in ours.clips
    }
    for clip in ours.clips:
        assert clip.path is not None
        assert np.array_equal(training.read_samples(clip.path), read_samples(clip.path))
