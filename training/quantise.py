# SPDX-License-Identifier: Apache-2.0
"""Post-training int8 quantisation with TensorFlow's converter.

The input's scale and zero point must be those of the front-end. The converter derives them from the
range of the representative data. Those are the front-end's int8 cells, dequantised, with both ends
of the int8 range in the first patch.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from training.layer_equalisation import equalise_last_layers
from training.patches import InputScale, Patches, dequantise

SCALE_TOLERANCE = 1e-6
"""Relative; the converter computes in float32."""


def quantise(
    network: Any, representative: Patches, input_scale: InputScale, *, equalise: bool = True
) -> bytes:
    """Convert to an int8 `.tflite`: per-channel convolutions, int8 input, float32 output.

    `representative`: calibration cells, int8 [patches, frames, bands]. The dense layer is quantised
    per tensor, ReLU is fused, batch normalisation is folded, DEQUANTIZE follows the softmax. With
    `equalise`, cross-layer equalisation is applied first (training/layer_equalisation.py).

    Raises ValueError if the converter chose another input scale or zero point.
    """
    cells = representative.copy()
    cells[0, 0, 0] = -128
    cells[0, -1, -1] = 127
    values = dequantise(cells, input_scale)[..., np.newaxis]

    def samples() -> Iterator[list[npt.NDArray[np.float32]]]:
        for patch in values:
            yield [patch[np.newaxis]]

    one = keras.Input(batch_shape=(1, *values.shape[1:]), name="mel")
    single = keras.models.clone_model(network, input_tensors=one)
    single.set_weights(network.get_weights())
    if equalise:
        equalise_last_layers(single, dequantise(representative, input_scale)[..., np.newaxis])
    converter = tf.lite.TFLiteConverter.from_keras_model(single)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.float32
    converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    with contextlib.redirect_stdout(io.StringIO()):  # Keras prints the exported signature
        content = bytes(converter.convert())
    _check_input(content, input_scale)
    return content


def _check_input(content: bytes, expected: InputScale) -> None:
    scale, zero_point = Interpreter(model_content=content).get_input_details()[0]["quantization"]
    if zero_point != expected.zero_point or abs(scale / expected.scale - 1.0) > SCALE_TOLERANCE:
        raise ValueError(
            f"the converter chose scale {scale} and zero point {zero_point}, not {expected}"
        )
