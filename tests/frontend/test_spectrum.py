# SPDX-License-Identifier: Apache-2.0
"""The spectrum of every length: bit for bit the specification, and how far from float64.

The distance is `transform_noise`: what a record's floor or offset must not be below.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord, Spectrum, WindowShape
from generator.frontend.transform_tables import (
    FFT_LENGTHS,
    LARGEST_NOISE,
    bin_bits,
    magnitude_bits,
    power_bits,
    transform_noise,
)
from tests.frontend.float_record.framing import window as float_window
from tests.frontend.frontend_builds import build_spectrum_library, write_sources
from tests.frontend.integer_twin.transform import complex_transform, magnitudes, powers, split
from tests.frontend.integer_twin.window import window

Floats = NDArray[np.float64]
SEED = 20240607


def record_of(length: int, shape: WindowShape, spectrum: Spectrum) -> FrontendRecord:
    """Every bin but the first and the last carries a weight."""
    keys = {
        "fft_samples": length,
        "window_samples": length,
        "low_hz": 0.0,
        "high_hz": 8000.0,
        "bands": 1,
        "window": shape,
        "spectrum": spectrum,
        "log_offset": 1e-6,
    }
    return YAMNET.model_copy(update=keys)


def hard_frames(length: int) -> NDArray[np.int16]:
    """Noise, rails, tones on and between bins, squares, clicks, all of full scale; then quiet."""
    random = np.random.default_rng(SEED)
    n = np.arange(length)
    tones = [np.sin(2 * np.pi * f * n + f * 9) for f in random.uniform(0.0, 0.5, 24)]
    tones += [np.cos(2 * np.pi * n * f) for f in (0, 1 / 64, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2)]
    loud = [32767.4 * tone for tone in tones]
    loud += [np.where(tone > 0, 32767, -32768) for tone in tones[-7:]]
    loud += [random.integers(-32768, 32768, length) for _ in range(12)]
    loud += [np.where(random.random(length) < 0.5, 32767, -32768) for _ in range(12)]
    loud += [np.where(n == length // part, -32768, 0) for part in (2, 3)]
    # A quarter of the sample rate, on the even and on the odd samples: bin N/4 at its largest.
    pairs = [((n + step) // 2 % 2 == 0, 2**bits) for step in (0, 1) for bits in (15, 14)]
    loud += [np.where(is_low, -peak, peak) for is_low, peak in pairs]
    quiet = [scale * np.array(loud[::5]) for scale in (2**-4, 2**-9, 2**-14)]
    frames = np.rint(np.concatenate([np.array(loud), *quiet]))
    return np.clip(frames, -32768, 32767).astype(np.int16)


class SpectrumLibrary:
    """Window and transform of a record as a library of this machine."""

    def __init__(self, directory: Path, tables: MelTables) -> None:
        self._library = build_spectrum_library(write_sources(directory, tables))
        self._library.window_apply.restype = ctypes.c_uint32
        self._tables = tables
        power = tables.spectrum_is_power
        name = "transform_power_u64" if power else "transform_magnitude_q31"
        self._transform = getattr(self._library, name)

    def bins(self, frames: NDArray[np.int16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What is kept of bins 1 ... N/2 - 1, [n, N/2 - 1], and the block shifts, [n]."""
        rows, shifts = [], []
        for frame in np.ascontiguousarray(frames):
            buffer = np.zeros(self._tables.fft_samples, dtype="<i4")
            address = ctypes.c_void_p(buffer.ctypes.data)
            shift = self._library.window_apply(ctypes.c_void_p(frame.ctypes.data), address)
            self._transform(address, ctypes.c_uint32(shift))
            shifts.append(shift)
            kept = buffer.view("<u8") if self._tables.spectrum_is_power else buffer[::2].view("<u4")
            rows.append(kept[1:].astype(np.int64))
        return np.array(rows), np.array(shifts)


@pytest.mark.parametrize(
    ("length", "shape", "spectrum"),
    [
        *((length, WindowShape.RECTANGULAR, Spectrum.MAGNITUDE) for length in FFT_LENGTHS),
        *((length, WindowShape.HAMMING, Spectrum.POWER) for length in FFT_LENGTHS),
        *((length, WindowShape.HANN, Spectrum.MAGNITUDE) for length in (64, 512, 1024)),
    ],
)
def test_a_spectrum_is_that_of_the_page_and_near_float64(
    length: int, shape: WindowShape, spectrum: Spectrum, tmp_path: Path
) -> None:
    record = record_of(length, shape, spectrum)
    tables = make_mel_tables(record, 0.05, 0)
    frames = hard_frames(length)
    got, shifts = SpectrumLibrary(tmp_path, tables).bins(frames)

    windowed, twin_shifts = window(frames, tables)
    bins_of = powers if tables.spectrum_is_power else magnitudes
    wanted = bins_of(complex_transform(windowed, tables), tables)
    np.testing.assert_array_equal(shifts, twin_shifts)
    np.testing.assert_array_equal(got, wanted[:, 1:-1])

    exact = np.abs(np.fft.rfft(frames / 32768.0 * float_window(record), axis=1))[:, 1:-1]
    if spectrum is Spectrum.POWER:
        real = np.sqrt(got * 2.0 ** -(power_bits(record) + 2 * shifts[:, None]))
    else:
        real = got * 2.0 ** -(magnitude_bits(record) + shifts[:, None])
    # The root's table errs by 2^-16.9 of the magnitude, the products by less than a step a sample.
    root = 0.0 if spectrum is Spectrum.POWER else 2**-16.9
    errors = np.maximum(np.abs(real - exact) - root * exact, 0.0)
    noise, products = transform_noise(record), length * 2.0**-30
    assert (errors <= LARGEST_NOISE * noise * 2.0 ** -shifts[:, None] + products).all()
    assert np.sqrt((errors[shifts == 0] ** 2).mean()) <= noise


@pytest.mark.parametrize("length", FFT_LENGTHS)
def test_the_noise_is_not_overstated(length: int) -> None:
    """Of real and imaginary part together, in frames of full scale."""
    record = record_of(length, WindowShape.HAMMING, Spectrum.POWER)
    tables = make_mel_tables(record, 0.05, 0)
    frames = hard_frames(length)
    windowed, shifts = window(frames, tables)
    real, imaginary = split(complex_transform(windowed, tables), tables)
    imaginary[:, length // 4 + 1 :] *= -1  # of the upper half the conjugate is kept
    exact = np.fft.rfft(frames / 32768.0 * float_window(record), axis=1)
    errors = real + 1j * imaginary - exact * 2.0 ** bin_bits(record)
    noise = np.sqrt((np.abs(errors[shifts == 0, 1:-1]) ** 2).mean()) * 2.0 ** -bin_bits(record)
    assert 0.7 * transform_noise(record) < noise <= transform_noise(record)
