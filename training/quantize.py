# SPDX-License-Identifier: Apache-2.0
"""Post-training int8 quantisation by TensorFlow's own converter.

The input's scale and zero point are not left to chance: they are the front-end's. The converter
takes its range from the representative data, so those are the front-end's own int8 cells, given
back their real values, and the first patch carries both ends of the range.
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

from training.equalise import equalise_last
from training.patches import InputScale, Patches, dequantize

SCALE_TOLERANCE = 1e-6
"""Relative: the converter computes in float32."""


def quantize(
    network: Any, representative: Patches, input_scale: InputScale, *, equalise: bool = True
) -> bytes:
    """Convert to an int8 flatbuffer: per-channel convolutions, int8 input, float32 output.

    `representative`: int8 cells [patches, frames, bands]. The dense layer stays per tensor, every
    ReLU is fused, batch normalisation is folded, softmax is followed by DEQUANTIZE. With
    `equalise`, the last layer's channels are first brought to one size (training/equalise.py).

    Raises ValueError when the converter did not keep the scale and zero point that were asked for.
    """
    cells = representative.copy()
    cells[0, 0, 0] = -128
    cells[0, -1, -1] = 127
    values = dequantize(cells, input_scale)[..., np.newaxis]

    def samples() -> Iterator[list[npt.NDArray[np.float32]]]:
        for patch in values:
            yield [patch[np.newaxis]]

    one = keras.Input(batch_shape=(1, *values.shape[1:]), name="mel")
    single = keras.models.clone_model(network, input_tensors=one)
    single.set_weights(network.get_weights())
    if equalise:
        equalise_last(single, dequantize(representative, input_scale)[..., np.newaxis])
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
