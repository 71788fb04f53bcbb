# SPDX-License-Identifier: Apache-2.0
"""Boxes of elements as the kernels walk them: few axes, each with a step from element to element.

Axes of one element are left out, and neighbours that lie as one are merged, so that most tensors
need fewer axes than they have and the innermost run is as long as it can be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

AXES = 5
"""TENSOR_BOX_AXES in C."""


@dataclass(frozen=True, slots=True)
class Box:
    """Sizes, outermost first, and for each tensor that is walked the strides along them."""

    shape: tuple[int, ...]
    strides: tuple[tuple[int, ...], ...]

    @property
    def is_walkable(self) -> bool:
        """Whether the kernels have axes enough."""
        return len(self.shape) <= AXES

    @property
    def shape_text(self) -> str:
        """The initialiser of its sizes."""
        return _braced([1] * (AXES - len(self.shape)) + list(self.shape), "u")

    def strides_text(self, tensor: int = 0) -> str:
        """The initialiser of the strides in one of the tensors."""
        strides = self.strides[tensor]
        return _braced([0] * (AXES - len(strides)) + list(strides))

    @property
    def text(self) -> str:
        """The initialiser of the struct tensor_box of its first tensor."""
        return f"{{{self.shape_text}, {self.strides_text()}}}"


def dense_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Elements from one to the next along each axis of a tensor without gaps."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def broadcast_strides(shape: Sequence[int], target: Sequence[int]) -> tuple[int, ...]:
    """Strides of a tensor that is repeated to a target's shape: 0 along the axes it lacks."""
    missing = len(target) - len(shape)
    return (0,) * missing + tuple(
        0 if length == 1 else stride
        for length, stride in zip(shape, dense_strides(shape), strict=True)
    )


def broadcast_shape(first: Sequence[int], second: Sequence[int]) -> tuple[int, ...] | None:
    """The shape of what two tensors make together; None where they do not fit."""
    rank = max(len(first), len(second))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in (first, second)]
    if any(a != b and 1 not in (a, b) for a, b in zip(*padded, strict=True)):
        return None
    return tuple(max(a, b) for a, b in zip(*padded, strict=True))


def make_box(shape: Sequence[int], *strides: Sequence[int]) -> Box:
    """The box with as few axes as possible."""
    sizes: list[int] = []
    steps: list[list[int]] = [[] for _ in strides]
    for axis, size in enumerate(shape):
        if size == 1:
            continue
        if sizes and all(
            kept[-1] == size * one[axis] for kept, one in zip(steps, strides, strict=True)
        ):
            sizes[-1] *= size
            for kept, one in zip(steps, strides, strict=True):
                kept[-1] = one[axis]
            continue
        sizes.append(size)
        for kept, one in zip(steps, strides, strict=True):
            kept.append(one[axis])
    return Box(tuple(sizes), tuple(tuple(kept) for kept in steps))


def _braced(values: Sequence[int], suffix: str = "") -> str:
    return "{" + ", ".join(f"{value}{suffix}" for value in values) + "}"
