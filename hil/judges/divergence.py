# SPDX-License-Identifier: Apache-2.0
"""Where two runs that must agree bit for bit part: how often, and first where and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Divergence:
    """Two arrays that differ: how many elements do, and the first of them.

    A difference in shape counts every element of the longer one that the other lacks.
    """

    clip: str
    stage: str
    """What was compared, as in 'features: board against host twin'."""

    count: int
    """Elements that differ."""

    total: int
    """Elements compared."""

    place: str
    """Place of the first difference in the words of the stage: 'frame 12, band 3'."""

    expected: float
    actual: float
    largest: float
    """Largest absolute difference; NaN when only the shapes differ."""

    def __str__(self) -> str:
        step = self.actual - self.expected
        return (
            f"{self.clip}: {self.stage}: {self.count} of {self.total} differ; "
            f"first at {self.place}: expected {self.expected:g}, got {self.actual:g} "
            f"({step:+g}), largest {self.largest:g}"
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values, for records that travel between processes."""
        return asdict(self)


class DivergenceError(AssertionError):
    """A result that came and is wrong. It is reported, and never asked for again."""


def refuse_divergences(divergences: Sequence[Divergence]) -> None:
    """Raise DivergenceError with all of them; nothing where there are none."""
    if divergences:
        raise DivergenceError("\n".join(map(str, divergences)))


def compare(
    clip: str,
    stage: str,
    axes: Sequence[str],
    expected: npt.ArrayLike,
    actual: npt.ArrayLike,
) -> Divergence | None:
    """None when `actual` equals `expected` in shape and in every bit, else where they part.

    `axes` names each axis of the arrays, outermost first. Floats are compared by their bits.
    """
    want, got = np.asarray(expected), np.asarray(actual)
    if want.dtype != got.dtype:
        raise TypeError(f"{stage}: {want.dtype} against {got.dtype}")
    if want.ndim != len(axes) or got.ndim != len(axes):
        raise ValueError(f"{stage}: axes {axes} for shapes {want.shape} and {got.shape}")
    common = tuple(slice(0, min(a, b)) for a, b in zip(want.shape, got.shape, strict=True))
    want_common, got_common = want[common], got[common]
    differs = differing(want_common, got_common)
    missing = max(want.size, got.size) - want_common.size
    count = int(np.count_nonzero(differs)) + missing
    if count == 0:
        return None
    total = max(want.size, got.size)
    if not differs.any():
        place = f"shape {list(want.shape)} expected, {list(got.shape)} came"
        return Divergence(
            clip, stage, count, total, place, float(want.size), float(got.size), float("nan")
        )
    first = tuple(int(index) for index in np.argwhere(differs)[0])
    place = ", ".join(f"{axis} {index}" for axis, index in zip(axes, first, strict=True))
    gap = np.abs(want_common.astype(np.float64) - got_common.astype(np.float64))
    return Divergence(
        clip,
        stage,
        count,
        total,
        place,
        float(want_common[first]),
        float(got_common[first]),
        float(gap.max()),
    )


def differing(want: npt.NDArray[Any], got: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where two arrays of one shape and type differ; floats by their bits."""
    return np.asarray(_bits(want) != _bits(got))


def _bits(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")
    return values
