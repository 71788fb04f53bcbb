# SPDX-License-Identifier: Apache-2.0
"""A graph turned round, so that time is the first axis of the patch and of what is made of it.

Frames come one by one, so the engine wants rows to be moments. Where the patch has its bands first,
or a TRANSPOSE at the input changes the order of the axes, each tensor gets the order that keeps
time in front, and each operator what belongs to it: kernels and strides with their axes exchanged,
axes renumbered, the columns of dense weights permuted. All sums are integers, so the results are
the same. An operator that no rule can turn gets its inputs back in the file's order, by a TRANSPOSE
that is added before it: never is an order taken for granted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.model.arrangement import Arrangement, Shape, own_axes
from generator.model.graph import Graph, Operator, Tensor
from generator.model.options import DimensionsOptions
from generator.model.turned_axes import Places
from generator.model.turned_operators import RULES


def turn_graph(graph: Graph, bands_first: bool) -> Graph:
    """The graph with frames first; the same one where nothing is to be turned.

    `bands_first`: how the patch's elements lie, of which a shape alone cannot tell. The graph has
    passed the engine's checks. `arrangements` of the result say how the file has each tensor;
    operators that only moved axes are gone, added ones have numbers after the file's.
    """
    patch = graph.tensors[graph.inputs[0]]
    arrangement = _of_patch(graph, patch) if bands_first else None
    if arrangement is None and not _is_transposed(graph, patch):
        return graph
    turning = _Turning(graph, list(graph.tensors))
    if arrangement is not None:
        turning.arrange(patch.index, arrangement)
    for operator in graph.operators:
        turning.take(operator)
    return turning.result()


def _of_patch(graph: Graph, patch: Tensor) -> Arrangement | None:
    """Frames in front of bands; None for an input in which they cannot be told."""
    shape = patch.shape
    long = [axis for axis, length in enumerate(shape) if length != 1]
    if len(shape) == 4:
        bands, frames = long if len(long) == 2 else (1, 2)
        first, last = [axis for axis in range(4) if axis not in (bands, frames)]
        return own_axes(shape, (first, frames, bands, last))
    if len(long) == 2:
        order = list(range(len(shape)))
        order[long[0]], order[long[1]] = long[1], long[0]
        return own_axes(shape, tuple(order))
    for operator in graph.operators:  # a flat patch: as the RESHAPE has it
        if operator.kind == "RESHAPE" and operator.inputs[0] == patch.index:
            within = _of_patch(graph, replace(patch, shape=graph.tensor_out(operator).shape))
            if within is not None and within.keeps_axes:
                return Arrangement(shape, within.factors, within.order)
    return None


def _is_transposed(graph: Graph, patch: Tensor) -> bool:
    return any(
        operator.kind == "TRANSPOSE" and operator.data_inputs == (patch.index,)
        for operator in graph.operators
    )


@dataclass(slots=True)
class _Turning(Places):
    """The turned graph while it is put together. Indices of tensors stay the file's."""

    graph: Graph
    tensors: list[Tensor]
    arrangements: dict[int, Arrangement] = field(default_factory=dict)
    operators: list[Operator] = field(default_factory=list)
    same_as: dict[int, int] = field(default_factory=dict)
    """The outputs of operators that are gone, and the tensors that they were made of."""
    turned_back: dict[int, int] = field(default_factory=dict)
    """Tensors that have been given back the file's order, and where they are in it."""

    def arrange(self, tensor: int, arrangement: Arrangement) -> None:
        """Note how a tensor lies, and give it its shape."""
        if not arrangement.changes_nothing:
            self.arrangements[tensor] = arrangement
            self.tensors[tensor] = replace(self.tensors[tensor], shape=arrangement.turned_shape)

    def take(self, operator: Operator) -> None:
        """Add an operator, turned as its inputs are."""
        arranged = any(one in self.arrangements for one in operator.data_inputs)
        of_patch = operator.kind == "TRANSPOSE" and operator.data_inputs == self.graph.inputs
        if not arranged and not of_patch:
            self._add(operator, self._current)
            return
        rule = RULES.get(operator.kind)
        turned = rule(self, operator) if rule else None
        if turned is None:
            self._add(operator, self._as_given)
            return
        for made, arrangement in zip(operator.outputs, turned.outputs, strict=True):
            if arrangement is not None:
                self.arrange(made, arrangement)
        if turned.only_renames and self._is_gone(operator):
            self.same_as[operator.outputs[0]] = self._current(operator.data_inputs[0])
            return
        inputs = operator.inputs if turned.inputs is None else turned.inputs
        options = operator.options if turned.options is None else turned.options
        self._add(replace(operator, inputs=inputs, options=options), self._current)

    def result(self) -> Graph:
        """The turned graph; its output is the file's."""
        outputs = tuple(map(self._as_given, self.graph.outputs))
        return replace(
            self.graph,
            tensors=tuple(self.tensors),
            operators=tuple(self.operators),
            outputs=outputs,
            arrangements=MappingProxyType(dict(self.arrangements)),
        )

    def _is_gone(self, operator: Operator) -> bool:
        """Whether nothing is left of an operator. A TRANSPOSE of the patch is kept for its tap."""
        source, target = operator.data_inputs[0], operator.outputs[0]
        if self.tensors[source].shape != self.tensors[target].shape:
            return False
        is_kept = (
            operator.kind == "TRANSPOSE"
            and source in self.graph.inputs
            and not any(one.kind == "TRANSPOSE" for one in self.operators)
        )
        return not is_kept and target not in self.graph.outputs

    def _add(self, operator: Operator, of: Any) -> None:
        self.operators.append(
            replace(
                operator,
                inputs=tuple(map(of, operator.inputs)),
                data_inputs=tuple(map(of, operator.data_inputs)),
            )
        )

    def _current(self, tensor: int) -> int:
        return self.same_as.get(tensor, tensor)

    def _as_given(self, tensor: int) -> int:
        """The tensor in the file's order, which an added operator makes if need be."""
        arrangement = self.arrangements.get(tensor)
        if arrangement is None:
            return self._current(tensor)
        if tensor not in self.turned_back:
            self.turned_back[tensor] = self._turn_back(tensor, arrangement)
        return self.turned_back[tensor]

    def _turn_back(self, tensor: int, arrangement: Arrangement) -> int:
        source = self._current(tensor)
        if arrangement.moves_elements:
            if not arrangement.keeps_axes:
                source = self._added("RESHAPE", source, tensor, arrangement.turned_factors)
            order = arrangement.inverse
            source = self._added("TRANSPOSE", source, tensor, arrangement.factors, order)
        if self.tensors[source].shape != arrangement.shape:
            source = self._added("RESHAPE", source, tensor, arrangement.shape)
        return source

    def _added(
        self, kind: str, source: int, like: int, shape: Shape, constant: Shape | None = None
    ) -> int:
        """The output of an operator that the file has not."""
        given = self.graph.tensors[like]
        made = len(self.tensors)
        self.tensors.append(replace(given, index=made, shape=shape, data=None))
        numbers = self.integers(shape if constant is None else constant)
        before = max(one.index for one in (*self.graph.operators, *self.operators))
        name = f"{given.name.split(';', maxsplit=1)[0].rsplit('/', maxsplit=1)[-1]}/file_order"
        options = DimensionsOptions(shape) if kind == "RESHAPE" else None
        self.operators.append(
            Operator(
                before + 1, kind, (source, numbers), (made,), (source,), options, name, added=True
            )
        )
        return made

    # --- what the rules ask and make -------------------------------------------------------------

    def arrangement(self, tensor: int) -> Arrangement | None:
        """How a tensor lies; None: as the file has it."""
        return self.arrangements.get(tensor)

    def constant(self, like: int, values: NDArray[Any]) -> int:
        """A constant like another, with these values."""
        given = self.graph.tensors[like]
        data = np.ascontiguousarray(values).tobytes()
        made = len(self.tensors)
        self.tensors.append(replace(given, index=made, shape=values.shape, data=data))
        return made

    def integers(self, values: Sequence[int]) -> int:
        """A constant list of int32."""
        made = len(self.tensors)
        data = np.array(values, "<i4").tobytes()
        self.tensors.append(Tensor(made, "", (len(values),), "INT32", None, data))
        return made
