# SPDX-License-Identifier: Apache-2.0
"""Models: the `.tflite`, labels within it, and archives of Keras."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import strategies as st

from generator.model.labels_within import labels_within
from generator.network import read_network
from tests.fuzz.parsers.mutations import changed_bytes, changed_json, several, subsets, text_of
from tests.fuzz.parsers.parser import Parser, file_parser, read_files, seeds_of
from tests.support.model_builder import ModelBuilder
from tests.support.random_graphs import random_graph
from tests.support.tflite_writer import OperatorRecord, TensorRecord, write_model
from tests.support.tiny_model import TINY_LABELS, tiny_model

BANDS = 64
LARGEST_SEED_BYTES = 40_000
TYPES = ("INT8", "INT32", "FLOAT32", "INT16", "BOOL", "UINT8", "INT64")
RECORD = {"m.frontend.yaml": b"preset: yamnet\n"}
RANDOM_GRAPHS = (31, 72, 25, 83, 106, 43, 60, 67, 81, 86)
"""Seeds of small graphs that have seventeen kinds of operators together."""
DIMENSIONS = (-1, 0, 1, 2, 3, 64, 96, 255, 65535, 65536, 65537, 1 << 20, (1 << 31) - 1, -(1 << 31))
SCALES = (0.0, -1.0, 1e-40, 1e-30, 1.0, 1e9, 3e38, float("inf"), float("nan"))
ZERO_POINTS = (-129, -128, 0, 127, 128, 1 << 40, -(1 << 63))


@cache
def small_models() -> tuple[bytes, ...]:
    """Files of every kind of operator that the generator of random graphs knows, small ones."""
    found = [make().to_bytes() for make in _makers()]
    return tuple(one for one in found if len(one) < LARGEST_SEED_BYTES)


def _makers() -> list[Callable[[], ModelBuilder]]:
    """Of models that the record beside them fits: each is taken as it is."""

    def plain() -> ModelBuilder:
        model = ModelBuilder(16, BANDS).conv(6, stride=(2, 2)).depthwise(stride=(2, 2))
        return model.conv(4, (1, 1)).head(3)

    def residual() -> ModelBuilder:
        model = ModelBuilder(12, BANDS, transposed=True).conv(4, stride=(2, 2))
        entry = model.current
        return model.conv(6, (1, 1)).depthwise().conv(4, (1, 1)).add(entry).head(2)

    def sigmoid() -> ModelBuilder:
        return ModelBuilder(8, BANDS).conv(3, stride=(2, 4)).mean().dense(1).sigmoid().dequantize()

    graphs = [partial(random_graph, seed, patch=(8, BANDS)) for seed in RANDOM_GRAPHS]
    return [plain, residual, sigmoid, *graphs]


def tflite_bytes() -> st.SearchStrategy[list[bytes]]:
    """Files with any of their bytes changed: offsets, lengths, types, scales, contents."""
    seeds = [*small_models(), *(one.read_bytes() for one in seeds_of("tflite"))]
    return changed_bytes(seeds)


def tflite_records() -> st.SearchStrategy[list[bytes]]:
    """Whole flatbuffers whose tensors and operators say what cannot be."""
    models = [make() for make in _makers()]
    return st.builds(
        lambda model, changes: [_written(model, some) for some in subsets(changes)],
        st.sampled_from(models),
        several(_record_change),
    )


def _record_change(random: Random) -> tuple[Any, ...]:
    at = random.randrange(200)
    kind = random.choice(_RECORD_CHANGES)
    more: dict[str, tuple[Any, ...]] = {
        "shape": (random.randrange(8), random.choice(DIMENSIONS)),
        "rank": (random.randrange(10),),
        "scale": (random.choice(SCALES), random.randrange(4)),
        "zero": (random.choice(ZERO_POINTS), random.randrange(4)),
        "type": (random.choice(TYPES),),
        "input": (random.randrange(6), random.randrange(-2, 41)),
        "output": (random.randrange(3), random.randrange(-2, 41)),
        "swap": (random.randrange(200),),
        "values": (random.choice((0, 1, -1, 1 << 30, random.randrange(-(1 << 31), 1 << 31))),),
        "ends": (bool(random.randrange(2)),),
        "name": (text_of(random),),
    }
    return kind, at, *more.get(kind, ())


_RECORD_CHANGES = (
    *("shape", "shape", "rank", "scale", "zero", "type", "input", "input", "output", "lose"),
    *("double", "swap", "values", "values", "ends", "name"),
)


def _written(model: ModelBuilder, changes: Sequence[tuple[Any, ...]]) -> bytes:
    tensors = [replace(one) for one in model.tensors]
    operators = [replace(one) for one in model.operators]
    inputs = list(model.inputs)
    outputs = list(model.outputs or [model.current])
    for kind, at, *rest in changes:
        if kind == "ends":
            (inputs if rest[0] else outputs)[:] = [at % 42 - 1]
        elif kind in _OF_OPERATORS:
            if operators:
                _change_operator(operators, kind, at, rest)
        else:
            _change_tensor(tensors[at % len(tensors)], kind, at, rest)
    return write_model(tensors, operators, inputs, outputs)


_OF_OPERATORS = ("input", "output", "lose", "double", "swap")


def _change_tensor(tensor: TensorRecord, kind: str, at: int, rest: Sequence[Any]) -> None:
    if kind == "shape" and tensor.shape:
        shape = list(tensor.shape)
        shape[rest[0] % len(shape)] = rest[1]
        tensor.shape = tuple(shape)
    elif kind == "rank":
        tensor.shape = (*tensor.shape, *(1,) * 9)[: rest[0]]
    elif kind == "scale":
        tensor.scales = (rest[0],) * rest[1]
    elif kind == "zero":
        tensor.zero_points = (rest[0],) * rest[1]
    elif kind == "type":
        tensor.dtype = rest[0]
    elif kind == "name":
        tensor.name = rest[0].encode("utf-8", "replace").decode()
    elif kind == "values" and tensor.data is not None and tensor.data.size:
        flat = tensor.data.copy().reshape(-1)
        flat[at % flat.size] = np.array(rest[0]).astype(flat.dtype)
        tensor.data = flat.reshape(tensor.data.shape)


def _change_operator(
    operators: list[OperatorRecord], kind: str, at: int, rest: Sequence[Any]
) -> None:
    place = at % len(operators)
    operator = operators[place]
    if kind in ("input", "output"):
        vector = list(operator.inputs if kind == "input" else operator.outputs)
        if vector:
            vector[rest[0] % len(vector)] = rest[1]
        setattr(operator, f"{kind}s", vector)
    elif kind == "lose":
        del operators[place]
    elif kind == "double":
        operators.append(operator)
    else:
        other = rest[0] % len(operators)
        operators[place], operators[other] = operators[other], operator


def read_model(path: Path) -> object:
    """Read, checked and planned, with its record beside it."""
    return read_network(path)


@cache
def model_with_labels() -> bytes:
    """A .tflite with an archive behind it, and a metadata entry."""
    stream = io.BytesIO(tiny_model())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("labels.txt", "\n".join(TINY_LABELS))
        archive.writestr("more.txt", "x" * 100)
    return stream.getvalue()


def _labels(folder: Path, case: tuple[bytes, bytes]) -> object:
    found = labels_within(case[0], {"TFLITE_METADATA": case[1]})
    assert found is None or len(found.content) <= 1 << 20
    return found


def _metadata_cases() -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    entry = bytes(range(4)) + b"M001" + bytes(range(200))
    pairs = st.tuples(changed_bytes([model_with_labels()]), changed_bytes([entry]))
    return pairs.map(lambda pair: list(zip(*pair, strict=False)))


DENSE = {"class_name": "Dense", "module": "keras.layers", "config": {"name": "head", "units": 3}}
KERAS_CONFIGURATION = json.dumps(
    {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "m",
            "layers": [
                {
                    "class_name": "InputLayer",
                    "module": "keras.layers",
                    "config": {"name": "x", "batch_shape": [None, 96, 64, 1], "dtype": "float32"},
                },
                {
                    "class_name": "Conv2D",
                    "module": "keras.layers",
                    "config": {
                        "name": "c",
                        "filters": 4,
                        "kernel_size": [3, 3],
                        "strides": [2, 2],
                        "padding": "same",
                        "use_bias": True,
                        "groups": 1,
                        "data_format": "channels_last",
                        "dilation_rate": [1, 1],
                    },
                },
                {
                    "class_name": "GlobalAveragePooling2D",
                    "module": "keras.layers",
                    "config": {"name": "g"},
                },
                DENSE,
            ],
        },
    }
)


def keras_archive(configuration: bytes, weights: bytes, names: tuple[str, ...] = ()) -> bytes:
    """An archive as Keras writes one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", configuration)
        archive.writestr("model.weights.h5", weights)
        for name in names:
            archive.writestr(_member(name), b"x")
    return stream.getvalue()


def _member(name: str) -> str:
    return name.replace("\0", "").encode("utf-8", "replace").decode() or "x"


@cache
def small_h5() -> bytes:
    """A file of HDF5 as Keras 2 wrote models."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["model_config"] = KERAS_CONFIGURATION
        group = file.create_group("layer1/conv")
        group["kernel:0"] = np.zeros((3, 3, 1, 4), np.float32)
    return stream.getvalue()


def keras_files() -> st.SearchStrategy[list[bytes]]:
    """Archives with a changed configuration, with changed bytes, and files of HDF5."""
    names = several(lambda random: text_of(random) or "x").map(lambda some: tuple(some[:3]))
    whole = keras_archive(KERAS_CONFIGURATION.encode(), small_h5())
    within = st.builds(
        lambda texts, weights, more: [keras_archive(text, weights, more) for text in texts],
        changed_json([KERAS_CONFIGURATION]),
        st.sampled_from((b"", bytes(3000), b"\x89HDF\r\n\x1a\n" + bytes(300))),
        names,
    )
    return st.one_of(
        within,
        within,
        changed_bytes([whole, keras_archive(b"{}", b"")]),
    )


def _check_keras(path: Path) -> object:
    from training.keras_bounds import check_keras_file

    check_keras_file(path, is_probed=False)
    return None


def _check_hdf5(path: Path) -> object:
    import h5py  # noqa: F401  # once, and not in each of the processes

    from training.keras_bounds import check_keras_file

    with patch("training.hdf5_probe.subprocess.run", _run_probe):
        check_keras_file(path)
    return None


def _run_probe(words: Sequence[str], **_: object) -> subprocess.CompletedProcess[bytes]:
    """The probe in a process of its own, as ever, but a fork of this one."""
    from training import hdf5_probe

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), sys.stdout.fileno())
            os.dup2(error.fileno(), sys.stderr.fileno())
            code = hdf5_probe.main(words[words.index("training.hdf5_probe") + 1 :])
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        error.seek(0)
        return subprocess.CompletedProcess(words, code, out.read(), error.read())


def hdf5_files() -> st.SearchStrategy[list[bytes]]:
    """Damaged HDF5: each case is a process, so these are few."""
    return changed_bytes([small_h5()]).map(lambda some: some[:3])


def _read_both(folder: Path, content: bytes) -> object:
    return read_files(
        folder, {"m.tflite": content, **RECORD}, lambda: folder / "m.tflite", read_model
    )


PARSERS = (
    Parser("tflite", "a .tflite, any byte of it changed", tflite_bytes, _read_both),
    Parser(
        "tflite-records", "a .tflite, whole, whose records cannot be", tflite_records, _read_both
    ),
    Parser("tflite-labels", "labels within a .tflite", _metadata_cases, _labels, is_file=False),
    file_parser("keras", "archives of Keras", "m.keras", keras_files, _check_keras),
    file_parser("keras-hdf5", "HDF5 of Keras 2", "m.h5", hdf5_files, _check_hdf5, in_slice=1),
)
