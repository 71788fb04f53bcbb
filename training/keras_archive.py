# SPDX-License-Identifier: Apache-2.0
"""A Keras file of a stranger, opened without Keras: its configuration, and what it stores.

`.keras` is an archive of `config.json` and `model.weights.h5`; `.h5` is HDF5 with an attribute.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from generator.bounded_json import load_json
from training.hdf5_probe import probe_hdf5

LARGEST_FILE_BYTES = 1 << 30
LARGEST_CONFIGURATION_BYTES = 16 << 20
LARGEST_UNPACKED = 100
"""Times the size of the archive that its members may have together: weights hardly shrink."""

HDF5 = b"\x89HDF\r\n\x1a\n"

UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, EOFError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, MemoryError, OverflowError, IndexError),
)
"""Exceptions of zipfile, h5py and Keras for a damaged file, or one of another format."""


@dataclass(frozen=True, slots=True)
class KerasFile:
    """What a file says of a model."""

    configuration: Any
    """As JSON; None where there is none: a file of weights alone."""
    stored_bytes: int
    """Of all weights, at most."""


def open_keras_file(path: Path, *, is_probed: bool = True) -> KerasFile:
    """Read it; raises one of `UNREADABLE` where it is damaged or no such file.

    `is_probed`: whether the HDF5 within an archive is read as well, by a process of its own.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no file")
    if status.st_size > LARGEST_FILE_BYTES:
        raise ValueError(f"it has more than {LARGEST_FILE_BYTES >> 20} MiB")
    with path.open("rb") as stream:
        if stream.read(len(HDF5)) == HDF5:
            return _of_hdf5(path, status.st_size)
    return _of_archive(path, status.st_size, is_probed=is_probed)


def _of_archive(path: Path, size: int, *, is_probed: bool) -> KerasFile:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        outside = [one.filename for one in members if _leads_outside(one.filename)]
        if outside:
            raise ValueError(f"its member {outside[0][:80]!r} leads out of the archive")
        if sum(one.file_size for one in members) > LARGEST_UNPACKED * max(size, 1 << 20):
            raise ValueError(f"its members have more than {LARGEST_UNPACKED} times its own size")
        if "config.json" not in archive.namelist():
            raise ValueError("it has no config.json")
        with archive.open("config.json") as stream:
            text = stream.read(LARGEST_CONFIGURATION_BYTES + 1)
        weights = [one for one in members if one.filename.endswith((".h5", ".npz"))]
        stored = sum(one.file_size for one in weights)
        configuration = _json(text)
        for one in weights:
            content = archive.read(one)  # checks its sum
            if content.startswith(HDF5) and is_probed:
                probe_hdf5(content, LARGEST_CONFIGURATION_BYTES)
        return KerasFile(configuration, stored)


def _of_hdf5(path: Path, size: int) -> KerasFile:
    text = probe_hdf5(path, LARGEST_CONFIGURATION_BYTES)
    return KerasFile(_json(text) if text else None, size)


def _json(text: str | bytes) -> Any:
    if len(text) > LARGEST_CONFIGURATION_BYTES:
        raise ValueError(f"its configuration has more than {LARGEST_CONFIGURATION_BYTES >> 20} MiB")
    return load_json(text)


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts
