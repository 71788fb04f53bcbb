# SPDX-License-Identifier: Apache-2.0
"""The sizes that a Keras file asks for, looked at before Keras makes room for them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LARGEST_CONFIGURATION_BYTES = 16 << 20
LARGEST_NUMBER = 1 << 20
"""In a layer's configuration: no shape or count of a small network comes near."""

OF_WEIGHTS = frozenset(
    {"depth_multiplier", "filters", "key_dim", "num_heads", "output_dim", "units"}
)
"""Each of these has at least a byte among the stored weights."""

ANY_NUMBER = frozenset({"max_value", "min_value", "seed", "shared_object_id", "threshold"})
"""These make room for nothing."""


def size_faults(path: Path) -> str:
    """What a `.keras` or `.h5` file asks for that cannot be in it; empty if nothing.

    Raises what zipfile, h5py and json raise for a file that is none.
    """
    configuration, stored_bytes = _read(path)
    if configuration is None:
        return ""
    for layer, key, number in _numbers(configuration, "", ""):
        if key in ANY_NUMBER:
            continue
        if abs(number) > LARGEST_NUMBER or (key in OF_WEIGHTS and number > stored_bytes):
            shown = str(number) if abs(number) < 10**20 else "a number of over 20 digits"
            return (
                f"layer {layer[:80]!r}: {key[:80]} is {shown}, and no such weights are in the file"
            )
    return ""


def _read(path: Path) -> tuple[Any, int]:
    """The configuration, and the bytes of all weights; None without one."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if "config.json" not in archive.namelist():
                return None, 0
            with archive.open("config.json") as stream:
                text = stream.read(LARGEST_CONFIGURATION_BYTES + 1)
            stored = sum(
                one.file_size for one in archive.infolist() if one.filename.endswith(".h5")
            )
    else:
        import h5py

        with h5py.File(path) as file:
            text = file.attrs.get("model_config", b"")
            text = text.encode() if isinstance(text, str) else bytes(text)
        stored = path.stat().st_size
    if len(text) > LARGEST_CONFIGURATION_BYTES:
        raise ValueError(f"its configuration has more than {LARGEST_CONFIGURATION_BYTES >> 20} MiB")
    return (json.loads(text) if text else None), stored


def _numbers(value: Any, layer: str, key: str) -> Iterator[tuple[str, str, int]]:
    """Every integer below a value, with the layer and the key that it belongs to."""
    if isinstance(value, dict):
        name = value.get("name")
        layer = name if isinstance(name, str) else layer
        for inner, one in value.items():
            yield from _numbers(one, layer, inner)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one, layer, key)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield layer, key, value
