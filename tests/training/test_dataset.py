# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.errors import InputError, ToolError
from training.dataset import load_dataset, read_samples, sha256_of_clips


def test_only_the_folds_that_were_asked_for_are_there(dataset_root: Path) -> None:
    data = load_dataset(dataset_root, [1, 3])
    assert data.folds == (1, 3)
    assert len(data.clips) == 8
    assert {clip.fold for clip in data.in_folds([3])} == {3}


def test_labels_are_alphabetical_and_only_those_of_the_subset(dataset_root: Path) -> None:
    data = load_dataset(dataset_root, [1])
    assert data.labels == ("bell", "wind")
    assert [data.labels[clip.label] for clip in data.clips] == ["bell", "bell", "wind", "wind"]


def test_files_of_other_folds_are_not_looked_for(dataset_root: Path) -> None:
    for path in (dataset_root / "audio").glob("3-*.wav"):
        path.unlink()
    assert load_dataset(dataset_root, [1, 2]).folds == (1, 2)


def test_every_missing_file_is_named(dataset_root: Path) -> None:
    gone = sorted((dataset_root / "audio").glob("2-*.wav"))[:2]
    for path in gone:
        path.unlink()
    with pytest.raises(InputError) as caught:
        load_dataset(dataset_root, [1, 2])
    assert [fault.where for fault in caught.value.faults] == [str(path) for path in gone]


def test_a_fold_that_does_not_exist_is_refused(dataset_root: Path) -> None:
    with pytest.raises(InputError, match="no clip in fold 7"):
        load_dataset(dataset_root, [1, 7])


def test_a_folder_without_a_table_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"esc50\.csv is missing"):
        load_dataset(tmp_path, [1])


def test_a_table_without_its_columns_is_refused(dataset_root: Path) -> None:
    (dataset_root / "meta" / "esc50.csv").write_text("filename,fold\na.wav,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column category, esc10"):
        load_dataset(dataset_root, [1])


def test_a_fold_that_is_no_number_is_refused(dataset_root: Path) -> None:
    table = dataset_root / "meta" / "esc50.csv"
    table.write_text(table.read_text().replace("1-0-0.wav,1", "1-0-0.wav,one"), encoding="utf-8")
    with pytest.raises(InputError, match="fold 'one' is no number"):
        load_dataset(dataset_root, [1])


def test_16_bit_files_at_16_khz_come_back_bit_for_bit(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="PCM_16")
    assert np.array_equal(read_samples(tmp_path / "a.wav"), samples)


def test_stereo_at_another_rate_becomes_mono_at_16_khz(tmp_path: Path) -> None:
    time_s = np.arange(44_100) / 44_100
    tone = 0.5 * np.sin(2 * np.pi * 1000 * time_s)
    soundfile.write(tmp_path / "a.flac", np.stack([tone, np.zeros_like(tone)], axis=1), 44_100)
    samples = read_samples(tmp_path / "a.flac")
    assert samples.dtype == np.int16
    assert samples.shape == (16_000,)
    spectrum = np.abs(np.fft.rfft(samples))
    assert int(spectrum.argmax()) == 1000
    assert np.abs(samples[1000:-1000]).max() == pytest.approx(0.25 * 32768, rel=0.01)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(0, np.float32), "holds no samples"),
        (np.array([0.0, np.nan, 0.0], np.float32), "not finite"),
        (np.array([0.0, np.inf], np.float32), "not finite"),
    ],
)
def test_useless_sounds_are_refused(tmp_path: Path, values: np.ndarray, message: str) -> None:
    soundfile.write(tmp_path / "a.wav", values, 16_000, subtype="FLOAT")
    with pytest.raises(InputError, match=message):
        read_samples(tmp_path / "a.wav")


def test_a_file_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(InputError, match="cannot be decoded"):
        read_samples(tmp_path / "a.wav")


def test_values_beyond_full_scale_are_clamped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([1.5, -1.5]), 16_000, subtype="FLOAT")
    assert read_samples(tmp_path / "a.wav").tolist() == [32767, -32768]


def test_the_hash_of_the_data_sees_every_byte(dataset_root: Path) -> None:
    clips = load_dataset(dataset_root, [1]).clips
    before = sha256_of_clips(clips)
    content = bytearray(clips[0].path.read_bytes())
    content[-1] ^= 1
    clips[0].path.write_bytes(content)
    assert sha256_of_clips(clips) != before
