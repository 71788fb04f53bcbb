# SPDX-License-Identifier: Apache-2.0
"""Classifiers as people build them in Keras, made small, and converted as people convert.

Imported only where TensorFlow is installed.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

layers: Any = tf.keras.layers
Net = Any
CLASSES = 4


def _scores(tensor: Net, activation: str | None = "softmax") -> Net:
    return layers.Dense(CLASSES, activation=activation)(tensor)


def _net(inputs: Net, outputs: Net) -> Net:
    return tf.keras.Model(inputs, outputs)


def _conv_bn(tensor: Net, channels: int, size: Any = 3, stride: int = 1, act: bool = True) -> Net:
    tensor = layers.Conv2D(channels, size, stride, padding="same", use_bias=False)(tensor)
    tensor = layers.BatchNormalization()(tensor)
    return layers.ReLU()(tensor) if act else tensor


def mobilenet_v2(batch: int | None = 1) -> Net:
    """Inverted residual blocks with RELU6."""
    source = tf.keras.Input((24, 16, 1), batch)
    tensor = layers.ReLU(6.0)(layers.Conv2D(8, 3, 2, padding="same")(source))
    for channels, stride in ((8, 1), (12, 2), (12, 1)):
        entry = tensor
        tensor = layers.Conv2D(3 * channels, 1, use_bias=False)(tensor)
        tensor = layers.ReLU(6.0)(layers.BatchNormalization()(tensor))
        tensor = layers.DepthwiseConv2D(3, stride, padding="same", use_bias=False)(tensor)
        tensor = layers.ReLU(6.0)(layers.BatchNormalization()(tensor))
        tensor = layers.BatchNormalization()(layers.Conv2D(channels, 1, use_bias=False)(tensor))
        if entry.shape == tensor.shape:
            tensor = layers.Add()([entry, tensor])
    return _net(source, _scores(layers.GlobalAveragePooling2D()(tensor)))


def resnet() -> Net:
    """Residual blocks whose shortcut is a 1x1 convolution with a stride."""
    source = tf.keras.Input((20, 16, 1), 1)
    tensor = _conv_bn(source, 6)
    for channels, stride in ((6, 1), (10, 2), (12, 2)):
        shortcut = tensor
        if stride != 1:
            shortcut = _conv_bn(tensor, channels, 1, stride, act=False)
        made = _conv_bn(_conv_bn(tensor, channels, 3, stride), channels, act=False)
        tensor = layers.ReLU()(layers.Add()([made, shortcut]))
    return _net(source, _scores(layers.GlobalAveragePooling2D()(tensor)))


def ds_cnn() -> Net:
    """Keyword spotting on 49 rows of 10 MFCC: (10, 4) windows, separable blocks, average pool."""
    source = tf.keras.Input((49, 10, 1), 1)
    tensor = _conv_bn(source, 8, (10, 4), 2)
    for _ in range(2):
        tensor = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(tensor)
        tensor = layers.ReLU()(layers.BatchNormalization()(tensor))
        tensor = _conv_bn(tensor, 8, 1)
    tensor = layers.AveragePooling2D(tensor.shape[1:3])(tensor)
    return _net(source, _scores(layers.Flatten()(tensor)))


def dense_autoencoder() -> Net:
    """Anomaly detection: five frames in, five frames out."""
    source = tf.keras.Input((5, 16, 1), 1)
    tensor = layers.Flatten()(source)
    for units in (16, 4, 16):
        tensor = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units)(tensor)))
    return _net(source, layers.Dense(80)(tensor))


def conv1d() -> Net:
    """Convolutions along time, the bands as channels."""
    source = tf.keras.Input((20, 16), 1)
    tensor = source
    for channels, dilation in ((8, 1), (8, 2)):
        tensor = layers.Conv1D(channels, 3, dilation_rate=dilation, padding="same")(tensor)
        tensor = layers.ReLU()(tensor)
    tensor = layers.MaxPooling1D(2)(tensor)
    return _net(source, _scores(layers.GlobalAveragePooling1D()(tensor)))


def squeeze_and_excite() -> Net:
    """Channels weighed by what they are like on average."""
    source = tf.keras.Input((16, 12, 1), 1)
    tensor = _conv_bn(source, 8, 3, 2)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(tensor)
    gate = layers.Conv2D(2, 1, activation="relu")(gate)
    gate = layers.Conv2D(8, 1, activation="sigmoid")(gate)
    tensor = _conv_bn(layers.Multiply()([tensor, gate]), 10)
    return _net(source, _scores(layers.GlobalAveragePooling2D()(tensor)))


def _recurrent(layer: Net) -> Net:
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.MaxPooling2D((2, 1))(_conv_bn(source, 4))
    tensor = layers.Reshape((tensor.shape[1], tensor.shape[2] * tensor.shape[3]))(tensor)
    return _net(source, _scores(layer(tensor)))


def crnn_gru() -> Net:
    """A convolution, then an unrolled GRU."""
    return _recurrent(layers.GRU(5, unroll=True))


def crnn_gru_reset_before() -> Net:
    """The same with the older form of the cell."""
    return _recurrent(layers.GRU(5, unroll=True, reset_after=False, return_sequences=False))


def crnn_lstm() -> Net:
    """A convolution, then an unrolled LSTM."""
    return _recurrent(layers.LSTM(5, unroll=True))


def gru_any_batch() -> Net:
    """An unrolled GRU where the batch is not fixed: its first state is a FILL."""
    source = tf.keras.Input((6, 8, 1))
    tensor = layers.Reshape((6, 8))(source)
    return _net(source, _scores(layers.GRU(5, unroll=True)(tensor)))


def bidirectional() -> Net:
    """Forwards and backwards."""
    return _recurrent(layers.Bidirectional(layers.GRU(4, unroll=True)))


def heads_of_attention() -> Net:
    """What a transformer has: every frame looks at every other."""
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.Dense(8)(layers.Reshape((12, 8))(source))
    tensor = layers.MultiHeadAttention(2, 4)(tensor, tensor)
    return _net(source, _scores(layers.GlobalAveragePooling1D()(tensor)))


def bands_first() -> Net:
    """A CNN whose rows are bands, with maximum pools."""
    source = tf.keras.Input((16, 24, 1), 1)
    tensor = source
    for channels in (6, 8):
        tensor = layers.MaxPooling2D(2)(layers.Conv2D(channels, 3, activation="relu")(tensor))
    return _net(source, _scores(layers.Flatten()(tensor)))


def bn_before_relu() -> Net:
    """Batch normalisation that no convolution can take in: behind a sum and before a RELU."""
    source = tf.keras.Input((16, 12, 1), 1)
    first = layers.Conv2D(6, 3, padding="same")(source)
    tensor = layers.BatchNormalization()(first)
    tensor = layers.Conv2D(6, 3, padding="same")(layers.ReLU()(tensor))
    tensor = layers.BatchNormalization()(layers.Add()([tensor, first]))
    tensor = layers.ReLU()(tensor)
    tensor = layers.DepthwiseConv2D(3, depth_multiplier=2)(tensor)
    return _net(source, _scores(layers.GlobalMaxPooling2D()(tensor)))


def inception() -> Net:
    """Branches of different windows, joined; a pool among them."""
    source = tf.keras.Input((16, 12, 1), 1)
    tensor = _conv_bn(source, 6)
    one, three = _conv_bn(tensor, 4, 1), _conv_bn(_conv_bn(tensor, 4, 1), 4)
    pool = _conv_bn(layers.MaxPooling2D(3, 1, padding="same")(tensor), 4, 1)
    tensor = layers.Concatenate()([one, three, pool])
    tensor = layers.AveragePooling2D(2, padding="same")(tensor)
    return _net(source, _scores(layers.GlobalAveragePooling2D()(tensor)))


def padded_pools() -> Net:
    """ZeroPadding2D before VALID windows, as nets that came from PyTorch have it."""
    source = tf.keras.Input((18, 14, 1), 1)
    tensor = layers.Conv2D(6, 3, 2)(layers.ZeroPadding2D(1)(source))
    tensor = layers.PReLU(shared_axes=[1, 2])(tensor)
    tensor = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(((1, 1), (1, 1)))(tensor))
    tensor = layers.Conv2D(8, 3, groups=2)(tensor)
    return _net(source, _scores(layers.GlobalAveragePooling2D()(layers.LeakyReLU()(tensor))))


def flatten_any_batch() -> Net:
    """Flatten where the batch is not fixed."""
    source = tf.keras.Input((12, 8, 1))
    tensor = layers.MaxPooling2D(2)(layers.Conv2D(4, 3, activation="relu")(source))
    return _net(source, _scores(layers.Flatten()(tensor)))


def sigmoid_output() -> Net:
    """Several classes at once."""
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.Conv2D(4, 3, activation="swish")(source)
    tensor = layers.Conv2D(4, 3, activation="gelu")(tensor)
    return _net(source, _scores(layers.GlobalAveragePooling2D()(tensor), "sigmoid"))


def hard_swish_net() -> Net:
    """MobileNetV3's functions."""
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.Conv2D(6, 3, padding="same", activation="hard_swish")(source)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(tensor)
    gate = layers.Conv2D(6, 1, activation="hard_sigmoid")(gate)
    tensor = layers.Conv2D(6, 3, activation="elu")(layers.Multiply()([tensor, gate]))
    return _net(source, _scores(layers.GlobalAveragePooling2D()(tensor)))


def attention() -> Net:
    """A weight for each row, from a softmax over time."""
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.Reshape((12, 24))(layers.Conv2D(3, 3, padding="same")(source))
    weight = layers.Softmax(axis=1)(layers.Dense(1)(tensor))
    tensor = layers.GlobalAveragePooling1D()(layers.Multiply()([tensor, weight]))
    return _net(source, _scores(tensor))


def log_probabilities() -> Net:
    """Scores as logarithms."""
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, activation="relu")(source))
    return _net(source, tf.keras.layers.Activation("log_softmax")(_scores(tensor, None)))


def logits() -> Net:
    """No SOFTMAX at the end."""
    source = tf.keras.Input((12, 8, 1), 1)
    tensor = layers.GlobalAveragePooling2D()(layers.Conv2D(6, 3, activation="relu")(source))
    return _net(source, _scores(tensor, None))


NETS: dict[str, Callable[[], Net]] = {
    one.__name__: one
    for one in (
        *(mobilenet_v2, resnet, ds_cnn, dense_autoencoder, conv1d, squeeze_and_excite),
        *(crnn_gru, crnn_gru_reset_before, crnn_lstm, bands_first),
        *(bn_before_relu, inception, padded_pools, flatten_any_batch, sigmoid_output),
        *(gru_any_batch, bidirectional, heads_of_attention),
        *(hard_swish_net, attention, log_probabilities, logits),
    )
}


def convert(name: str, path: Path, inputs: Any = tf.int8, outputs: Any = tf.int8) -> None:
    """Full integer quantisation with spectrogram-like noise as representative data."""
    tf.keras.utils.set_random_seed(10)
    random, net = np.random.default_rng(7), NETS[name]()
    for weights in net.weights:  # batch normalisation as after a training
        values = random.uniform(0.4, 1.6, weights.shape)
        if any(name in weights.path for name in ("moving_mean", "beta", "bias")):
            values = random.normal(0.0, 0.3, weights.shape)
        if not weights.path.endswith("kernel"):
            weights.assign(values)
    shape = (1, *net.inputs[0].shape[1:])

    def examples() -> Any:
        for _ in range(20):
            yield [random.normal(0.0, 1.0, shape).astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type, converter.inference_output_type = inputs, outputs
    with contextlib.redirect_stdout(io.StringIO()):  # Keras lists every variable
        path.write_bytes(converter.convert())
