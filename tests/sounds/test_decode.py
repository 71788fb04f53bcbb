# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from generator.errors import InputError
from sounds.decode import convert_samples, read_samples, read_sound, to_int16


def test_16_bit_files_at_16_khz_come_back_bit_for_bit(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 16_000, subtype="PCM_16")
    assert np.array_equal(read_samples(tmp_path / "a.wav", 16_000), samples)


def test_stereo_at_another_rate_becomes_mono_at_16_khz(tmp_path: Path) -> None:
    time_s = np.arange(44_100) / 44_100
    tone = 0.5 * np.sin(2 * np.pi * 1000 * time_s)
    soundfile.write(tmp_path / "a.flac", np.stack([tone, np.zeros_like(tone)], axis=1), 44_100)
    decoded = read_sound(tmp_path / "a.flac", 16_000)
    assert (decoded.rate_hz, decoded.channels, decoded.lacks_bands_below(7500.0)) == (
        44_100,
        2,
        False,
    )
    assert decoded.samples.dtype == np.int16
    assert decoded.samples.shape == (16_000,)
    assert int(np.abs(np.fft.rfft(decoded.samples)).argmax()) == 1000
    assert np.abs(decoded.samples[1000:-1000]).max() == pytest.approx(0.25 * 32768, rel=0.01)


def test_8_khz_lacks_the_upper_bands(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(800, 0.1), 8_000)
    decoded = read_sound(tmp_path / "a.wav", 16_000)
    assert decoded.lacks_bands_below(7500.0)
    assert not decoded.lacks_bands_below(4000.0)
    assert len(decoded.samples) == 1600


@pytest.mark.parametrize("rate_hz", [4000, 8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("own_hz", [8000, 22_050, 44_100, 96_000])
def test_any_rate_becomes_any_other(tmp_path: Path, own_hz: int, rate_hz: int) -> None:
    """A tone stays the tone that it is, to a thousandth; one above both halves is gone."""
    time_s = np.arange(2 * own_hz) / own_hz
    tone = 0.5 * np.sin(2 * np.pi * 1000 * time_s)
    soundfile.write(tmp_path / "a.wav", tone, own_hz, subtype="FLOAT")
    samples = read_samples(tmp_path / "a.wav", rate_hz)
    assert len(samples) == pytest.approx(2 * rate_hz, abs=1)
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(len(samples)) / rate_hz) * 32768
    inner = slice(rate_hz // 10, -rate_hz // 10)
    assert np.abs(samples[inner] - expected[inner]).max() < 16
    if own_hz / 2 > rate_hz / 2 * 1.3:
        high = 0.5 * np.sin(2 * np.pi * 0.65 * rate_hz * time_s)
        soundfile.write(tmp_path / "b.wav", high, own_hz, subtype="FLOAT")
        assert np.abs(read_samples(tmp_path / "b.wav", rate_hz)[inner]).max() < 3


def test_16_khz_is_what_it_always_was(tmp_path: Path) -> None:
    random = np.random.default_rng(3).integers(-20_000, 20_000, (44_100, 2)).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", random, 44_100, subtype="PCM_16")
    samples = read_samples(tmp_path / "a.wav", 16_000)
    mono = (random.astype(np.float32) / 32768).mean(axis=1, dtype=np.float32)
    resampled = soxr.resample(mono, 44_100, 16_000, quality="HQ").astype(np.float64)
    assert np.array_equal(samples, np.clip(np.rint(resampled * 32768), -32768, 32767))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(0, np.float32), "holds no samples"),
        (np.array([0.0, np.nan, np.nan], np.float32), "2 of its values are not finite"),
        (np.array([0.0, np.inf], np.float32), "not finite"),
    ],
)
def test_useless_sounds_are_refused(tmp_path: Path, values: np.ndarray, message: str) -> None:
    soundfile.write(tmp_path / "a.wav", values, 16_000, subtype="FLOAT")
    with pytest.raises(InputError, match=message):
        read_samples(tmp_path / "a.wav", 16_000)


def test_a_file_that_is_no_sound_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(InputError, match=r"a\.wav: cannot be decoded.*\n +remedy: convert it"):
        read_samples(tmp_path / "a.wav", 16_000)


def test_samples_without_a_header_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(100))
    with pytest.raises(InputError, match=r"a\.raw: cannot be decoded"):
        read_samples(tmp_path / "a.raw", 16_000)


def test_full_scale_is_clamped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([1.5, -1.5]), 16_000, subtype="FLOAT")
    assert read_samples(tmp_path / "a.wav", 16_000).tolist() == [32767, -32768]
    halves = np.array([-2.0, -1.0, 0.0, 0.5, 1.0])
    assert to_int16(halves).tolist() == [-32768, -32768, 0, 16384, 32767]


@pytest.mark.parametrize("own_hz", [16_000, 44_100])
@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_samples_become_what_a_file_of_them_would(tmp_path: Path, own_hz: int, kind: type) -> None:
    whole = np.random.default_rng(3).integers(-32768, 32768, 5000).astype(np.int16)
    samples = whole if kind is np.int16 else (whole / 32768).astype(kind)
    soundfile.write(tmp_path / "a.wav", whole, own_hz, subtype="PCM_16")
    assert np.array_equal(
        convert_samples(samples, own_hz, 16_000), read_samples(tmp_path / "a.wav", 16_000)
    )


@pytest.mark.parametrize(
    ("samples", "rate_hz", "told"),
    [
        (np.zeros((10, 2), np.int16), 16_000, ["shape [10, 2]", "stereo.mean(axis=1)"]),
        (np.zeros(0, np.int16), 16_000, ["samples: there are none"]),
        (np.zeros(10, np.int32), 0, ["values of type int32", "rate_hz: 0 Hz"]),
        (np.array([0.0, np.nan, np.inf]), 16_000, ["2 of the values are not finite"]),
    ],
)
def test_samples_that_are_no_sound_are_refused(
    samples: np.ndarray, rate_hz: int, told: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        convert_samples(samples, rate_hz, 16_000)
    for text in told:
        assert text in str(refused.value)
