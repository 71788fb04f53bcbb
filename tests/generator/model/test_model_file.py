# SPDX-License-Identifier: Apache-2.0
"""What is given in place of a .tflite is named, with how to make a .tflite of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from generator.errors import Fault, InputError
from generator.model.model_file import model_file_fault, read_model_file
from generator.repository import DEFAULT_MODEL

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return content.getvalue()


CASES = [
    ("m.tflite", b"", "is empty", "again"),
    ("m.tflite", POINTER, "a git-LFS pointer", "git lfs pull --include m.tflite"),
    ("m.tflite", b"\n<!DOCTYPE html><html>", "a web page", "raw"),
    ("m.h5", b"\x89HDF\r\n\x1a\n" + bytes(20), "a Keras model", "import to_int8"),
    ("m.tflite", b"\x89HDF\r\n\x1a\n" + bytes(20), "a Keras model", "import to_int8"),
    ("m.keras", archive("metadata.json", "config.json"), "a Keras model", 'm.keras", features'),
    ("m.onnx", b"\x08\x07\x12\x07pytorch", "an ONNX model", "onnx2tf -i"),
    ("m.pt", archive("m/data.pkl", "m/version"), "a PyTorch model", "torch.onnx.export"),
    ("m.bin", archive("m/data.pkl"), "a PyTorch model", "torch.onnx.export"),
    ("m.pth", b"\x80\x02\x8a\x0a", "a PyTorch model", "torch.onnx.export"),
    ("m.zip", archive("m.tflite"), "an archive", "unpack"),
    ("m.zip", b"PK\x03\x04" + bytes(9), "an archive", "unpack"),
    ("m.cc", b"const unsigned char g_model[] = {", "C source", "made from"),
    ("saved_model.pb", b"\x08\x01\x12", "a TensorFlow graph", "import to_int8"),
    ("m.tflite", b"GIF89a" * 20, "no TFL3 identifier", "TensorFlow Lite"),
]


@pytest.mark.parametrize(("name", "content", "what", "remedy"), CASES)
def test_another_file_is_named_with_its_remedy(
    tmp_path: Path, name: str, content: bytes, what: str, remedy: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_model_file(path)
    (fault,) = caught.value.faults
    assert what in fault.what
    assert remedy in fault.remedy


def fault_of(path: Path) -> Fault:
    fault = model_file_fault(path)
    assert fault is not None
    return fault


def test_a_keras_file_of_make_train_is_converted_by_make_quantize(tmp_path: Path) -> None:
    shipped = DEFAULT_MODEL.with_suffix(".keras")
    fault = fault_of(shipped)
    assert "of `make train`" in fault.what
    assert fault.remedy.startswith(f"give {DEFAULT_MODEL}, the file beside it")
    alone = tmp_path / shipped.name
    alone.write_bytes(shipped.read_bytes())
    wanted = f'TRAIN_ARGS="--keras {alone} --out {alone.with_suffix(".tflite")}"'
    assert fault_of(alone).remedy == f"convert it: make quantize {wanted}"
    mine = tmp_path / "mine.keras"
    mine.write_bytes(shipped.read_bytes())
    mine.with_suffix(".yaml").write_text("name: mine\n")
    assert f"make quantize CONFIG={mine.with_suffix('.yaml')} TRAIN_ARGS" in fault_of(mine).remedy


def test_a_saved_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    with pytest.raises(InputError, match=r"SavedModel folder(.|\n)*to_int8"):
        read_model_file(tmp_path)


def test_a_folder_tells_of_the_models_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(b"x")
    with pytest.raises(InputError, match=r"it is a folder(.|\n)*a\.tflite"):
        read_model_file(tmp_path)


def test_a_tflite_is_read(tmp_path: Path) -> None:
    content = b"\x1c\0\0\0TFL3" + bytes(30)
    (tmp_path / "m.tflite").write_bytes(content)
    assert read_model_file(tmp_path / "m.tflite") == content
