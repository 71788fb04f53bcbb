# SPDX-License-Identifier: Apache-2.0
"""What the rules of turned operators are given, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from generator.model.arrangement import Arrangement, Shape, own_axes
from generator.model.constraints.tensors import constant_integers
from generator.model.graph import Graph, Operator


class Places(Protocol):
    """A graph that is being turned: the file's tensors, and how they lie by now."""

    graph: Graph
    """The file's."""

    def arrangement(self, tensor: int) -> Arrangement | None:
        """How a tensor lies; None: as the file has it."""

    def constant(self, like: int, values: NDArray[Any]) -> int:
        """A constant like another, with these values."""

    def integers(self, values: Sequence[int]) -> int:
        """A constant list of int32."""


@dataclass(frozen=True, slots=True)
class Turned:
    """An operator that was turned."""

    outputs: tuple[Arrangement | None, ...]
    inputs: tuple[int, ...] | None = None
    """None: as they are."""
    options: object = None
    """None: as they are."""
    only_renames: bool = False
    """It leaves all elements where they are; where their shape stays too it can go."""


Rule = Callable[[Places, Operator], Turned | None]
"""Turns an operator of which a data input lies otherwise than in the file; None: it cannot."""


def order_of(places: Places, tensor: int) -> Shape | None:
    """The order of a tensor's own axes; None where it was flattened."""
    arrangement = places.arrangement(tensor)
    if arrangement is None:
        return tuple(range(len(places.graph.tensors[tensor].shape)))
    return arrangement.order if arrangement.keeps_axes else None


def list_of(places: Places, operator: Operator, position: int) -> tuple[int, ...] | None:
    """The constant integers of an input; None where it has none."""
    if position >= len(operator.inputs) or operator.inputs[position] < 0:
        return None
    return constant_integers(places.graph.tensors[operator.inputs[position]])


def with_order(places: Places, operator: Operator, order: Shape) -> tuple[Arrangement, ...]:
    """All outputs in one order of their axes."""
    return tuple(own_axes(places.graph.tensors[one].shape, order) for one in operator.outputs)


def exchanged(inputs: tuple[int, ...], new: dict[int, int]) -> tuple[int, ...]:
    """Inputs with others at some positions."""
    return tuple(new.get(position, one) for position, one in enumerate(inputs))


def without_axes(order: Shape, gone: Sequence[int]) -> Shape:
    """The order of the axes that are left, numbered again."""
    kept = [axis for axis in order if axis not in gone]
    return tuple(sorted(kept).index(axis) for axis in kept)
