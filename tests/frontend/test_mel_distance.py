# SPDX-License-Identifier: Apache-2.0
"""How far the integers are from the float64 formula: within 1 step everywhere, >= 99 % equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.frontend import float_formula
from tests.frontend.conftest import SCALE, ZERO_POINT
from tests.frontend.host_library import HostLibrary
from tests.frontend.integer_twin import split_frames
from tests.frontend.signals import real_clips, synthetic_signals

EQUAL_SHARE = 0.99


@dataclass
class Distance:
    """Cells compared, cells that differ, and the first cell that is more than 1 step away."""

    cells: int = 0
    unequal: int = 0
    far: str = ""

    def add(self, name: str, got: NDArray[np.int8], wanted: NDArray[np.int8]) -> None:
        steps = got.astype(int) - wanted
        self.cells += steps.size
        self.unequal += int(np.count_nonzero(steps))
        if not self.far and np.abs(steps).max(initial=0) > 1:
            frame, band = np.argwhere(np.abs(steps) > 1)[0]
            self.far = (
                f"{name}, frame {frame}, band {band}: "
                f"{got[frame, band]} instead of {wanted[frame, band]}"
            )

    @property
    def equal_share(self) -> float:
        return 1 - self.unequal / self.cells

    def __str__(self) -> str:
        return f"{self.cells} cells, {100 * self.equal_share:.4f} % equal, the others 1 step away"


def compare(host: HostLibrary, distance: Distance, name: str, samples: NDArray[np.int16]) -> None:
    """All frames, gated or not: the formula must hold in silence too."""
    frames = split_frames(samples)
    distance.add(name, host.mel_frames(frames), float_formula.features(frames, SCALE, ZERO_POINT))


def test_hard_signals_are_within_one_step(host: HostLibrary) -> None:
    distance = Distance()
    for name, samples in synthetic_signals().items():
        compare(host, distance, name, samples)
    assert not distance.far
    assert distance.equal_share > 0.985, str(distance)


def test_some_clips_are_within_one_step(host: HostLibrary) -> None:
    distance = Distance()
    for name, samples in real_clips(limit=10):
        compare(host, distance, name, samples)
    assert not distance.far
    assert distance.equal_share >= EQUAL_SHARE, str(distance)


@pytest.mark.slow
def test_all_clips_are_within_one_step(host: HostLibrary) -> None:
    distance = Distance()
    for name, samples in real_clips(limit=None):
        compare(host, distance, name, samples)
    print(f"\nfront-end against float64: {distance}")
    assert not distance.far
    assert distance.equal_share >= EQUAL_SHARE, str(distance)


def test_a_wrong_cell_is_named() -> None:
    distance = Distance()
    wanted = np.zeros((3, 64), dtype=np.int8)
    got = wanted.copy()
    got[1, 7], got[2, 0] = 1, -2
    distance.add("clip", got, wanted)
    assert distance.far == "clip, frame 2, band 0: -2 instead of 0"
    assert distance.unequal == 2
