# SPDX-License-Identifier: Apache-2.0
"""The Keras network: the first six blocks of YAMNet, global average pooling and a dense head.

Input (frames, bands, 1): the row axis is time, so the converted graph needs no TRANSPOSE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import keras

from generator.errors import Fault, InputError, ToolError
from training.config import TimePadding
from training.keras_archive import UNREADABLE
from training.keras_bounds import check_keras_file
from training.paths import BACKBONE_REMEDY

BATCH_NORM_EPSILON = 1e-4
"""That of YAMNet's training."""

HEAD_NAME = "head"

MOST_BACKBONE_VALUES = 1 << 20
"""Of a layer's weights: its largest has 65,536. What is larger is none of them, and is not read."""

LONGEST_REASON = 300
"""Characters of what a library says."""

UNREADABLE_REMEDY = "fetch the file anew: `make models` the published one, git models/*.keras"


@dataclass(frozen=True, slots=True)
class Block:
    """One convolution of the backbone: YAMNet's name, stride and output channels."""

    source: str
    stride: int
    channels: int

    @property
    def name(self) -> str:
        """The layer's name in Keras 3, which allows no slash."""
        return self.source.replace("/", "_")

    @property
    def is_depthwise(self) -> bool:
        """True for the 3x3 depthwise part of a separable convolution."""
        return self.source.endswith("depthwise_conv")

    @property
    def kernel(self) -> int:
        """Rows and bands of the kernel: 3, of a pointwise convolution 1."""
        return 1 if self.source.endswith("pointwise_conv") else 3


def _separable(layer: int, stride: int, inputs: int, outputs: int) -> tuple[Block, Block]:
    return (
        Block(f"layer{layer}/depthwise_conv", stride, inputs),
        Block(f"layer{layer}/pointwise_conv", 1, outputs),
    )


BACKBONE: tuple[Block, ...] = (
    Block("layer1/conv", 2, 32),
    *_separable(2, 1, 32, 64),
    *_separable(3, 2, 64, 128),
    *_separable(4, 1, 128, 128),
    *_separable(5, 2, 128, 256),
    *_separable(6, 1, 256, 256),
)


class FrozenBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch normalisation with frozen moving statistics: only its offset (beta) is trained.

    Batch statistics of a few hundred clips differ too much from those of the backbone's training
    set. The two ways of Keras do not work here: `trainable = False` freezes the offset too, and
    `training=False` at construction is overridden by the model's `training=True`.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise in inference mode, whatever `training` says."""
        return super().call(inputs, training=False, mask=mask)


def build_network(
    frames: int,
    bands: int,
    classes: int,
    *,
    seed: int,
    dropout: float,
    head: str = "softmax",
    to_train: bool = False,
    time_padding: TimePadding = "same",
) -> Any:
    """A randomly initialised network: float32 (frames, bands, 1) to `classes` scores.

    `head`: the activation, "softmax" (single label) or "sigmoid" (multi-label). `to_train`: use
    FrozenBatchNormalization; otherwise standard Keras layers only, so that the saved file loads
    without this project. Both variants have the same list of weights. `time_padding`: "same", or
    "causal": the rows of zeros of every 3x3 convolution come before its first row, none after the
    last. The list of weights and the shapes of all outputs stay the same.
    """
    normalisation = FrozenBatchNormalization if to_train else keras.layers.BatchNormalization
    inputs = keras.Input((frames, bands, 1), name="mel")
    values = inputs
    for block in BACKBONE:
        padding = "same"
        if time_padding == "causal" and block.kernel > 1:
            zeros = causal_zeros(values.shape[1:3], block.kernel, block.stride)
            values = keras.layers.ZeroPadding2D(zeros, name=f"{block.name}_zeros")(values)
            padding = "valid"
        if block.is_depthwise:
            layer = keras.layers.DepthwiseConv2D(
                block.kernel, block.stride, padding=padding, use_bias=False, name=block.name
            )
        else:
            layer = keras.layers.Conv2D(
                block.channels, block.kernel, block.stride, padding=padding, use_bias=False,
                name=block.name,
            )  # fmt: skip
        values = layer(values)
        values = normalisation(epsilon=BATCH_NORM_EPSILON, scale=False, name=f"{block.name}_bn")(
            values
        )
        values = keras.layers.ReLU(name=f"{block.name}_relu")(values)
    values = keras.layers.GlobalAveragePooling2D(name="average")(values)
    values = keras.layers.Dropout(dropout, seed=seed, name="dropout")(values)
    scores = keras.layers.Dense(
        classes,
        activation=head,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
        name=HEAD_NAME,
    )(values)
    return keras.Model(inputs, scores, name="yamnet_256")


def causal_zeros(
    shape: tuple[int, int], kernel: int, stride: int
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Zeros ((above, below), (left, right)) of a convolution that is causal in time.

    `shape`: rows and bands of its input. It makes as many rows and bands as with SAME padding. All
    zeros of the rows come first: with a stride that divides the rows, the last row of the input is
    the last one of the last window, and a row depends on nothing that comes after it.
    """
    above, bands = (
        max((-(-length // stride) - 1) * stride + kernel - length, 0) for length in shape
    )
    return (above, 0), (bands // 2, bands - bands // 2)


def load_backbone(network: Any, source: Path) -> str:
    """Load the backbone's weights from ST's `yamnet_256_f32.h5` or from a `.keras` of `make train`.

    The head keeps its initialisation. Returns a description of what was loaded. Raises ToolError if
    there is no file, InputError for a truncated one or with every missing or mismatched layer.
    """
    if not source.is_file():
        raise ToolError(f"no backbone at {source}", BACKBONE_REMEDY)
    stored = _read_h5(source) if is_published_backbone(source) else _read_keras(source)
    faults: list[Fault] = []
    for block in BACKBONE:
        for name in (block.name, f"{block.name}_bn"):
            layer = network.get_layer(name)
            weights = stored.get(name)
            if weights is None:
                faults.append(Fault(f"{source}, layer {name}", "is missing"))
                continue
            expected = [tuple(value.shape) for value in layer.get_weights()]
            found = [tuple(value.shape) for value in weights]
            if expected != found:
                faults.append(
                    Fault(f"{source}, layer {name}", f"has shapes {found}, not {expected}")
                )
                continue
            layer.set_weights(weights)
    if faults:
        raise InputError(faults)
    return f"{len(BACKBONE)} convolutions of {source.name}"


def is_published_backbone(source: Path) -> bool:
    """True for ST's `.h5` file, False for a `.keras` that this project has already fine-tuned."""
    return source.suffix == ".h5"


def _read_h5(source: Path) -> dict[str, Sequence[Any]]:
    """Weights by layer name from a Keras 2 HDF5 file, in the order of `set_weights`."""
    stored: dict[str, Sequence[Any]] = {}
    groups: dict[str, dict[str, Any]] = {}

    def collect(path: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.size <= MOST_BACKBONE_VALUES:
            folder, _, leaf = path.rpartition("/")
            groups.setdefault(folder, {})[leaf.partition(":")[0]] = item[()]

    try:
        with h5py.File(source) as file:
            file.visititems(collect)
    except UNREADABLE as error:
        raise _unreadable(source, "HDF5 file", error, UNREADABLE_REMEDY) from error
    for block in BACKBONE:
        for folder, leaves in groups.items():
            kernel = "depthwise_kernel" if block.is_depthwise else "kernel"
            if folder.endswith(block.source) and kernel in leaves:
                stored[block.name] = [leaves[kernel]]
            statistics = ("beta", "moving_mean", "moving_variance")
            if folder.endswith(f"{block.source}/bn") and leaves.keys() >= set(statistics):
                stored[f"{block.name}_bn"] = [leaves[name] for name in statistics]
    return stored


def _read_keras(source: Path) -> dict[str, Sequence[Any]]:
    """Weights by layer name from a `.keras` file of `make train`."""
    model = load_network(source, UNREADABLE_REMEDY)
    return {layer.name: layer.get_weights() for layer in model.layers}


def load_network(source: Path, remedy: str) -> Any:
    """The network of a `.keras` file, not compiled; raises InputError if it cannot be read."""
    check_keras_file(source, remedy)
    try:
        return keras.models.load_model(source, compile=False)
    except Exception as error:  # Keras and TensorFlow let through whatever a layer runs into
        raise _unreadable(source, "Keras model", error, remedy) from error


def _unreadable(source: Path, kind: str, error: Exception, remedy: str) -> InputError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
    return InputError([Fault(str(source), f"is not a complete {kind}: {reason}", remedy)])
