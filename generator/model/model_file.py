# SPDX-License-Identifier: Apache-2.0
"""The bytes of a .tflite, or what the user has given in place of one, and how to convert that."""

from __future__ import annotations

import errno
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Fault, InputError
from generator.model.conversion import by_call, by_onnx, by_quantize, by_saved_model
from generator.plain_text import unprintable

FILE_IDENTIFIER = b"TFL3"
MAX_FILE_BYTES = 64 * 1024 * 1024

OWN_NETWORK = b'"name": "yamnet_256"'
"""In the configuration of a `.keras` that `make train` wrote: the name of its network."""

_LFS_POINTER = b"version https://git-lfs"
_FIRST_BYTES = 512
"""As many as tell a web page or a C array from other text."""


@dataclass(frozen=True, slots=True)
class _Other:
    """What a file is that is no .tflite."""

    what: str
    remedy: str | Callable[[Path], str]
    """Of the file's path, where a command or a call names it."""


_KERAS = _Other("a Keras model, not a .tflite", by_call)
_OWN = _Other("a Keras model of `make train`, not a .tflite", by_quantize)
_PYTORCH = _Other("a PyTorch model, not a .tflite", by_onnx)
_ONNX = _Other("an ONNX model, not a .tflite", by_saved_model)
_ARCHIVE = _Other("an archive, not a .tflite", "unpack it, and give the .tflite in it as MODEL")
_PLAIN = _Other("not a .tflite file (no TFL3 identifier)", "give a TensorFlow Lite file as MODEL")

_BY_SUFFIX = {
    ".h5": _KERAS,
    ".hdf5": _KERAS,
    ".keras": _KERAS,
    ".onnx": _ONNX,
    ".pt": _PYTORCH,
    ".pth": _PYTORCH,
    ".pt2": _PYTORCH,
    ".ckpt": _PYTORCH,
    ".pb": _Other("a TensorFlow graph, not a .tflite", lambda path: by_call(path.parent)),
    ".c": _Other("C source, not a .tflite", "give the .tflite that it was made from as MODEL"),
    ".cc": _Other("C source, not a .tflite", "give the .tflite that it was made from as MODEL"),
    ".h": _Other("C source, not a .tflite", "give the .tflite that it was made from as MODEL"),
}

_BY_FIRST_BYTES = (
    (b"\x89HDF\r\n\x1a\n", _KERAS),
    (b"\x80\x02", _PYTORCH),
    (b"\x1f\x8b", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
)


def read_model_file(path: Path) -> bytes:
    """The bytes of a .tflite. Raises InputError for any other file, with what it is."""
    fault = model_file_fault(path)
    if fault is not None:
        raise InputError([fault])
    return path.read_bytes()


def model_file_fault(path: Path) -> Fault | None:
    """What keeps a path from being a .tflite, and how one is made of it; None for a .tflite."""
    if bad := unprintable(path.name):
        what = f"the file's name holds {bad}, and becomes text of the firmware"
        return Fault(str(path), what, "rename it")
    if path.is_dir():
        return _folder_fault(path)
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for, a device has no end
            raise OSError(errno.EINVAL, "it is no file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            what = f"{size} bytes: larger than any microcontroller's flash"
            return Fault(str(path), what, "give a model below 64 MiB")
        data = path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        return Fault(str(path), what, "check the path given as MODEL")
    if len(data) >= 8 and data[4:8] == FILE_IDENTIFIER:
        return None
    other = _other(path, data)
    remedy = other.remedy if isinstance(other.remedy, str) else other.remedy(path)
    return Fault(path.name, other.what, remedy)


def _folder_fault(path: Path) -> Fault:
    if (path / "saved_model.pb").is_file():
        what = "a SavedModel folder, not a .tflite"
        return Fault(str(path), what, by_call(path))
    found = sorted(one.name for one in path.glob("*.tflite"))
    what = "cannot be read: it is a folder"
    remedy = f"give a file of it as MODEL: {', '.join(found)}" if found else "give a file as MODEL"
    return Fault(str(path), what, remedy)


def _other(path: Path, data: bytes) -> _Other:
    if not data:
        remedy = "download or convert the model again"
        return _Other("not a .tflite file: it is empty, it has 0 bytes", remedy)
    if data.startswith(_LFS_POINTER):
        remedy = f"fetch the model: `git lfs install`, then `git lfs pull --include {path.name}`"
        return _Other("a git-LFS pointer: the model itself has not been downloaded", remedy)
    beginning = data[:_FIRST_BYTES].lstrip().lower()
    if beginning.startswith((b"<!doctype html", b"<html")):
        remedy = "download the file itself: on GitHub by `Download raw file`"
        return _Other("a web page, not a .tflite", remedy)
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    for mark, other in _BY_FIRST_BYTES:
        if data.startswith(mark):
            return other
    return _BY_SUFFIX.get(path.suffix.lower(), _PLAIN)


def _archive(data: bytes) -> _Other:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            configuration = archive.read("config.json") if "config.json" in names else b""
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, zlib.error):
        return _ARCHIVE
    if any(name.endswith("data.pkl") for name in names):
        return _PYTORCH
    if "config.json" in names and "metadata.json" in names:
        return _OWN if OWN_NETWORK in configuration else _KERAS
    return _ARCHIVE
