# SPDX-License-Identifier: Apache-2.0
"""Small networks of the kinds that the compiler takes: three fixed ones, and random ones."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from generator.model.constraints.tensors import LARGEST_DIMENSION
from tests.support.model_builder import NO_ACTIVATION, RELU, RELU6, ModelBuilder

ACTIVATIONS = st.sampled_from([RELU, RELU, RELU, RELU6, NO_ACTIVATION])
KERNELS = st.tuples(st.integers(1, 4), st.integers(1, 4))
STRIDES = st.tuples(st.integers(1, 3), st.integers(1, 3))
LARGEST_CHANNELS = 16


def mobile_network() -> ModelBuilder:
    """Separable convolutions, the last one linear."""
    model = ModelBuilder(24, 16, transposed=True).conv(8, stride=(2, 2))
    model.depthwise().conv(12, (1, 1)).depthwise(stride=(2, 2)).conv(16, (1, 1))
    return model.depthwise().conv(10, (1, 1), activation=NO_ACTIVATION).head(5)


def plain_network() -> ModelBuilder:
    """Windows, strides and widths that no kernel of its own serves."""
    model = ModelBuilder(17, 11, input_zero_point=-3).conv(5, (3, 2), (2, 1), same=False)
    model.depthwise((3, 5), activation=NO_ACTIVATION).depthwise((2, 2), (1, 2), multiplier=2)
    model.conv(9, (2, 3), activation=RELU6, per_channel=False)
    return model.mean(keep_dims=True).reshape().dense(7, per_channel=True).dense(3).softmax()


def residual_network() -> ModelBuilder:
    """Two inverted residual blocks."""
    model = ModelBuilder(20, 12, transposed=True).conv(6, stride=(2, 2))
    for activation in (NO_ACTIVATION, RELU6):
        entry = model.current
        model.conv(12, (1, 1), activation=RELU6).depthwise().conv(6, (1, 1), activation=activation)
        model.add(entry, activation=activation)
    return model.conv(8, (1, 1)).head(4)


def binary_network() -> ModelBuilder:
    """One sigmoid output."""
    return ModelBuilder(16, 12).conv(6, stride=(2, 2)).mean().dense(1).sigmoid().dequantize()


def forked_network() -> ModelBuilder:
    """Two convolutions that read the input, and a third stage that reads it later."""
    model = ModelBuilder(14, 12)
    entry = model.current
    model.conv(6, (3, 3))
    other = model.current
    model.current = entry
    model.conv(6, (1, 1)).add(other)
    joined = model.current
    model.current = entry
    return model.depthwise((5, 3), multiplier=6).add(joined).head(4)


def low_network() -> ModelBuilder:
    """Two rows, that a window over both borders wants whole, in groups of channels."""
    model = ModelBuilder(3, 3).depthwise(stride=(2, 2), multiplier=16).conv(16, (1, 1))
    for _ in range(2):
        model.depthwise().conv(16, (1, 1))
    return model.head(4)


def windowless_network() -> ModelBuilder:
    """Nothing on rows: Flatten takes the input as it comes."""
    return (
        ModelBuilder(9, 10, transposed=True).reshape().dense(7, activation=RELU).dense(3).softmax()
    )


def bare_network() -> ModelBuilder:
    """Nothing but scores: the tail has no vector of its own."""
    return ModelBuilder(5, 6).reshape().softmax()


def deep_network(frames: int = 96, bands: int = 64, width: int = 16) -> ModelBuilder:
    """61 operators: TRANSPOSE, a convolution, 28 separable blocks, MEAN, dense, SOFTMAX."""
    model = ModelBuilder(frames, bands, transposed=True).conv(width, stride=(2, 2))
    for block in range(28):
        stride = (2, 2) if block in (4, 12) else (1, 1)
        model.depthwise(stride=stride).conv(width + 8 * (block // 4), (1, 1))
    return model.mean().dense(10).softmax()


@st.composite
def networks(draw: st.DrawFn) -> ModelBuilder:
    """Up to six layers on rows, MEAN, one or two dense layers, scores, perhaps DEQUANTIZE."""
    model = ModelBuilder(
        frames=draw(st.integers(3, 24)),
        bands=draw(st.integers(3, 20)),
        transposed=draw(st.booleans()),
        seed=draw(st.integers(0, 1 << 20)),
        input_zero_point=draw(st.sampled_from([-128, 40, 0, 127])),
    )
    for _ in range(draw(st.integers(1, 6))):
        _block(draw, model)
    flat = math.prod(model.tensors[model.current].shape)
    if flat > LARGEST_DIMENSION or draw(st.integers(0, 3)):
        model.mean(keep_dims=draw(st.booleans()))
    if len(model.tensors[model.current].shape) == 4:
        model.reshape()
    if draw(st.booleans()):
        model.dense(draw(st.integers(1, 12)), activation=RELU, per_channel=draw(st.booleans()))
    if draw(st.integers(0, 3)):
        model.dense(draw(st.integers(2, 12)), per_channel=draw(st.booleans())).softmax()
    else:
        model.dense(draw(st.integers(1, 12)), per_channel=draw(st.booleans())).sigmoid()
    if draw(st.booleans()):
        model.dequantize()
    return model.with_ties() if draw(st.booleans()) else model


def _block(draw: st.DrawFn, model: ModelBuilder) -> None:
    """One layer, or a residual block around one or two layers that keep the shape."""
    if draw(st.integers(0, 3)):
        _layer(draw, model)
        return
    entry = model.current
    channels = model.tensors[entry].shape[3]
    for _ in range(draw(st.integers(1, 2))):
        model.depthwise(draw(st.sampled_from([(3, 3), (5, 1), (1, 1)])))
        model.conv(channels, draw(st.sampled_from([(1, 1), (3, 3)])), activation=draw(ACTIVATIONS))
    model.add(entry, activation=draw(ACTIVATIONS))


def _layer(draw: st.DrawFn, model: ModelBuilder) -> None:
    _, height, width, channels = model.tensors[model.current].shape
    kind = draw(st.sampled_from(["conv", "pointwise", "depthwise", "separable", "mobile"]))
    activation = draw(ACTIVATIONS)
    per_channel = draw(st.booleans())
    outputs = draw(st.integers(1, LARGEST_CHANNELS))
    if kind == "pointwise":
        model.conv(outputs, (1, 1), activation=activation, per_channel=per_channel)
        return
    if kind == "mobile":  # the window that has a kernel of its own
        stride = draw(st.sampled_from([(1, 1), (2, 2)]))
        model.depthwise((3, 3), stride).conv(outputs, (1, 1), activation=activation)
        return
    kernel, stride = draw(KERNELS), draw(STRIDES)
    same = draw(st.booleans()) or kernel[0] > height or kernel[1] > width
    if kind == "conv":
        model.conv(outputs, kernel, stride, same=same, activation=activation)
        return
    multiplier = draw(st.sampled_from([1, 1, 2])) if channels <= LARGEST_CHANNELS else 1
    model.depthwise(kernel, stride, same=same, activation=activation, multiplier=multiplier)
    if kind == "separable":
        model.conv(outputs, (1, 1), per_channel=per_channel)
