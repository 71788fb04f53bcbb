# SPDX-License-Identifier: Apache-2.0
"""What each kind of Keras layer makes of a shape, and how many parameters it has.

As Keras computes them, from a layer's configuration alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Shape = tuple[int | None, ...]
"""The batch first; None: any length."""

Config = Mapping[str, Any]

SAME_SHAPE = frozenset(
    {
        *("Activation", "ActivityRegularization", "AlphaDropout", "Dropout", "ELU", "GELU"),
        *("GaussianDropout", "GaussianNoise", "Identity", "LeakyReLU", "Masking", "ReLU"),
        *("Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
        *("ThresholdedReLU", "UnitNormalization"),
    }
)
"""Layers without parameters that change no shape."""


class UnknownError(Exception):
    """Of a layer whose size is not computed here."""


def known_layer(kind: str, config: Config, taken: Sequence[Shape]) -> tuple[Shape, int]:
    """The shape of its output, and its parameters; UnknownError, or what a wrong value raises."""
    shape = taken[0]
    if kind == "InputLayer" or kind in SAME_SHAPE:
        return shape, 0
    if kind in _MERGES:
        return _MERGES[kind](config, taken), 0
    if not shape:
        raise UnknownError(kind)
    if kind in _LAYERS:
        return _LAYERS[kind](config, shape)
    base = kind.rstrip("D").rstrip("123")
    if kind.endswith(("1D", "2D", "3D")) and base in _SPATIAL:
        axes = int(kind[-2])
        if len(shape) != axes + 2:
            raise UnknownError(kind)
        return _SPATIAL[base](config, shape, axes)
    raise UnknownError(kind)


# --- Layers with axes of space or time ----------------------------------------------------------


def _split(config: Config, shape: Shape) -> tuple[list[int | None], int, bool]:
    """The lengths along space, the channels, and whether these come first."""
    first = config.get("data_format") == "channels_first"
    channels = shape[1] if first else shape[-1]
    if channels is None:
        raise UnknownError("channels")
    return list(shape[2:] if first else shape[1:-1]), channels, first


def _joined(shape: Shape, lengths: Sequence[int | None], channels: int, first: bool) -> Shape:
    return (shape[0], channels, *lengths) if first else (shape[0], *lengths, channels)


def _each(value: Any, axes: int) -> list[int]:
    """A number for each axis."""
    values = list(value) if isinstance(value, list) else [value] * axes
    if len(values) != axes or not all(type(one) is int for one in values):
        raise UnknownError("sizes")
    return [max(one, 0) for one in values]


def _windows(
    config: Config, lengths: Sequence[int | None], kernel: Sequence[int], steps: Sequence[int]
) -> list[int | None]:
    spread = _each(config.get("dilation_rate", 1), len(lengths))
    same = config.get("padding", "valid") in ("same", "causal")
    found: list[int | None] = []
    for length, window, step, rate in zip(lengths, kernel, steps, spread, strict=True):
        if length is None:
            found.append(None)
        else:
            places = length if same else max(length - (window - 1) * rate, 0)
            found.append(-(-places // max(step, 1)))
    return found


def _convolution(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    lengths, channels, first = _split(config, shape)
    kernel = _each(config["kernel_size"], axes)
    filters = _each(config["filters"], 1)[0]
    groups = max(_each(config.get("groups", 1), 1)[0], 1)
    made = _windows(config, lengths, kernel, _each(config.get("strides", 1), axes))
    weights = math.prod(kernel) * -(-channels // groups) * filters
    return _joined(shape, made, filters, first), weights + _bias(config, filters)


def _depthwise(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    lengths, channels, first = _split(config, shape)
    kernel = _each(config["kernel_size"], axes)
    filters = channels * _each(config.get("depth_multiplier", 1), 1)[0]
    made = _windows(config, lengths, kernel, _each(config.get("strides", 1), axes))
    weights = math.prod(kernel) * filters
    return _joined(shape, made, filters, first), weights + _bias(config, filters)


def _separable(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    inner, weights = _depthwise({**config, "use_bias": False}, shape, axes)
    filters = _each(config["filters"], 1)[0]
    lengths, channels, first = _split(config, inner)
    weights += channels * filters + _bias(config, filters)
    return _joined(shape, lengths, filters, first), weights


def _transposed(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    lengths, channels, first = _split(config, shape)
    kernel, filters = _each(config["kernel_size"], axes), _each(config["filters"], 1)[0]
    steps = _each(config.get("strides", 1), axes)
    made = [
        None if length is None else length * step + max(window - step, 0)
        for length, window, step in zip(lengths, kernel, steps, strict=True)
    ]
    weights = math.prod(kernel) * channels * filters
    return _joined(shape, made, filters, first), weights + _bias(config, filters)


def _pool(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    lengths, channels, first = _split(config, shape)
    size = _each(config.get("pool_size", 2), axes)
    steps = size if config.get("strides") is None else _each(config["strides"], axes)
    made = _windows({"padding": config.get("padding", "valid")}, lengths, size, steps)
    return _joined(shape, made, channels, first), 0


def _global_pool(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    _, channels, first = _split(config, shape)
    kept: list[int | None] = [1] * axes if config.get("keepdims") else []
    return _joined(shape, kept, channels, first), 0


def _padding(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    lengths, channels, first = _split(config, shape)
    added = _both_ends(config.get("padding", 1), axes)
    made = [None if one is None else one + more for one, more in zip(lengths, added, strict=True)]
    return _joined(shape, made, channels, first), 0


def _cropping(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    _both_ends(config.get("cropping", 1), axes)
    return shape, 0  # no more than before


def _both_ends(value: Any, axes: int) -> list[int]:
    if axes == 1 and isinstance(value, list) and len(value) == 2:
        return [sum(_each(value, 2))]
    if isinstance(value, list) and len(value) == axes:
        return [
            sum(_each(one, 2)) if isinstance(one, list) else 2 * _each(one, 1)[0] for one in value
        ]
    return [2 * one for one in _each(value, axes)]


def _upsampling(config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    lengths, channels, first = _split(config, shape)
    factors = _each(config.get("size", 2), axes)
    made = [None if one is None else one * by for one, by in zip(lengths, factors, strict=True)]
    return _joined(shape, made, channels, first), 0


_Spatial = Callable[[Config, Shape, int], tuple[Shape, int]]
_SPATIAL: dict[str, _Spatial] = {
    "AveragePooling": _pool,
    "Conv": _convolution,
    "Cropping": _cropping,
    "DepthwiseConv": _depthwise,
    "GlobalAveragePooling": _global_pool,
    "GlobalMaxPooling": _global_pool,
    "MaxPooling": _pool,
    "SeparableConv": _separable,
    "UpSampling": _upsampling,
    "ZeroPadding": _padding,
}


# --- Layers of whole shapes ---------------------------------------------------------------------


def _bias(config: Config, outputs: int) -> int:
    return outputs if config.get("use_bias", True) else 0


def _last(shape: Shape) -> int:
    if shape[-1] is None:
        raise UnknownError("length")
    return shape[-1]


def _dense(config: Config, shape: Shape) -> tuple[Shape, int]:
    units = _each(config["units"], 1)[0]
    return (*shape[:-1], units), _last(shape) * units + _bias(config, units)


def _embedding(config: Config, shape: Shape) -> tuple[Shape, int]:
    rows, width = _each(config["input_dim"], 1)[0], _each(config["output_dim"], 1)[0]
    return (*shape, width), rows * width


_Layer = Callable[[Config, Shape], tuple[Shape, int]]


def _recurrent(gates: int, biases: int = 1) -> _Layer:
    def size(config: Config, shape: Shape) -> tuple[Shape, int]:
        if len(shape) != 3:
            raise UnknownError("rank")
        units = _each(config["units"], 1)[0]
        weights = gates * (_last(shape) * units + units * units)
        weights += (biases if config.get("reset_after", True) else 1) * gates * _bias(config, units)
        kept = (shape[1],) if config.get("return_sequences") else ()
        return (shape[0], *kept, units), weights

    return size


def _normalisation(vectors: int) -> _Layer:
    def size(config: Config, shape: Shape) -> tuple[Shape, int]:
        axis = config.get("axis", -1)
        axes = axis if isinstance(axis, list) else [axis]
        lengths = [shape[one] for one in axes]
        if None in lengths:
            raise UnknownError("axis")
        left_out = sum(config.get(name) is False for name in ("center", "scale"))
        return shape, (vectors - left_out) * math.prod(one or 1 for one in lengths)

    return size


def _prelu(config: Config, shape: Shape) -> tuple[Shape, int]:
    shared = config.get("shared_axes") or []
    return shape, math.prod(
        one or 1 for index, one in enumerate(shape) if index and index not in shared
    )


def _flatten(config: Config, shape: Shape) -> tuple[Shape, int]:
    return (shape[0], None if None in shape[1:] else count(shape)), 0


def _reshape(config: Config, shape: Shape) -> tuple[Shape, int]:
    target = [one for one in config["target_shape"] if type(one) is int]
    known = math.prod(one for one in target if one >= 0)
    rest = -(-count(shape) // max(known, 1))
    return (shape[0], *(rest if one < 0 else one for one in target)), 0


def _permute(config: Config, shape: Shape) -> tuple[Shape, int]:
    order = _each(config["dims"], len(shape) - 1)
    return (shape[0], *(shape[one] for one in order)), 0


def _repeat(config: Config, shape: Shape) -> tuple[Shape, int]:
    return (shape[0], _each(config["n"], 1)[0], *shape[1:]), 0


def _bidirectional(config: Config, shape: Shape) -> tuple[Shape, int]:
    inner = config["layer"]
    made, weights = known_layer(str(inner["class_name"]), config_of(inner), [shape])
    return (*made[:-1], 2 * _last(made)), 2 * weights


def _time_distributed(config: Config, shape: Shape) -> tuple[Shape, int]:
    inner = config["layer"]
    within = (shape[0], *shape[2:])
    made, weights = known_layer(str(inner["class_name"]), config_of(inner), [within])
    return (made[0], shape[1], *made[1:]), weights


_LAYERS: dict[str, _Layer] = {
    "BatchNormalization": _normalisation(4),
    "Bidirectional": _bidirectional,
    "Conv1DTranspose": lambda config, shape: _of_rank(_transposed, config, shape, 1),
    "Conv2DTranspose": lambda config, shape: _of_rank(_transposed, config, shape, 2),
    "Conv3DTranspose": lambda config, shape: _of_rank(_transposed, config, shape, 3),
    "Dense": _dense,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "GRU": _recurrent(3, 2),
    "GroupNormalization": _normalisation(2),
    "LSTM": _recurrent(4),
    "LayerNormalization": _normalisation(2),
    "PReLU": _prelu,
    "Permute": _permute,
    "RepeatVector": _repeat,
    "Reshape": _reshape,
    "SimpleRNN": _recurrent(1),
    "TimeDistributed": _time_distributed,
}


def _of_rank(of: _Spatial, config: Config, shape: Shape, axes: int) -> tuple[Shape, int]:
    if len(shape) != axes + 2:
        raise UnknownError("rank")
    return of(config, shape, axes)


# --- Layers that join ---------------------------------------------------------------------------


def _concatenated(config: Config, taken: Sequence[Shape]) -> Shape:
    axis = config.get("axis", -1)
    shape = list(taken[0])
    lengths = [one[axis] for one in taken]
    shape[axis] = None if None in lengths else sum(one or 0 for one in lengths)
    return tuple(shape)


def _broadcast(config: Config, taken: Sequence[Shape]) -> Shape:
    if len({len(one) for one in taken}) != 1:
        raise UnknownError("ranks")
    return tuple(
        None if None in axis else max(one or 0 for one in axis) for axis in zip(*taken, strict=True)
    )


_MERGES: dict[str, Callable[[Config, Sequence[Shape]], Shape]] = {
    "Concatenate": _concatenated,
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), _broadcast),
}


def config_of(layer: Config) -> Config:
    """What a layer is made by; empty where the file has none."""
    config = layer.get("config")
    return config if isinstance(config, Mapping) else {}


def count(shape: Shape) -> int:
    """Values of one patch; an axis of any length counts once."""
    return math.prod(1 if one is None else one for one in shape[1:])
