# SPDX-License-Identifier: Apache-2.0
"""The network as the .tflite file states it: tensors and operators, nothing interpreted yet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from generator.model.arrangement import Arrangement
from generator.model.options import Activation

OptionsT = TypeVar("OptionsT")


BANDS_FIRST = (0, 2, 1, 3)
"""The permutation that makes (1, frames, bands, 1) of (1, bands, frames, 1)."""

SCORING = ("SOFTMAX", "LOGISTIC")
"""Operators that turn logits into scores: probabilities that sum to 1, or one for each class."""


@dataclass(frozen=True, slots=True)
class Quantisation:
    """real = scale * (stored - zero point), per tensor (one scale) or per channel of `axis`."""

    scales: tuple[float, ...]
    """float32 values, exactly representable as Python floats."""
    zero_points: tuple[int, ...]
    axis: int = 0

    @property
    def scale(self) -> float:
        """The scale of a tensor that is quantised as a whole."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The zero point of a tensor that is quantised as a whole."""
        return self.zero_points[0]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the graph; constants carry their bytes."""

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    """The schema's name: INT8, INT32, FLOAT32…"""
    quantisation: Quantisation | None = None
    data: bytes | None = None
    is_state: bool = False
    """True: it keeps its value from one run to the next, as an LSTM's state does."""

    @property
    def element_count(self) -> int:
        """Product of the dimensions."""
        return math.prod(self.shape)

    def int8_values(self) -> NDArray[np.int8]:
        """A constant INT8 tensor's values in its own shape."""
        return np.frombuffer(self._constant("INT8"), dtype=np.int8).reshape(self.shape)

    def int32_values(self) -> NDArray[np.int32]:
        """A constant INT32 tensor's values in its own shape."""
        return np.frombuffer(self._constant("INT32"), dtype="<i4").reshape(self.shape)

    def _constant(self, dtype: str) -> bytes:
        if self.data is None or self.dtype != dtype:
            raise ValueError(f"tensor {self.index} is not a constant of type {dtype}")
        return self.data


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; `inputs` and `outputs` are tensor indices, -1 for an absent optional input."""

    index: int
    kind: str
    """The schema's name: CONV_2D, MEAN…"""
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    data_inputs: tuple[int, ...]
    """The tensors that it computes on: its inputs without weights, axes, shapes or any constant."""
    options: object
    """A value of one of the types in generator.model.options; None for operators without."""
    name: str
    """What the user can recognise: the output tensor's name, shortened."""
    intermediates: tuple[int, ...] = ()
    """Tensors that stand for the scales of values within it, as a quantised LSTM has them."""
    added: bool = False
    """True: the file has no such operator; it turns a tensor back (generator.model.turn)."""

    def __str__(self) -> str:
        return f"operator {self.index} ({self.kind}, '{self.name}')"

    @property
    def activation(self) -> Activation:
        """The clamp fused into the output; NONE for operators that have none."""
        activation: Activation = getattr(self.options, "activation", Activation.NONE)
        return activation

    def options_of(self, kind: type[OptionsT]) -> OptionsT:
        """The options, which the reader has read as this type. TypeError where it has not."""
        if not isinstance(self.options, kind):
            raise TypeError(f"{self} has no {kind.__name__}")
        return self.options


@dataclass(frozen=True, slots=True)
class Subgraph:
    """A graph of a file, with tensors and operators of its own numbers."""

    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """A whole model: every index is valid; whether it can run is asked by the constraints."""

    name: str
    """The file's name without its suffix."""
    sha256: str
    """Of the .tflite file, in hexadecimal."""
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    metadata: Mapping[str, bytes] = field(default_factory=dict, hash=False)
    """What a tool has left in the file beside the graph, by its name."""
    subgraphs: tuple[Subgraph, ...] = ()
    """The file's other graphs, from number 1 on: what CALL_ONCE, WHILE and IF call."""
    arrangements: Mapping[int, Arrangement] = field(default_factory=dict, hash=False)
    """Of a graph that was turned (generator.model.turn): the tensors that lie otherwise than in the
    file, and how."""

    file_ends: tuple[int, int] | None = None
    """The file's own input and output, where others stand for them (generator.model.ends)."""

    @property
    def input(self) -> GraphInput:
        """Scale, zero point and shape of what the front-end must deliver."""
        tensor = self.tensors[self.inputs[0]]
        assert tensor.quantisation is not None
        return GraphInput(tensor.quantisation.scale, tensor.quantisation.zero_point, tensor.shape)

    @property
    def transposed(self) -> bool:
        """True where the file takes (1, bands, frames, 1) and turns it round first.

        False for the graph that `turn_graph` makes of it: its input is (1, frames, bands, 1).
        """
        first = self.operators[0]
        if first.kind != "TRANSPOSE" or len(first.inputs) != 2 or first.inputs[:1] != self.inputs:
            return False
        order = self.tensors[first.inputs[1]]
        if order.data is None or order.dtype != "INT32":
            return False
        return tuple(order.int32_values().ravel().tolist()) == BANDS_FIRST

    @property
    def takes_bands_first(self) -> bool:
        """Whether the file wants a patch band by band, though this graph takes it by frames."""
        arrangement = self.arrangements.get(self.inputs[0])
        return arrangement is not None and arrangement.moves_elements

    @property
    def scores(self) -> Tensor:
        """The int8 scores: the output, or what a last DEQUANTIZE makes it of."""
        last = self.operators[-1]
        if (
            last.kind == "DEQUANTIZE"
            and last.outputs == self.outputs
            and min(last.inputs, default=-1) >= 0
        ):
            return self.tensors[last.inputs[0]]
        return self.tensors[self.outputs[0]]

    @property
    def frames(self) -> int:
        """Rows of a patch: the time axis."""
        return self.sides[1 if self.transposed else 0]

    @property
    def bands(self) -> int:
        """Values of a frame: the frequency axis."""
        return self.sides[0 if self.transposed else 1]

    @property
    def sides(self) -> tuple[int, int]:
        """The patch's two dimensions, in the input's order; (0, 0) of an input that is none."""
        shape = self.tensors[self.inputs[0]].shape
        if len(shape) == 4 and shape[0] == shape[3] == 1:
            return shape[1], shape[2]
        dimensions = tuple(length for length in shape if length != 1)
        return dimensions if len(dimensions) == 2 else (0, 0)

    @property
    def rows(self) -> tuple[int, ...] | None:
        """The input as (1, rows, pixels, channels) with a row for each frame; None: it is not."""
        shape = self.tensors[self.inputs[0]].shape
        if self.transposed and len(shape) == 4:
            return (1, self.frames, self.bands, 1)
        return shape if len(shape) == 4 and shape[1] == self.frames else None

    @property
    def classes(self) -> int:
        """Scores of a patch."""
        return self.tensors[self.outputs[0]].element_count

    def given_shape(self, tensor: int) -> tuple[int, ...]:
        """A tensor's shape in the file."""
        arrangement = self.arrangements.get(tensor)
        return arrangement.shape if arrangement else self.tensors[tensor].shape

    def tensor_in(self, operator: Operator, position: int = 0) -> Tensor:
        """The operator's input at `position`; IndexError where it has none."""
        return self.tensors[operator.inputs[position]]

    def tensor_out(self, operator: Operator) -> Tensor:
        """The operator's first output."""
        return self.tensors[operator.outputs[0]]


@dataclass(frozen=True, slots=True)
class GraphInput:
    """What a frame's int8 values mean: real = scale * (value - zero_point)."""

    scale: float
    zero_point: int
    shape: tuple[int, ...]
