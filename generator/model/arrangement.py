# SPDX-License-Identifier: Apache-2.0
"""How a tensor's elements are where a graph was turned round, beside how the file has them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]
Values = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The file's shape, the axes that it is made of, and the order in which ours has them.

    Of a tensor that keeps its axes `factors` are the shape. Of one that was flattened they are the
    axes of what was flattened.
    """

    shape: Shape
    factors: Shape
    order: Shape
    """Position i of ours is the file's axis order[i], of those in `factors`."""

    @property
    def keeps_axes(self) -> bool:
        """Whether ours has the file's axes, in another order."""
        return self.factors == self.shape

    @property
    def turned_factors(self) -> Shape:
        """The axes as ours has them."""
        return tuple(self.factors[axis] for axis in self.order)

    @property
    def turned_shape(self) -> Shape:
        """The shape of ours; a flat tensor stays as flat as it is."""
        return self.turned_factors if self.keeps_axes else self.shape

    @property
    def inverse(self) -> Shape:
        """The order that turns ours back."""
        return tuple(self.order.index(axis) for axis in range(len(self.order)))

    @property
    def moves_elements(self) -> bool:
        """False where only axes of length 1 are moved: the elements lie as the file has them."""
        moved = [axis for axis in self.order if self.factors[axis] != 1]
        return moved != sorted(moved)

    @property
    def changes_nothing(self) -> bool:
        """Whether ours is the file's tensor."""
        return not self.moves_elements and self.turned_shape == self.shape

    def turn(self, values: Values) -> Values:
        """The file's tensor as ours."""
        turned = values.reshape(self.factors).transpose(self.order)
        return np.ascontiguousarray(turned).reshape(self.turned_shape)

    def turn_back(self, values: Values) -> Values:
        """Ours as the file's tensor."""
        given = values.reshape(self.turned_factors).transpose(self.inverse)
        return np.ascontiguousarray(given).reshape(self.shape)


def own_axes(shape: Shape, order: Shape) -> Arrangement:
    """Of a tensor that keeps its axes, in another order."""
    return Arrangement(shape, shape, order)


def renamed(arrangement: Arrangement, shape: Shape) -> Arrangement | None:
    """The same elements under another shape; None where that shape cuts or mixes the axes.

    Axes of length 1 are where `shape` has them. The others are those of the arrangement, or all
    of them are one.
    """
    if math.prod(shape) != math.prod(arrangement.factors):
        return None
    if not arrangement.moves_elements:
        return own_axes(shape, tuple(range(len(shape))))
    long = [axis for axis, length in enumerate(arrangement.factors) if length != 1]
    places = [place for place, length in enumerate(shape) if length != 1]
    if len(places) == 1:
        return Arrangement(shape, arrangement.factors, arrangement.order)
    if [arrangement.factors[axis] for axis in long] != [shape[place] for place in places]:
        return None
    place_of = dict(zip(long, places, strict=True))
    moved = iter([place_of[axis] for axis in arrangement.order if axis in place_of])
    order = tuple(next(moved) if length != 1 else at for at, length in enumerate(shape))
    return own_axes(shape, order)
