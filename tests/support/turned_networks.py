# SPDX-License-Identifier: Apache-2.0
"""Random networks on (1, bands, frames, 1): every kind of operator that knows axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import tflite

from tests.support.drawn import Random
from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.single_operator import integers, quantised, table_of
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import TensorRecord

Layer = Callable[[ModelBuilder, Random], None]

BANDS, FRAMES = 13, 18


def _shape(model: ModelBuilder) -> tuple[int, ...]:
    return model.tensors[model.current].shape


def _pick(random: Random, *values: int) -> int:
    return int(random.choice(values))


def _convolution(model: ModelBuilder, random: Random) -> None:
    kernel, stride = (_pick(random, 1, 2, 3), _pick(random, 1, 3, 4)), (1, _pick(random, 1, 2))
    same = bool(random.integers(2)) or min(_shape(model)[1:3]) < 4
    if random.integers(2):
        model.conv(_pick(random, 3, 5), kernel, stride, same=same)
    else:
        model.depthwise(kernel, stride, same=same)


def _dilated(model: ModelBuilder, random: Random) -> None:
    model.conv(4, (3, 2))
    fields = {"Padding": 0, "StrideH": 1, "StrideW": 1, "FusedActivationFunction": 1}
    steps = {"DilationHFactor": 2, "DilationWFactor": 3}
    last = model.operators[-1]
    last.options_type, last.options = table_of("Conv2DOptions", **fields, **steps)


def _pool(model: ModelBuilder, random: Random) -> None:
    _, rows, columns, channels = _shape(model)
    size = min(_pick(random, 1, 2, 3), rows), min(_pick(random, 2, 3), columns)
    stride = (_pick(random, 1, 2), _pick(random, 1, 3))
    same = bool(random.integers(2))
    made = [
        -(-(length - (0 if same else one - 1)) // step)
        for length, one, step in zip((rows, columns), size, stride, strict=True)
    ]
    kind = ("MAX_POOL_2D", "AVERAGE_POOL_2D")[random.integers(2)]
    fields = {
        "Padding": tflite.Padding.SAME if same else tflite.Padding.VALID,
        "FilterHeight": size[0], "FilterWidth": size[1],
        "StrideH": stride[0], "StrideW": stride[1],
    }  # fmt: skip
    Tail(model).add(kind, [model.current], [(1, *made, channels)], "Pool2DOptions", **fields)


def _residual(model: ModelBuilder, random: Random) -> None:
    entry = model.current
    model.conv(_shape(model)[3], (3, 2), activation=NO_ACTIVATION).add(entry)


CONSTANTS = ("places", "rows", "columns", "elements", "channels")
"""What a constant has one value for."""


def _with_constant(of: str, model: ModelBuilder, random: Random) -> None:
    _, rows, columns, channels = shape = _shape(model)
    own = ((rows, columns, 1), (1, rows, 1, 1), (columns, 1), shape, (channels,))
    wanted = own[CONSTANTS.index(of)]
    kind = ("ADD", "SUB", "MUL", "PRELU")[random.integers(4)]
    values = random.integers(-128, 128, wanted).astype(np.int8)
    pair: list[int | TensorRecord] = [model.current, quantised("constant", wanted, 0.02, 5, values)]
    if kind != "PRELU" and random.integers(2):
        pair.reverse()
    options = "" if kind == "PRELU" else f"{kind.title()}Options"
    scale = model.tensors[model.current].scales[0] * 1.3
    Tail(model).add(kind, pair, [shape], options, scale=scale, zero=-3)


def _concatenation(model: ModelBuilder, random: Random) -> None:
    axis, shape = int(random.integers(1, 4)), _shape(model)
    made = tuple(2 * length if one == axis else length for one, length in enumerate(shape))
    like = model.tensors[model.current]
    values = random.integers(-128, 128, shape).astype(np.int8)
    other = TensorRecord("piece", shape, "INT8", like.scales, like.zero_points, data=values)
    named = axis - 4 if random.integers(2) else axis
    pieces: list[int | TensorRecord] = [model.current, other]
    Tail(model).add("CONCATENATION", pieces, [made], "ConcatenationOptions", Axis=named)


def _pad(model: ModelBuilder, random: Random) -> None:
    borders = np.array([[0, 0], [2, 0], [1, 3], [0, 0]])
    made = tuple(int(one) for one in np.array(_shape(model)) + borders.sum(axis=1))
    Tail(model).add("PAD", [model.current, integers("borders", borders)], [made])


def _strided_slice(model: ModelBuilder, random: Random) -> None:
    _, rows, columns, channels = _shape(model)
    lists = (("b", [0, 1, 0, 0]), ("e", [1, rows, columns, channels]), ("s", [1, 1, 2, 1]))
    bounds = [integers(name, values) for name, values in lists]
    made = (1, rows - 1, -(-columns // 2), channels)
    masks = {"EndMask": _pick(random, 0, 2, 4), "BeginMask": _pick(random, 0, 4)}
    Tail(model).add(
        "STRIDED_SLICE", [model.current, *bounds], [made], "StridedSliceOptions", **masks
    )


def _slice(model: ModelBuilder, random: Random) -> None:
    _, rows, columns, channels = _shape(model)
    box = [integers("begin", [0, 1, 0, 0]), integers("size", [1, -1, columns - 1, channels])]
    Tail(model).add("SLICE", [model.current, *box], [(1, rows - 1, columns - 1, channels)])


def _split(model: ModelBuilder, random: Random) -> None:
    """Two parts of unequal length, of which the second goes on."""
    axis, shape = int(random.integers(1, 3)), _shape(model)
    sizes = [1, shape[axis] - 1]
    made = [
        tuple(size if one == axis else length for one, length in enumerate(shape)) for size in sizes
    ]
    where = TensorRecord("axis", (), "INT32", data=np.array(axis, dtype=np.int32))
    inputs: list[int | TensorRecord] = [model.current, integers("sizes", sizes), where]
    model.current = Tail(model).add("SPLIT_V", inputs, made, "SplitVOptions", NumSplits=2)[1]


def _mean_of_an_axis(model: ModelBuilder, random: Random) -> None:
    axis, shape = int(random.integers(1, 3)), _shape(model)
    made = tuple(1 if one == axis else length for one, length in enumerate(shape))
    kind = ("MEAN", "REDUCE_MAX")[random.integers(2)]
    named = integers("axes", [axis])
    Tail(model).add(kind, [model.current, named], [made], "ReducerOptions", KeepDims=True)


def _transposed(model: ModelBuilder, random: Random) -> None:
    """Rows and columns exchanged, or the channels moved to the front and back again."""
    _, rows, columns, channels = _shape(model)
    tail = Tail(model)
    if random.integers(2):
        order = integers("order", [0, 2, 1, 3])
        tail.add("TRANSPOSE", [model.current, order], [(1, columns, rows, channels)])
        return
    order = integers("order", [0, 3, 1, 2])
    tail.add("TRANSPOSE", [model.current, order], [(1, channels, rows, columns)])
    tail.add("RELU", [model.current], [_shape(model)])
    order = integers("order", [0, 2, 3, 1])
    tail.add("TRANSPOSE", [model.current, order], [(1, rows, columns, channels)])


def _function(model: ModelBuilder, random: Random) -> None:
    Tail(model).add("LEAKY_RELU", [model.current], [_shape(model)], "LeakyReluOptions", Alpha=0.2)


LAYERS: Mapping[str, Layer] = {
    "convolution": _convolution, "dilated": _dilated, "pool": _pool, "residual": _residual,
    **{f"constant of {one}": partial(_with_constant, one) for one in CONSTANTS},
    "concatenation": _concatenation, "pad": _pad,
    "strided_slice": _strided_slice, "slice": _slice, "split": _split, "mean": _mean_of_an_axis,
    "transposed": _transposed, "function": _function,
}  # fmt: skip


def _global_mean(model: ModelBuilder, random: Random) -> None:
    model.mean(keep_dims=bool(random.integers(2)))


def _flatten(model: ModelBuilder, random: Random) -> None:
    model.reshape()
    if random.integers(2):
        Tail(model).add("RELU", [model.current], [_shape(model)])


def _flatten_channels_first(model: ModelBuilder, random: Random) -> None:
    """What PyTorch flattens: (channels, rows, columns)."""
    _, rows, columns, channels = _shape(model)
    order = integers("order", [0, 3, 1, 2])
    Tail(model).add("TRANSPOSE", [model.current, order], [(1, channels, rows, columns)])
    model.reshape()


def _dense_of_four_axes(model: ModelBuilder, random: Random) -> None:
    """FULLY_CONNECTED flattens what it takes."""


def _steps_of_time(model: ModelBuilder, random: Random) -> None:
    """As before a recurrent layer: time, then bands and channels as one."""
    _, rows, columns, channels = _shape(model)
    tail = Tail(model)
    if random.integers(2):
        order = integers("order", [0, 2, 1, 3])
        tail.add("TRANSPOSE", [model.current, order], [(1, columns, rows, channels)])
        rows, columns = columns, rows
    shape = (1, rows, columns * channels)
    tail.add("RESHAPE", [model.current, integers("shape", shape)], [shape])
    axes = integers("axes", [1])
    tail.add("MEAN", [model.current, axes], [(1, shape[2])], "ReducerOptions", KeepDims=False)


def _unpacked(model: ModelBuilder, random: Random) -> None:
    """UNPACK along the rows: it takes its input as the file has it."""
    _, rows, columns, channels = _shape(model)
    part = (1, columns, channels)
    tail = Tail(model)
    made = tail.add("UNPACK", [model.current], [part] * rows, "UnpackOptions", Num=rows, Axis=1)
    model.current = made[rows // 2]
    model.reshape()


def _last_moment(model: ModelBuilder, random: Random) -> None:
    """One column alone, and its axis gone; then flattened."""
    _, rows, _, channels = _shape(model)
    lists = (("b", [0, 0, -1, 0]), ("e", [0, 0, 0, 0]), ("s", [1, 1, 1, 1]))
    bounds = [integers(name, values) for name, values in lists]
    masks = {"BeginMask": 11, "EndMask": 11, "ShrinkAxisMask": 4}
    Tail(model).add(
        "STRIDED_SLICE",
        [model.current, *bounds],
        [(1, rows, channels)],
        "StridedSliceOptions",
        **masks,
    )
    model.reshape()


HEADS: Mapping[str, Layer] = {
    "mean": _global_mean, "flatten": _flatten, "channels_first": _flatten_channels_first,
    "dense": _dense_of_four_axes, "time": _steps_of_time, "unpack": _unpacked,
    "last": _last_moment,
}  # fmt: skip


def turned_network(
    seed: int,
    layers: tuple[str, ...] = (),
    head: str = "",
    *,
    transposed: bool = False,
    shape: tuple[int, int] = (BANDS, FRAMES),
) -> ModelBuilder:
    """A network whose file takes bands first; drawn where layers or head are not named.

    `transposed`: it takes frames first, and a TRANSPOSE makes bands first of them. `shape`: bands
    and frames.
    """
    random = np.random.default_rng((seed, 0x7042))
    model = ModelBuilder(*shape, transposed=transposed, seed=seed)
    drawn = [str(one) for one in random.choice(sorted(LAYERS), 3)]
    model.conv(4, (3, 2), (1, _pick(random, 1, 2)), activation=NO_ACTIVATION)
    for name in layers or drawn:
        if layers or min(_shape(model)[1:3]) >= 4:
            LAYERS[name](model, random)
    chosen = head or sorted(HEADS)[int(random.integers(len(HEADS)))]
    HEADS[chosen](model, random)
    return model.dense(4).softmax()
