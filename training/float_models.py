# SPDX-License-Identifier: Apache-2.0
"""A float model of somebody's own, in Keras or as a SavedModel: opened, and converted to int8."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.engines.builtin.constraints.refused import UNROLL
from generator.errors import Fault, InputError, ToolError
from training.keras_bounds import check_keras_file
from training.run_folder import sha256_of
from training.start_tensorflow import silence_stderr

Features = npt.NDArray[np.float32]
"""Float32 [patches, *the shape of the model's input*]."""

SAVED_MODEL = "saved_model.pb"

OF_KERAS_2 = "of Keras 2, save it there as a SavedModel (tf.saved_model.save), and give its folder"


@dataclass(frozen=True, slots=True)
class FloatModel:
    """A model with one input and one output."""

    keras: Any
    """The Keras model; None for a SavedModel."""
    folder: Path | None
    """Of a SavedModel; None for a Keras model."""
    about: str
    """Its source in a few words."""
    input_shape: tuple[int | None, ...]
    """Of a patch, without the batch; None: any length."""
    outputs: int | None
    """Scores of a patch; None: not said."""


def open_float_model(model: Any) -> FloatModel:
    """A Keras model, a `.keras` or `.h5` file of one, or the folder of a SavedModel.

    Raises InputError for anything else and for a model with several inputs or outputs, ToolError
    without TensorFlow.
    """
    _check_path(model)
    try:
        with silence_stderr():
            import keras
            import tensorflow as tf
    except ModuleNotFoundError as error:
        raise ToolError(
            f"{error.name} is not installed", "install the training packages: make .venv/.train"
        ) from error
    if keras.backend.backend() != "tensorflow":
        what = f"Keras computes with {keras.backend.backend()}"
        raise ToolError(what, "set KERAS_BACKEND=tensorflow before keras is imported")
    if isinstance(model, keras.Model):
        return _of_keras(model, f"Keras model {model.name!r}")
    if not isinstance(model, (str, PathLike)):
        what = f"{type(model).__name__} is no Keras model and no path of one"
        raise InputError([Fault("model", what, "give a keras.Model, a .keras, .h5 or SavedModel")])
    path = Path(model)
    if (path / SAVED_MODEL).is_file():
        return _of_saved_model(path, tf)
    from training.network import load_network

    loaded = load_network(path, OF_KERAS_2)
    return _of_keras(loaded, f"{path.name}, sha256 {sha256_of(path)}")


def _check_path(model: Any) -> None:
    """What can be told of a path before TensorFlow is imported."""
    if isinstance(model, (str, PathLike)):
        path = Path(model)
        if (path / SAVED_MODEL).is_file():
            return
        if not path.exists():
            raise InputError([Fault(str(path), "there is no such model", "check the path")])
        check_keras_file(path, OF_KERAS_2)


def _of_keras(model: Any, about: str) -> FloatModel:
    faults = []
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        what = f"has {len(model.inputs)} inputs and {len(model.outputs)} outputs"
        faults.append(Fault(about, what, "export the classifier alone: one input and one output"))
    loops = [layer.name for layer in _layers(model) if getattr(layer, "unroll", None) is False]
    if loops:
        what = f"{', '.join(loops)}: a recurrent layer becomes a loop, which is not computed"
        faults.append(Fault(about, what, UNROLL))
    if faults:
        raise InputError(faults)
    shape = tuple(model.inputs[0].shape[1:])
    return FloatModel(model, None, about, shape, model.outputs[0].shape[-1])


def _layers(model: Any) -> Iterator[Any]:
    """Every layer, those within others included."""
    for layer in model.layers:
        yield layer
        within = [getattr(layer, name, None) for name in ("layer", "forward_layer")]
        yield from (one for one in within if one is not None)
        if hasattr(layer, "layers"):
            yield from _layers(layer)


def _of_saved_model(folder: Path, tf: Any) -> FloatModel:
    try:
        with silence_stderr():
            signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    except (OSError, KeyError, ValueError) as error:
        what = f"cannot be opened as a SavedModel: {error}"
        remedy = "save it with model.export(folder) or tf.saved_model.save"
        raise InputError([Fault(str(folder), what, remedy)]) from error
    taken, made = signature.structured_input_signature[1], signature.structured_outputs
    if len(taken) != 1 or len(made) != 1:
        what = f"has {len(taken)} inputs and {len(made)} outputs"
        remedy = "export the classifier alone: one input and one output"
        raise InputError([Fault(str(folder), what, remedy)])
    (inputs,), (outputs,) = taken.values(), made.values()
    about = f"SavedModel {folder.name}"
    return FloatModel(None, folder, about, tuple(inputs.shape[1:]), outputs.shape[-1])


def to_flatbuffer(model: FloatModel, calibration: Features) -> bytes:
    """Full integer quantisation: an int8 `.tflite` with int8 input and output, a patch at a time.

    `calibration`: the values that set the ranges of all layers; the input's is theirs. Raises
    InputError with what TensorFlow's converter says where it refuses.
    """
    import keras
    import tensorflow as tf

    def samples() -> Iterator[list[Features]]:
        for patch in calibration:
            yield [patch[np.newaxis]]

    try:
        with silence_stderr(), contextlib.redirect_stdout(io.StringIO()):
            if model.folder is not None:
                converter = tf.lite.TFLiteConverter.from_saved_model(str(model.folder))
            else:
                entry = keras.Input(batch_shape=(1, *calibration.shape[1:]), name="features")
                scores = model.keras(entry, training=False)
                one = keras.Model(entry, scores, name=model.keras.name)
                converter = tf.lite.TFLiteConverter.from_keras_model(one)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = samples
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.int8
            return bytes(converter.convert())
    except (RuntimeError, ValueError, TypeError, tf.errors.OpError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        what = f"TensorFlow's converter refuses it: {reason}"
        remedy = "docs/operators.md lists what can run; leave out layers of another kind"
        raise InputError([Fault(model.about, what, remedy)]) from error


def float_scores(model: FloatModel, features: Features) -> npt.NDArray[np.float64]:
    """The float model's scores: [patches, classes]."""
    import tensorflow as tf

    with silence_stderr():
        if model.folder is None:
            return np.asarray(model.keras.predict(features, verbose=0), dtype=np.float64)
        signature = tf.saved_model.load(str(model.folder)).signatures["serving_default"]
        (name,) = signature.structured_input_signature[1]
        rows = [
            next(iter(signature(**{name: tf.constant(patch[np.newaxis])}).values())).numpy()[0]
            for patch in features
        ]
    return np.asarray(rows, dtype=np.float64)
