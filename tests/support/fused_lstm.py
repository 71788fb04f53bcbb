# SPDX-License-Identifier: Apache-2.0
"""Nets with an LSTM that the converter makes one operator of, as it does of Keras 2's layer.

That layer calls a function whose attribute `api_implements` begins with "lstm_"; here is such a
function without it, for Keras 3 has none. Imported only where TensorFlow is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

Net = Any
CLASSES = 4
FRAMES, BANDS = 12, 8


def lstm_layer(name: str, rows: int) -> Callable[..., Net]:
    """Of a row's values, both first states and three weights: all rows' outputs, among others."""
    attributes = {"api_implements": f"lstm_{name}", "go_backwards": False, "time_major": False}

    @tf.function(autograph=False, experimental_attributes=attributes)
    def layer(source: Net, output: Net, cell: Net, *weights: Net) -> Net:
        (kernel, before, bias), outputs = weights, []
        for row in range(rows):
            sums = source[:, row] @ kernel + output @ before + bias
            added, kept, value, shown = tf.split(sums, 4, axis=1)
            cell = tf.sigmoid(kept) * cell + tf.sigmoid(added) * tf.tanh(value)
            output = tf.sigmoid(shown) * tf.tanh(cell)
            outputs.append(output)
        return output, tf.stack(outputs, 1), output, cell, tf.constant(0.0)

    return layer


@dataclass(frozen=True)
class FusedNet:
    """Perhaps a convolution, LSTMs one behind the other, a dense layer."""

    units: tuple[int, ...]
    channels: int = 0
    """Of the convolution; 0: the first LSTM takes the patch."""
    all_rows: bool = False
    """Whether the dense layer takes every row of the last LSTM, not only the last one."""

    def module(self) -> Net:
        """With random weights."""
        random, module = np.random.default_rng(3), tf.Module()

        def weights(*shape: int) -> Net:
            deviation = 1.0 / np.sqrt(np.prod(shape[:-1])) if len(shape) > 1 else 0.5
            return tf.Variable(random.normal(0, 1.5 * deviation, shape).astype(np.float32))

        kernel = weights(3, 3, 1, self.channels) if self.channels else None
        values, layers = BANDS * max(self.channels, 1), []
        for number, units in enumerate(self.units):
            given = [weights(values, 4 * units), weights(units, 4 * units), weights(4 * units)]
            layers.append((lstm_layer(f"{number}", FRAMES), units, given))
            values = units
        head = weights(values * (FRAMES if self.all_rows else 1), CLASSES)

        def run(patch: Net) -> Net:
            if kernel is not None:
                patch = tf.nn.relu(tf.nn.conv2d(patch, kernel, 1, "SAME"))
            rows = tf.reshape(patch, (1, FRAMES, -1))
            for layer, units, given in layers:
                zeros = tf.zeros((1, units))
                rows = layer(rows, zeros, zeros, *(one.read_value() for one in given))[1]
            last = tf.reshape(rows, (1, -1)) if self.all_rows else rows[:, -1]
            return tf.nn.softmax(last @ head)

        module.kept = [kernel, head, layers]
        module.run = tf.function(run, input_signature=[tf.TensorSpec((1, FRAMES, BANDS, 1))])
        return module


FUSED_NETS = {
    "the last row": FusedNet((6,)),
    "all rows": FusedNet((4,), all_rows=True),
    "behind a convolution": FusedNet((12, 5), channels=4),
}


def convert_fused(net: FusedNet, path: Path) -> None:
    """Full integer quantisation with noise as representative data."""
    random, module = np.random.default_rng(7), net.module()

    def examples() -> Any:
        for _ in range(20):
            yield [random.normal(0.0, 1.0, (1, FRAMES, BANDS, 1)).astype(np.float32)]

    function = module.run.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())
