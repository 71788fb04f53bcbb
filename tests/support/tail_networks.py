# SPDX-License-Identifier: Apache-2.0
"""Networks whose last part needs whole tensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.single_operator import integers, quantised, table_of
from tests.support.tflite_writer import OperatorRecord, TensorRecord


class Tail:
    """Operators put behind the layers of a builder."""

    def __init__(self, model: ModelBuilder) -> None:
        self.model = model

    def add(
        self,
        kind: str,
        inputs: Sequence[int | TensorRecord],
        shapes: Sequence[tuple[int, ...]],
        options: str = "",
        *,
        scale: float | None = None,
        zero: int | None = None,
        **fields: float,
    ) -> list[int]:
        """One operator; its outputs have the quantisation of the first input that has one."""
        model = self.model
        indices = [one if isinstance(one, int) else model._add(one) for one in inputs]
        like = next(one for one in (model.tensors[i] for i in indices) if one.scales)
        made = [
            model._add(
                quantised(
                    f"{kind.lower()}{len(model.operators)}_{position}",
                    shape,
                    like.scales[0] if scale is None else scale,
                    like.zero_points[0] if zero is None else zero,
                )
            )
            for position, shape in enumerate(shapes)
        ]
        record = OperatorRecord(
            kind, indices, made, *(table_of(options, **fields) if options else ())
        )
        model.operators.append(record)
        model.current = made[0]
        return made


def squeeze_and_excite(
    frames: int = 12, bands: int = 10, stride: tuple[int, int] = (2, 2)
) -> ModelBuilder:
    """A gate from the mean of all rows: both branches meet behind the stream."""
    model = ModelBuilder(frames, bands).conv(6, stride=stride)
    entry = model.current
    tail = Tail(model)
    model.mean(keep_dims=True).conv(3, (1, 1)).conv(6, (1, 1), activation=NO_ACTIVATION)
    tail.add("LOGISTIC", [model.current], [(1, 1, 1, 6)], scale=1 / 256, zero=-128)
    shape = model.tensors[entry].shape
    tail.add("MUL", [entry, model.current], [shape], "MulOptions", scale=0.05, zero=-128)
    return model.head(4)


def inception() -> ModelBuilder:
    """Two branches of pools, concatenated, padded and sliced."""
    model = ModelBuilder(10, 8).conv(4)
    entry = model.current
    tail = Tail(model)
    window = {"Padding": 0, "StrideH": 1, "StrideW": 1, "FilterHeight": 3, "FilterWidth": 2}
    most = tail.add("MAX_POOL_2D", [entry], [(1, 10, 8, 4)], "Pool2DOptions", **window)[0]
    mean = tail.add("AVERAGE_POOL_2D", [entry], [(1, 10, 8, 4)], "Pool2DOptions", **window)[0]
    tail.add("CONCATENATION", [most, mean], [(1, 10, 8, 8)], "ConcatenationOptions", Axis=3)
    borders = integers("borders", np.array([[0, 0], [1, 0], [0, 2], [0, 0]]))
    tail.add("PAD", [model.current, borders], [(1, 11, 10, 8)])
    bounds = [integers(name, one) for name, one in
              (("b", [0, 1, 0, 0]), ("e", [1, 11, 10, 8]), ("s", [1, 3, 2, 1]))]  # fmt: skip
    tail.add("STRIDED_SLICE", [model.current, *bounds], [(1, 4, 5, 8)], "StridedSliceOptions")
    order = integers("turned", [0, 3, 1, 2])
    tail.add("TRANSPOSE", [model.current, order], [(1, 8, 4, 5)])
    return model.reshape().dense(5).softmax()


def recurrent() -> ModelBuilder:
    """A small recurrent cell, unrolled: UNPACK, dense, SPLIT, gates, PACK of the states."""
    model = ModelBuilder(5, 8)
    tail = Tail(model)
    shape = integers("frames", [5, 8])
    tail.add("RESHAPE", [model.current, shape], [(5, 8)])
    frames = tail.add("UNPACK", [model.current], [(8,)] * 5, "UnpackOptions", Num=5, Axis=0)
    states: list[int] = []
    state: int | None = None
    for frame in frames:
        tail.add("EXPAND_DIMS", [frame, integers("axis", [0])], [(1, 8)])
        model.dense(8)
        if state is not None:
            tail.add("ADD", [model.current, state], [(1, 8)], "AddOptions", scale=0.1, zero=3)
        axis = TensorRecord("split", (), "INT32", data=np.array(1, dtype=np.int32))
        gate, value = tail.add("SPLIT", [axis, model.current], [(1, 4)] * 2, "SplitOptions",
                               NumSplits=2)  # fmt: skip
        tail.add("LOGISTIC", [gate], [(1, 4)], scale=1 / 256, zero=-128)
        gate = model.current
        tail.add("TANH", [value], [(1, 4)], scale=1 / 128, zero=0)
        tail.add("MUL", [gate, model.current], [(1, 4)], "MulOptions", scale=1 / 128, zero=0)
        states.append(model.current)
        if frame != frames[-1]:
            state = model.dense(8).current
    model.current = states[-1]
    tail.add("PACK", states, [(1, 5, 4)], "PackOptions", ValuesCount=5, Axis=1)
    return model.reshape().dense(3).softmax()
