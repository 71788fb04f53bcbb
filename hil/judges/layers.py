# SPDX-License-Identifier: Apache-2.0
"""Every layer's output against another's: rows from the link put together, then compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hil.judges.divergence import Divergence, compare

Tensor = npt.NDArray[Any]
_AXES = {3: ("row", "column", "channel"), 1: ("element",)}


def assemble_rows(rows: Mapping[int, bytes], like: Tensor) -> Tensor:
    """The rows of one operator as a tensor of `like`'s type.

    Shape as `like` if all rows came whole; else one row after the other, so that a comparison shows
    what is missing.
    """
    data = b"".join(rows[row] for row in sorted(rows))
    complete = len(data) == like.nbytes and sorted(rows) == list(range(len(rows)))
    usable = data[: len(data) // like.itemsize * like.itemsize]
    values = np.frombuffer(usable, like.dtype)
    return values.reshape(like.shape) if complete else values


def compare_taps(
    clip: str,
    stage: str,
    operator_names: Sequence[str],
    expected: Mapping[int, Tensor],
    actual: Mapping[int, Tensor],
) -> list[Divergence]:
    """One divergence for each operator whose outputs differ, in the order of the network."""
    found = []
    for index, want in sorted(expected.items()):
        place = f"{stage}, operator {index} ({operator_names[index]})"
        got = actual.get(index, np.empty(0, want.dtype))
        if got.size == want.size:
            shape = want.shape[1:] if want.ndim == 4 else (want.size,)
            divergence = compare(
                clip, place, _AXES[len(shape)], want.reshape(shape), got.reshape(shape)
            )
        else:
            divergence = compare(clip, place, ("element",), want.reshape(-1), got.reshape(-1))
        if divergence is not None:
            found.append(divergence)
    return found
