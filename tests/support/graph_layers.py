# SPDX-License-Identifier: Apache-2.0
"""What a random graph is made of: one function a kind of layer, which adds it if it can."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import tflite

from tests.support.drawn import ACTIVATIONS, Random, Shape, drawn, zero_of
from tests.support.model_builder import ModelBuilder, Weights
from tests.support.single_operator import integers, quantised
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import TensorRecord

LARGEST_TENSOR = 3000
WIDEST = 9
"""Channels."""

FREQUENT = 4
"""Channels that many tensors have, so that they can be added and joined."""


@dataclass
class Draft:
    """A graph while it grows."""

    model: ModelBuilder
    live: list[int]
    """Tensors that further layers may take."""
    random: Random = field(default_factory=np.random.default_rng)

    @property
    def tail(self) -> Tail:
        """For operators without weights."""
        return Tail(self.model)

    def shape(self, tensor: int) -> Shape:
        return self.model.tensors[tensor].shape

    def scale(self, tensor: int) -> float:
        return self.model.tensors[tensor].scales[0]

    def zero(self, tensor: int) -> int:
        return self.model.tensors[tensor].zero_points[0]

    def chance(self, one_in: int) -> bool:
        return not int(self.random.integers(one_in))

    def pick(self, fits: Callable[[Shape], bool] = lambda shape: True) -> int | None:
        """A tensor that fits; the newer, the likelier."""
        found = [one for one in self.live if fits(self.shape(one))]
        if not found:
            return None
        return found[-1 - min(int(self.random.geometric(0.6)) - 1, len(found) - 1)]

    def add(
        self,
        kind: str,
        inputs: Sequence[int | TensorRecord],
        shapes: Sequence[Shape],
        options: str = "",
        *,
        scale: float | None = None,
        zero: int | None = None,
        **fields: float,
    ) -> list[int]:
        """An operator; None: scale and zero point of its first input."""
        made = self.tail.add(kind, inputs, shapes, options, scale=scale, zero=zero, **fields)
        self.live += made
        return made

    def like(self, tensor: int, other: int) -> int:
        """A tensor with the scale and zero point of another."""
        if (self.scale(tensor), self.zero(tensor)) == (self.scale(other), self.zero(other)):
            return tensor
        shape, scale, zero = self.shape(tensor), self.scale(other), self.zero(other)
        return self.add("QUANTIZE", [tensor], [shape], scale=scale, zero=zero)[0]

    def constant(self, shape: Shape, scale: float, zero: int) -> TensorRecord:
        """A random int8 constant."""
        values = self.random.integers(-128, 128, shape).astype(np.int8)
        return quantised("constant", shape, scale, zero, values)

    @property
    def activation(self) -> int:
        return int(self.random.choice(ACTIVATIONS)) if self.chance(2) else ACTIVATIONS[0]


Layer = Callable[[Draft], bool]
"""Adds a layer and returns True, or does nothing where none fits."""


def is_rows(shape: Shape) -> bool:
    return len(shape) == 4 and shape[0] == 1


def bordered(draft: Draft, source: int, reach: Sequence[int]) -> int:
    """PAD of rows and bands, at most one more than a window can take as its own border."""
    _, height, width, channels = draft.shape(source)
    rows, bands = (draft.random.integers(0, one + (one > 1), 2) for one in reach)
    made = (1, height + int(rows.sum()), width + int(bands.sum()), channels)
    borders = integers("borders", np.array([[0, 0], rows, bands, [0, 0]]))
    return draft.add("PAD", [source, borders], [made])[0]


def windowed(draft: Draft, kind: str) -> bool:
    """CONV_2D, DEPTHWISE_CONV_2D."""
    random = draft.random
    source = draft.pick(is_rows)
    if source is None:
        return False
    _, height, width, inputs = draft.shape(source)
    size = [drawn(random, 1, 4), drawn(random, 1, 4)] if draft.chance(2) else [3, 3]
    stride = [drawn(random, 1, 3), drawn(random, 1, 3)] if draft.chance(3) else [1, 1]
    dilation = [drawn(random, 1, 3), drawn(random, 1, 2)] if draft.chance(6) else [1, 1]
    if draft.chance(4):
        size, stride, dilation = [1, 1], [1, 1], [1, 1]
    reach = [(one - 1) * step + 1 for one, step in zip(size, dilation, strict=True)]
    same = not draft.chance(3) or reach[0] > height or reach[1] > width
    if not same and draft.chance(2):
        source = bordered(draft, source, reach)
        _, height, width, inputs = draft.shape(source)
    if kind == "CONV_2D":
        groups = inputs if inputs in (2, 3) and draft.chance(4) else 1
        outputs = groups * drawn(random, 1, WIDEST // groups)
        if draft.chance(2):
            outputs = FREQUENT // groups * groups
        kernel, axis = (outputs, *size, inputs // groups), 0
        options, more = "Conv2DOptions", {}
    else:
        multiplier = drawn(random, 2, 3) if inputs <= WIDEST // 3 and draft.chance(3) else 1
        kernel, axis = (1, *size, inputs * multiplier), 3
        options, more = "DepthwiseConv2DOptions", {"DepthMultiplier": multiplier}
    activation = draft.activation
    has_bias = kind == "CONV_2D" or not draft.chance(4)
    weights = Weights(kernel, axis, activation, draft.chance(2), has_bias)
    draft.model.current = source
    constants, target = draft.model._weighted(f"{kind.lower()}", weights)
    lengths = [
        -(-(length - (0 if same else one - 1)) // step)
        for length, one, step in zip((height, width), reach, stride, strict=True)
    ]
    draft.add(
        kind, [source, *constants], [(1, *lengths, kernel[axis])], options,
        scale=target.scales[0], zero=target.zero_points[0],
        Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
        StrideH=stride[0], StrideW=stride[1],
        DilationHFactor=dilation[0], DilationWFactor=dilation[1],
        FusedActivationFunction=activation, **more,
    )  # fmt: skip
    return True


def pooled(draft: Draft, kind: str) -> bool:
    """MAX_POOL_2D, AVERAGE_POOL_2D."""
    source = draft.pick(is_rows)
    if source is None:
        return False
    _, height, width, channels = draft.shape(source)
    size, stride = (
        [min(drawn(draft.random, 1, 3), one) for one in (height, width)] for _ in range(2)
    )
    same = draft.chance(2)
    lengths = [
        -(-(length - (0 if same else one - 1)) // step)
        for length, one, step in zip((height, width), size, stride, strict=True)
    ]
    draft.add(
        kind, [source], [(1, *lengths, channels)], "Pool2DOptions",
        Padding=tflite.Padding.SAME if same else tflite.Padding.VALID,
        StrideH=stride[0], StrideW=stride[1], FilterHeight=size[0], FilterWidth=size[1],
        FusedActivationFunction=draft.activation,
    )  # fmt: skip
    return True


FUNCTIONS: dict[str, tuple[str, dict[str, float]]] = {
    "RELU": ("", {}), "RELU6": ("", {}), "RELU_N1_TO_1": ("", {}), "RELU_0_TO_1": ("", {}),
    "LEAKY_RELU": ("LeakyReluOptions", {"Alpha": 0.2}), "HARD_SWISH": ("", {}),
    "TANH": ("", {}), "ELU": ("", {}), "LOGISTIC": ("", {}),
    "GELU": ("GeluOptions", {"Approximate": False}),
    "QUANTIZE": ("", {}), "SOFTMAX": ("SoftmaxOptions", {"Beta": 1.0}),
    "LOG_SOFTMAX": ("", {}),
}  # fmt: skip


def function(draft: Draft) -> bool:
    """A function of one value, or SOFTMAX or LOG_SOFTMAX along the last axis."""
    kind = str(draft.random.choice(list(FUNCTIONS)))
    source = draft.pick(lambda shape: kind != "SOFTMAX" or shape[-1] > 1)
    if source is None:
        return False
    options, fields = FUNCTIONS[kind]
    scale, zero = draft.scale(source) * float(draft.random.uniform(0.4, 1.4)), zero_of(draft.random)
    if kind == "TANH":
        scale, zero = 1 / 128, 0
    if kind in ("LOGISTIC", "SOFTMAX"):
        scale, zero = 1 / 256, -128
    if kind == "LOG_SOFTMAX":
        scale, zero = 1 / 16, 127
    draft.add(kind, [source], [draft.shape(source)], options, scale=scale, zero=zero, **fields)
    return True


def _second(draft: Draft, first: int) -> tuple[int | TensorRecord, Shape]:
    """What a tensor is combined with: another, a constant, or the mean of its own pixels."""
    shape, random = draft.shape(first), draft.random
    others = [one for one in draft.live if one != first and draft.shape(one) == shape]
    if others and not draft.chance(4):
        return int(random.choice(others)), shape
    if is_rows(shape) and draft.chance(3):
        gate = draft.add(
            "MEAN", [first, integers("axes", [1, 2])], [(1, 1, 1, shape[3])], "ReducerOptions",
            KeepDims=True,
        )  # fmt: skip
        return gate[0], draft.shape(gate[0])
    kept: Shape = (shape[-1],) if draft.chance(2) else (1,)
    if draft.chance(4):
        kept = shape
    if draft.chance(6):
        value = quantised("value", (), 0.02, 3, random.integers(-128, 128, ()).astype(np.int8))
        made = draft.add("FILL", [integers("shape", kept), value], [kept])
        return made[0], kept
    return draft.constant(kept, float(random.uniform(0.005, 0.05)), zero_of(random)), kept


def paired(draft: Draft) -> bool:
    """ADD, SUB, MUL, MAXIMUM, MINIMUM, PRELU."""
    random = draft.random
    kind = str(random.choice(["ADD", "ADD", "SUB", "MUL", "MUL", "MAXIMUM", "MINIMUM", "PRELU"]))
    first = draft.pick(lambda shape: len(shape) >= 2)
    if first is None:
        return False
    shape = draft.shape(first)
    if kind == "PRELU":
        kept = tuple(one if draft.chance(2) else 1 for one in shape[1:])
        alpha = draft.constant(kept, 0.006, zero_of(random))
        scale = draft.scale(first) * float(random.uniform(0.5, 1.5))
        draft.add(kind, [first, alpha], [shape], scale=scale, zero=zero_of(random))
        return True
    second, _ = _second(draft, first)
    if kind in ("MAXIMUM", "MINIMUM"):
        if isinstance(second, int):
            second = draft.like(second, first)
        else:
            second.scales, second.zero_points = (draft.scale(first),), (draft.zero(first),)
        draft.add(kind, [first, second], [shape])
        return True
    other = second.scales[0] if isinstance(second, TensorRecord) else draft.scale(second)
    if kind == "MUL":
        scale = draft.scale(first) * other * float(random.uniform(20, 120))
    else:
        scale = (draft.scale(first) + other) * float(random.uniform(0.4, 0.9))
    pair = [first, second]
    if draft.chance(3):
        pair.reverse()
    draft.add(kind, pair, [shape], f"{kind.title()}Options", scale=scale, zero=zero_of(random),
              FusedActivationFunction=draft.activation)  # fmt: skip
    return True


def product(draft: Draft) -> bool:
    """BATCH_MATMUL of a tensor's matrices and themselves, turned round."""
    source = draft.pick(lambda shape: len(shape) >= 3)
    if source is None:
        return False
    shape = draft.shape(source)
    first = draft.chance(2)
    length = shape[-1] if first else shape[-2]
    made = (*shape[:-2], length, length)
    scale = min(draft.scale(source) ** 2 * float(draft.random.uniform(40, 400)), 0.5)
    draft.add("BATCH_MATMUL", [source, source], [made], "BatchMatMulOptions", scale=scale,
              zero=zero_of(draft.random), AdjX=first, AdjY=not first)  # fmt: skip
    return True


def dense(draft: Draft) -> bool:
    """FULLY_CONNECTED along the last axis."""
    source = draft.pick(lambda shape: len(shape) >= 2 and shape[-1] <= 200)
    if source is None:
        return False
    shape, outputs, activation = draft.shape(source), drawn(draft.random, 1, WIDEST), 0
    activation = draft.activation
    draft.model.current = source
    weights = Weights((outputs, shape[-1]), 0, activation, draft.chance(2), not draft.chance(4))
    constants, target = draft.model._weighted("dense", weights)
    draft.add(
        "FULLY_CONNECTED", [source, *constants], [(*shape[:-1], outputs)], "FullyConnectedOptions",
        scale=target.scales[0], zero=target.zero_points[0],
        KeepNumDims=True, FusedActivationFunction=activation,
    )  # fmt: skip
    return True


def reduced(draft: Draft) -> bool:
    """MEAN, SUM, REDUCE_MAX, REDUCE_MIN."""
    source = draft.pick(lambda shape: len(shape) >= 2)
    if source is None:
        return False
    shape, random = draft.shape(source), draft.random
    kind = str(random.choice(["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"]))
    axes = [1, 2] if is_rows(shape) and draft.chance(2) else [drawn(random, 1, len(shape) - 1)]
    keeps = draft.chance(2)
    made = tuple(1 if i in axes else n for i, n in enumerate(shape) if keeps or i not in axes)
    scale, zero = (None, None)
    if kind in ("MEAN", "SUM") and draft.chance(2):
        scale, zero = draft.scale(source) * float(random.uniform(0.3, 2)), zero_of(random)
    draft.add(kind, [source, integers("axes", axes)], [made], "ReducerOptions",
              scale=scale, zero=zero, KeepDims=keeps)  # fmt: skip
    return True


def flat(draft: Draft, tensor: int) -> int:
    """A tensor as (1, n)."""
    shape = (1, math.prod(draft.shape(tensor)))
    if draft.shape(tensor) == shape:
        return tensor
    return draft.add("RESHAPE", [tensor, integers("shape", shape)], [shape])[0]
