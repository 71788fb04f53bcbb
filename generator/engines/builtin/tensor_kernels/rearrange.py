# SPDX-License-Identifier: Apache-2.0
"""Operators that only move elements: TRANSPOSE, slices, SPLIT, UNPACK, PAD, CONCATENATION, PACK."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.engines.builtin.c_tables import Table, byte_table, unsigned
from generator.engines.builtin.spec import Call, Kernel, TensorCall
from generator.engines.builtin.tensor_kernels.boxes import Box, dense_strides, make_box
from generator.model.graph import Graph, Operator, Tensor

PIECE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a tensor, perhaps in another order of axes: where each axis begins and steps."""

    first: int
    """The element that comes first."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def box(self) -> Box:
        """The part's box, with strides in the tensor."""
        return make_box(self.shape, self.strides)

    @property
    def is_contiguous(self) -> bool:
        """Whether its elements are one after the other, in order."""
        box = self.box
        return not box.shape or (len(box.shape) == 1 and box.strides[0] == (1,))


def permuted(tensor: Tensor, order: Sequence[int]) -> Selection:
    """All of a tensor with its axes in another order."""
    strides = dense_strides(tensor.shape)
    return Selection(
        0, tuple(tensor.shape[axis] for axis in order), tuple(strides[axis] for axis in order)
    )


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a tensor: along each axis so many elements from a begin on, by a step."""

    begins: tuple[int, ...]
    sizes: tuple[int, ...]
    steps: tuple[int, ...]


def one_after_another(begins: Sequence[int], sizes: Sequence[int]) -> Cut:
    """A part that leaves out nothing between its elements."""
    return Cut(tuple(begins), tuple(sizes), (1,) * len(begins))


def part_along(graph: Graph, operator: Operator, axis: int, output: int) -> Cut:
    """One of the parts into which SPLIT cuts its input along an axis."""
    source = graph.tensors[operator.data_inputs[0]].shape
    parts = [graph.tensors[index].shape for index in operator.outputs]
    axis %= len(source)
    before = sum(shape[axis] for shape in parts[:output])
    begins = [before if one == axis else 0 for one in range(len(source))]
    return one_after_another(begins, parts[output])


def sliced(tensor: Tensor, cut: Cut) -> Selection:
    """A part of a tensor."""
    strides = dense_strides(tensor.shape)
    first = sum(begin * stride for begin, stride in zip(cut.begins, strides, strict=True))
    scaled = tuple(step * stride for step, stride in zip(cut.steps, strides, strict=True))
    return Selection(first, cut.sizes, scaled)


def gather_kernel(call: Call[Any], selection: Selection, output: int = 0) -> Kernel:
    """The kernel that copies a part of its input; `output` is the number of the part."""
    layer = call.record(
        "struct tensor_gather_layer",
        ("box", selection.box.text),
        *unsigned({"first": selection.first}),
        prefix="layer" if output == 0 else f"part_{output}",
    )
    return Kernel("tensor_gather_s8", "tensor/gather", "tensor/rearrange", layer)


def copy_kernel(call: Call[Any]) -> Kernel:
    """The kernel that copies a variable's value, to it or from it."""
    tensors = call.graph.tensors
    moved = tensors[(*call.operator.inputs[1:], *call.operator.outputs)[0]]
    return gather_kernel(call, Selection(0, (moved.element_count,), (1,)))


def pad_kernel(call: TensorCall[Any], before: Sequence[int], padding: int) -> Kernel:
    """PAD and PADV2: `before` are the elements that come before the input along each axis."""
    source, target = call.tensor_in, call.tensor_out
    strides = dense_strides(target.shape)
    first = sum(one * stride for one, stride in zip(before, strides, strict=True))
    layer = call.record(
        "struct tensor_pad_layer",
        ("box", make_box(source.shape, strides).text),
        *unsigned({"first": first, "count": target.element_count}),
        ("padding", str(padding)),
    )
    return Kernel("tensor_pad_s8", "tensor/pad", "tensor/rearrange", layer)


def concatenate_kernel(call: TensorCall[Any], axis: int, *, joins: bool) -> Kernel:
    """CONCATENATION along an axis (`joins`), or PACK, whose inputs are along a new axis."""
    tensors = [call.graph.tensors[index] for index in call.operator.inputs]
    tables: list[Table] = []
    pieces: list[str] = []
    for position, tensor in enumerate(tensors):
        constant = "NULL"
        if tensor.data is not None:
            values = [int(value) for value in tensor.int8_values().ravel()]
            tables.append(byte_table(call.name(f"piece_{position}"), values))
            constant = tables[-1].name
        pieces.append(f"{{{constant}, {math.prod(tensor.shape[axis:])}u}},")
    name = call.name("pieces")
    count, lines = len(pieces), tuple(pieces)
    tables.append(Table(name, "struct tensor_piece", count, PIECE_BYTES * count, lines, b""))
    blocks = math.prod((tensors[0] if joins else call.tensor_out).shape[:axis])
    layer = call.record(
        "struct tensor_concatenate_layer",
        *unsigned({"pieces": len(pieces), "blocks": blocks}),
        ("piece", name),
    )
    path = "tensor/concatenate"
    return Kernel("tensor_concatenate_s8", path, path, layer, tuple(tables))
