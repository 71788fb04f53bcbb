# SPDX-License-Identifier: Apache-2.0
"""Random small networks of the kind that the compiler takes, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support.model_builder import NO_ACTIVATION, RELU, RELU6, ModelBuilder

ACTIVATIONS = st.sampled_from([RELU, RELU, RELU, RELU6, NO_ACTIVATION])
KERNELS = st.tuples(st.integers(1, 4), st.integers(1, 4))
STRIDES = st.tuples(st.integers(1, 3), st.integers(1, 3))
LARGEST_CHANNELS = 16


@st.composite
def networks(draw: st.DrawFn) -> ModelBuilder:
    """Up to six layers on rows, MEAN, one or two dense layers, SOFTMAX, perhaps DEQUANTIZE."""
    model = ModelBuilder(
        frames=draw(st.integers(3, 24)),
        bands=draw(st.integers(3, 20)),
        transposed=draw(st.booleans()),
        seed=draw(st.integers(0, 1 << 20)),
        input_zero_point=draw(st.sampled_from([-128, 40, 0, 127])),
    )
    for _ in range(draw(st.integers(1, 6))):
        _layer(draw, model)
    model.mean(keep_dims=draw(st.booleans()))
    if len(model.tensors[model.current].shape) == 4:
        model.reshape()
    if draw(st.booleans()):
        model.dense(draw(st.integers(1, 12)), activation=RELU, per_channel=draw(st.booleans()))
    model.dense(draw(st.integers(2, 12)), per_channel=draw(st.booleans())).softmax()
    if draw(st.booleans()):
        model.dequantize()
    return model.with_ties() if draw(st.booleans()) else model


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
