# SPDX-License-Identifier: Apache-2.0
"""Networks with other ends than an int8 patch (1, frames, bands, 1) and a softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.tail_networks import Tail
from tests.support.tflite_writer import OperatorRecord, TensorRecord

FRAMES, BANDS = 16, 64


def before(model: ModelBuilder, kind: str, taken: TensorRecord) -> ModelBuilder:
    """An operator in front of all others: what the model takes, and what makes its patch of it."""
    model.tensors.append(taken)
    raw, constants = len(model.tensors) - 1, []
    if kind == "RESHAPE":
        shape = model.tensors[model.inputs[0]].shape
        model.tensors.append(
            TensorRecord("shape", (len(shape),), "INT32", data=np.array(shape, np.int32))
        )
        constants = [raw + 1]
    model.operators.insert(0, OperatorRecord(kind, [raw, *constants], list(model.inputs)))
    model.inputs = [raw]
    return model


def reshaped(model: ModelBuilder, shape: tuple[int, ...]) -> ModelBuilder:
    """The model, which takes its patch in another shape and reshapes it."""
    patch = model.tensors[model.inputs[0]]
    return before(
        model, "RESHAPE", TensorRecord("raw", shape, patch.dtype, patch.scales, patch.zero_points)
    )


def float_taken(model: ModelBuilder) -> ModelBuilder:
    """The model, which takes float32 and quantises it."""
    shape = model.tensors[model.inputs[0]].shape
    return before(model, "QUANTIZE", TensorRecord("raw", shape, "FLOAT32"))


def uint8_taken(model: ModelBuilder) -> ModelBuilder:
    """The model, which takes uint8 of its own scale."""
    patch = model.tensors[model.inputs[0]]
    zero = (patch.zero_points[0] + 128,)
    return before(model, "QUANTIZE", TensorRecord("raw", patch.shape, "UINT8", patch.scales, zero))


def then(model: ModelBuilder, kind: str, target: TensorRecord) -> ModelBuilder:
    """An operator without options behind all others."""
    model.tensors.append(target)
    made = len(model.tensors) - 1
    model.operators.append(OperatorRecord(kind, [model.current], [made]))
    model.current = made
    return model


def uint8_given(model: ModelBuilder) -> ModelBuilder:
    """The model, whose scores become uint8."""
    scores = model.tensors[model.current]
    zero = (scores.zero_points[0] + 128,)
    return then(model, "QUANTIZE", TensorRecord("out", scores.shape, "UINT8", scores.scales, zero))


def rescaled(model: ModelBuilder) -> ModelBuilder:
    """The model, whose scores are quantised anew, to another scale of int8."""
    shape = model.tensors[model.current].shape
    return then(model, "QUANTIZE", TensorRecord("out", shape, "INT8", (1 / 200,), (-90,)))


def body(*, transposed: bool = False) -> ModelBuilder:
    """Two convolutions."""
    model = ModelBuilder(FRAMES, BANDS, transposed=transposed)
    return model.conv(4, stride=(2, 2)).conv(6, (1, 1))


def conv1d() -> ModelBuilder:
    """What converters make of Conv1D on (1, frames, bands): the bands are channels of one row."""
    model = ModelBuilder(FRAMES, BANDS)
    model.tensors[0].shape = (1, FRAMES, BANDS)
    patch = model.tensors[0]
    wide = TensorRecord("wide", (1, 1, FRAMES, BANDS), "INT8", patch.scales, patch.zero_points)
    model.tensors.append(TensorRecord("axis", (), "INT32", data=np.array(1, np.int32)))
    then(model, "EXPAND_DIMS", wide)
    model.operators[-1].inputs.append(1)
    return model.conv(6, (1, 3)).conv(5, (1, 3), (1, 2)).head(3)


def bands_as_channels() -> ModelBuilder:
    """(1, frames, 1, bands): a row for each frame, a channel for each band."""
    model = ModelBuilder(FRAMES, BANDS)
    model.tensors[0].shape = (1, FRAMES, 1, BANDS)
    return model.conv(6, (3, 1)).depthwise((3, 1)).conv(5, (3, 1), (2, 1)).head(3)


def channels_first() -> ModelBuilder:
    """(1, 1, frames, bands), as NCHW has one channel, and a RESHAPE."""
    return reshaped(body().head(3), (1, 1, FRAMES, BANDS))


def convolution_head() -> ModelBuilder:
    """Scores of a convolution behind the global average, reshaped."""
    model = body().mean(keep_dims=True).conv(3, (1, 1), activation=NO_ACTIVATION)
    return model.reshape().softmax()


def log_probabilities() -> ModelBuilder:
    """LOG_SOFTMAX at the end."""
    model = body().mean().dense(3)
    shape = model.tensors[model.current].shape
    Tail(model).add("LOG_SOFTMAX", [model.current], [shape], scale=1 / 16, zero=127)
    return model


def mean_of_probabilities() -> ModelBuilder:
    """A probability for each class at each place, and their mean: no steps of 1/256."""
    return body().conv(3, (1, 1), activation=NO_ACTIVATION).sigmoid().mean()


END_NETWORKS: Mapping[str, Callable[[], ModelBuilder]] = {
    "float_ends": lambda: float_taken(body().head(3)),
    "float_bands_first": lambda: float_taken(body(transposed=True).head(3)),
    "uint8_ends": lambda: uint8_given(uint8_taken(body().mean().dense(3).softmax())),
    "uint8_logits": lambda: uint8_given(uint8_taken(body().mean().dense(3))),
    "flat": lambda: reshaped(body().head(3), (1, FRAMES * BANDS)),
    "flat_float": lambda: float_taken(reshaped(body().head(3), (1, FRAMES * BANDS))),
    "three_axes": lambda: reshaped(body().head(3), (1, FRAMES, BANDS)),
    "channels_first": channels_first,
    "conv1d": conv1d,
    "bands_as_channels": bands_as_channels,
    "logits": lambda: body().mean().dense(3),
    "float_logits": lambda: body().mean().dense(3).dequantize(),
    "rescaled": lambda: rescaled(body().mean().dense(3).softmax()),
    "rescaled_logits": lambda: rescaled(body().mean().dense(3)),
    "log_probabilities": log_probabilities,
    "float_log_probabilities": lambda: log_probabilities().dequantize(),
    "convolution_head": convolution_head,
    "mean_of_probabilities": mean_of_probabilities,
    "embedding": lambda: body().conv(32, (1, 1)).mean(),
}
"""By name; the front-end of each makes 64 bands, a patch has 16 frames."""
