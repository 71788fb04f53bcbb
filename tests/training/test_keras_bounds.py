# SPDX-License-Identifier: Apache-2.0
"""Keras files of strangers: absurd sizes are refused before anything makes room for them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from generator.repository import REPO_ROOT
from training.keras_bounds import size_faults


def keras_file(path: Path, layers: list[dict[str, Any]], stored_bytes: int = 1000) -> Path:
    """An archive of a configuration and of so many bytes of weights."""
    with zipfile.ZipFile(path, "w") as archive:
        content = {"class_name": "Sequential", "config": {"layers": layers}}
        archive.writestr("config.json", json.dumps(content))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", bytes(stored_bytes))
    return path


def layer(**config: Any) -> dict[str, Any]:
    return {"class_name": "Dense", "config": {"name": "one", **config}}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"units": 2_000_000_000}, "layer 'one': units is 2000000000"),
        ({"units": 10**5000 // 10}, "units is a number of over 20 digits"),
        ({"filters": 1001}, "filters is 1001, and no such weights"),
        ({"kernel_size": [3, 1 << 21]}, "kernel_size is 2097152"),
        ({"batch_shape": [None, 1 << 30, 4]}, "batch_shape is 1073741824"),
        ({"padding": [[-(1 << 40), 0], [0, 0]]}, "padding is -1099511627776"),
    ],
    ids=["units", "digits", "more-than-stored", "kernel", "shape", "negative"],
)
def test_absurd_sizes_are_told(tmp_path: Path, config: dict[str, Any], said: str) -> None:
    digits = config.get("units", 0)
    if digits > 10**20:  # Python itself does not print it
        path = keras_file(tmp_path / "m.keras", [layer(units="@")])
        content = zipfile.ZipFile(path).read("config.json").replace(b'"@"', b"1" + b"0" * 4000)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", content)
    else:
        path = keras_file(tmp_path / "m.keras", [layer(**config)])
    assert said in size_faults(path)


@pytest.mark.parametrize(
    "config",
    [
        {"units": 10, "seed": 1 << 31},
        {"filters": 1000, "use_bias": True},
        {"batch_shape": [None, 96]},
    ],
)
def test_plain_sizes_are_taken(tmp_path: Path, config: dict[str, Any]) -> None:
    assert size_faults(keras_file(tmp_path / "m.keras", [layer(**config)])) == ""


def test_the_shipped_networks_are_taken() -> None:
    found = sorted((REPO_ROOT / "models").glob("*.keras"))
    assert found
    assert [size_faults(path) for path in found] == [""] * len(found)
