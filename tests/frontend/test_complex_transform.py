# SPDX-License-Identifier: Apache-2.0
"""The complex transform has the bits of CMSIS-DSP's `arm_cfft_q31`, for every length."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.record import Spectrum, WindowShape
from generator.frontend.transform_tables import FFT_LENGTHS, circle_q31, reversed_bits
from tests.frontend.frontend_builds import (
    Sources,
    build_spectrum_library,
    build_target_image,
    write_sources,
)
from tests.frontend.target_runner import TargetRunner
from tests.frontend.test_spectrum import record_of

SEED = 20260213
LARGEST = 2**30
"""Of a real or imaginary part that is shifted by its block shift."""
CORES = ("cortex-m33", "cortex-m7")
"""Of a Cortex-M4 the compiler has the same instructions as of an M7."""
BLOCK_SHIFTS = (0, 1, 2, 3, 4, 5, 17, 29, 30)

Words = NDArray[np.int32]


class CmsisInstance(ctypes.Structure):
    """`arm_cfft_instance_q31`."""

    _fields_ = (
        ("fft_length", ctypes.c_uint16),
        ("twiddles", ctypes.c_void_p),
        ("bit_reversal", ctypes.c_void_p),
        ("bit_reversal_length", ctypes.c_uint16),
    )


class Cmsis:
    """The library's transform with tables of exactly its length."""

    def __init__(self, library: ctypes.CDLL, points: int) -> None:
        self._transform = library.arm_cfft_q31
        bits = points.bit_length() - 1
        mirrored = [(index, reversed_bits(index, bits)) for index in range(points)]
        swaps = [8 * index for pair in mirrored if pair[0] < pair[1] for index in pair]
        self._twiddles = np.array(circle_q31(points, range(3 * points // 4)), dtype="<i4")
        self._swaps = np.array(swaps, dtype="<u2")
        addresses = (self._twiddles.ctypes.data, self._swaps.ctypes.data)
        self._instance = CmsisInstance(points, *addresses, len(self._swaps))

    def transform(self, values: Words) -> Words:
        """Bins [points, 2] of values [points, 2], forward, with bit reversal."""
        bins = np.ascontiguousarray(values)
        address = ctypes.c_void_p(bins.ctypes.data)
        flags = (ctypes.c_uint8(0), ctypes.c_uint8(1))
        self._transform(ctypes.byref(self._instance), address, *flags)
        return bins


def hard_values(points: int) -> list[Words]:
    """Values [points, 2]: silence, the largest of either sign, impulses, tones, noise."""
    random = np.random.default_rng(SEED)
    shape = (points, 2)
    values = [np.zeros(shape), np.full(shape, LARGEST), np.full(shape, -LARGEST)]
    values += [random.choice([-LARGEST, LARGEST], shape) for _ in range(12)]
    values += [random.integers(-LARGEST, LARGEST + 1, shape) for _ in range(24)]
    values += [random.integers(-peak, peak + 1, shape) for peak in (1, 2, 7, 100, 40_000)]
    for place in (0, 1, points // 2, points - 1):
        impulse = np.zeros(shape)
        impulse[place] = (LARGEST, -LARGEST)
        values.append(impulse)
    angles = 2 * np.pi * np.arange(points)[:, None] / points + [[0.0, np.pi / 2]]
    values += [LARGEST * np.cos(k * angles) for k in (1, points // 4, points // 2, 3.3)]
    values += [LARGEST * np.sign(np.cos(k * angles + 0.1)) for k in (1, points // 4, 5.7)]
    return [np.rint(value).astype("<i4") for value in values]


def write_transform(length: int, directory: Path) -> Sources:
    """The C of a record with that length."""
    record = record_of(length, WindowShape.HAMMING, Spectrum.POWER)
    return write_sources(directory, make_mel_tables(record, 0.05, 0))


def hold_against_the_library(
    points: int, cmsis: Cmsis, transform: Callable[[Words, int], Words]
) -> None:
    """`transform` takes values at their places, and their block shift."""
    places = [reversed_bits(value, points.bit_length() - 1) for value in range(points)]
    for number, values in enumerate(hard_values(points)):
        shift = BLOCK_SHIFTS[number % len(BLOCK_SHIFTS)]
        products = values >> shift
        wanted = cmsis.transform((products << shift).astype("<i4"))
        placed = np.zeros_like(products)
        placed[places] = products
        got = transform(placed, shift)
        np.testing.assert_array_equal(got, wanted, f"values {number}, block shift {shift}")


@pytest.mark.parametrize("length", FFT_LENGTHS)
def test_every_bin_is_that_of_the_library(length: int, tmp_path: Path) -> None:
    library = build_spectrum_library(write_transform(length, tmp_path))

    def on_host(values: Words, shift: int) -> Words:
        library.complex_transform(ctypes.c_void_p(values.ctypes.data), ctypes.c_uint32(shift))
        return values

    hold_against_the_library(length // 2, Cmsis(library, length // 2), on_host)


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("length", FFT_LENGTHS[:-2])
def test_the_target_has_the_same_bits(length: int, core: str, tmp_path: Path) -> None:
    sources = write_transform(length, tmp_path)
    cmsis = Cmsis(build_spectrum_library(sources), length // 2)
    target = TargetRunner(build_target_image(sources, core))
    hold_against_the_library(length // 2, cmsis, target.transform)
