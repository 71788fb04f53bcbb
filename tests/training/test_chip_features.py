# SPDX-License-Identifier: Apache-2.0
"""Features for a training of one's own are the cells of the chip, in a range that holds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from generator.errors import InputError
from generator.frontend.importers.sources import import_record
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord
from generator.host.frontend_twin import build_frontend_twin
from tests.training.synthetic import make_sound
from training.chip_features import ChipFeatures, input_scale_of, record_of

FRAMES = 30
CALL = ["sr=16000", "n_fft=512", "hop_length=320", "n_mels=40", "power=1.0", "pad_mode=constant"]


def record_by(*more: str) -> FrontendRecord:
    return import_record("librosa", [*CALL, *more]).record


def samples(kind: str, seed: int = 1) -> np.ndarray:
    return np.asarray(np.rint(make_sound(kind, seed) * 32767), dtype=np.int16)


SOUNDS = [samples(kind) for kind in ("tone", "burst", "chirp")]


@pytest.mark.parametrize(
    "record",
    [record_by("log=ln", "log_offset=1e-3"), record_by("amin=1e-6", "top_db=None")],
    ids=["ln", "decibels"],
)
def test_the_range_holds_all_features_and_is_filled(record: FrontendRecord) -> None:
    chip = ChipFeatures.fit(record, SOUNDS, FRAMES)
    cells = np.concatenate([chip.cells(sound) for sound in SOUNDS])
    values = (cells.astype(np.float64) - chip.scale.zero_point) * chip.scale.scale
    assert (cells.min() > -128, cells.max() < 127) == (True, True), "nothing is cut off"
    beyond_zero = max(values.max(), 0.0) - min(values.min(), 0.0)
    assert beyond_zero > 0.85 * 255 * chip.scale.scale


def test_patches_are_the_cells_of_the_chip_in_the_unit_of_the_record(tmp_path: Path) -> None:
    record = record_by("log=ln", "log_offset=1e-3")
    chip = ChipFeatures(record, FRAMES, input_scale_of(-7.0, 3.0))
    soundfile.write(tmp_path / "a.wav", SOUNDS[0], 16_000, subtype="PCM_16")
    patches = chip.patches(tmp_path / "a.wav")
    np.testing.assert_array_equal(patches, chip.patches(SOUNDS[0]))
    twin = build_frontend_twin(record, chip.scale.scale, chip.scale.zero_point)
    cells = twin.features(SOUNDS[0])
    assert patches.dtype == np.float32 and patches.shape[1:] == (FRAMES, 40)
    step = FRAMES - FRAMES // 4
    for number, patch in enumerate(patches):
        expected = cells[number * step : number * step + FRAMES]
        back = np.rint(patch / np.float32(chip.scale.scale)) + chip.scale.zero_point
        np.testing.assert_array_equal(back, expected)


def test_a_record_by_its_name_or_its_file(tmp_path: Path) -> None:
    assert record_of("yamnet") == YAMNET
    path = tmp_path / "a.frontend.yaml"
    path.write_text("preset: yamnet\nbands: 40\n")
    assert record_of(path).bands == 40
    with pytest.raises(InputError, match="cannot be read"):
        record_of(tmp_path / "none.yaml")


def test_sounds_that_cannot_be_read_are_told_together(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_bytes(b"no sound")
    paths = [tmp_path / "a.wav", tmp_path / "b.wav"]
    with pytest.raises(InputError) as caught:
        ChipFeatures.fit(record_by("log=ln", "log_offset=1e-3"), paths, FRAMES)
    assert "a.wav" in str(caught.value) and "b.wav" in str(caught.value)
    with pytest.raises(InputError, match="there are none"):
        ChipFeatures.fit(record_by("log=ln", "log_offset=1e-3"), [], FRAMES)


def test_silence_alone_is_told() -> None:
    with pytest.raises(InputError, match="silence gate"):
        ChipFeatures.fit("yamnet", [np.zeros(16_000, np.int16)], FRAMES)


def test_the_scale_of_a_range_holds_zero() -> None:
    by = input_scale_of(-80.0, -20.0)
    assert by.zero_point == 127
    assert by.scale == pytest.approx(80 / 255)
    by = input_scale_of(-5.0, 5.0)
    low, high = ((cell - by.zero_point) * by.scale for cell in (-128, 127))
    assert low == pytest.approx(-5.0, abs=by.scale) and high == pytest.approx(5.0, abs=by.scale)
