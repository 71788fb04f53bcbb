# SPDX-License-Identifier: Apache-2.0
"""How a model of another kind becomes an int8 .tflite: commands and calls, for remedies."""

from __future__ import annotations

import shlex
from pathlib import Path

WRITTEN = (".tflite", ".frontend.yaml")
PAGE = "docs/bring-your-own-model.md"

OWN_CONFIGURATIONS = {
    "yamnet_256_esc10": "",
    "yamnet_256_esc10_causal": "training/esc10_causal.yaml",
}
"""Of the shipped models, by the file's stem; empty: the default one."""


def by_call(model: Path) -> str:
    """The Python call that converts a Keras model or a SavedModel, and where it is explained."""
    out, record = (model.with_name(f"{model.stem}{suffix}") for suffix in WRITTEN)
    return (
        "convert it in Python: from training.convert import to_int8; "
        f'to_int8("{model}", features, "{out}", labels=[...], frontend="{record}")'
        f", with features as it was trained on ({PAGE})"
    )


def by_quantize(model: Path) -> str:
    """The command that converts a `.keras` which `make train` wrote."""
    out = model.with_suffix(".tflite")
    beside = model.with_suffix(".yaml")
    config = OWN_CONFIGURATIONS.get(model.stem)
    if config is None:
        config = str(beside) if beside.is_file() else "its-configuration.yaml"
    named = f" CONFIG={shlex.quote(config)}" if config else ""
    arguments = f"--keras {shlex.quote(str(model))} --out {shlex.quote(str(out))}"
    command = f'make quantize{named} TRAIN_ARGS="{arguments}"'
    if out.is_file():
        return f"give {out}, the file beside it; or convert it again: {command}"
    return f"convert it: {command}"


def by_saved_model(model: Path) -> str:
    """How an ONNX model is converted, by way of a SavedModel."""
    return (
        f"make a SavedModel of it (onnx2tf -i {shlex.quote(str(model))} -o saved -osd), then "
        f"{by_call(Path('saved'))}"
    )


def by_onnx(model: Path) -> str:
    """How a PyTorch model is converted."""
    onnx = model.with_suffix(".onnx")
    return f"export it to ONNX (torch.onnx.export, to {onnx.name}); then {by_saved_model(onnx)}"
