# SPDX-License-Identifier: Apache-2.0
"""Keras files of strangers: absurd sizes are refused before anything makes room for them."""

from __future__ import annotations

import io
import json
import math
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from generator.errors import InputError
from generator.repository import REPO_ROOT
from training.keras_bounds import MOST_VALUES, PARAMETERS_VARIABLE, check_keras_file
from training.keras_sizes import MOST_LAYERS, sizes_of


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
    with pytest.raises(InputError) as caught:
        check_keras_file(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "config",
    [
        {"units": 10, "seed": 1 << 31},
        {"filters": 1000, "use_bias": True},
        {"batch_shape": [None, 96]},
    ],
)
def test_plain_sizes_are_taken(tmp_path: Path, config: dict[str, Any]) -> None:
    check_keras_file(keras_file(tmp_path / "m.keras", [layer(**config)]))


def test_the_shipped_networks_are_taken() -> None:
    found = sorted((REPO_ROOT / "models").glob("*.keras"))
    assert found
    for path in found:
        check_keras_file(path)


def convolution(**config: Any) -> dict[str, Any]:
    plain = {"name": "wide", "filters": 8, "kernel_size": [3, 3], "strides": [1, 1]}
    return {"class_name": "Conv2D", "config": {**plain, "padding": "same", **config}}


def entry(*shape: int) -> dict[str, Any]:
    return {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, *shape]}}


PLAUSIBLE = {
    "parameters": (
        [entry(96, 64, 512), convolution(filters=2000, kernel_size=[100, 100])],
        "asks for 10240002000 parameters, most of them in Conv2D 'wide', and has 4000 bytes",
    ),
    "values": (
        [entry(4096, 4096, 1), convolution(filters=8)],
        "has 150994944 values in the outputs of its layers, most of them in Conv2D 'wide'",
    ),
    "repeated": (
        [entry(1000), {"class_name": "RepeatVector", "config": {"name": "r", "n": 1 << 20}}],
        "has 1048577000 values in the outputs of its layers",
    ),
    "unknown-kind": (
        [entry(96, 64, 4), {"class_name": "Wavelets", "config": {"taps": [900, 900], "rank": 60}}],
        "parameters, most of them in Wavelets",
    ),
    "within-another": (
        [
            entry(4096, 4096, 1),
            {"class_name": "Sequential", "config": {"layers": [convolution(filters=8)]}},
        ],
        "has 150994944 values",
    ),
    "too-many": ([entry(4), *[layer(units=4)] * (MOST_LAYERS + 1)], "more than 10000 layers"),
}


@pytest.mark.parametrize(("layers", "said"), PLAUSIBLE.values(), ids=PLAUSIBLE.keys())
def test_plausible_numbers_that_multiply_are_told(
    tmp_path: Path, layers: list[dict[str, Any]], said: str
) -> None:
    path = keras_file(tmp_path / "m.keras", layers, 4000)
    with pytest.raises(InputError) as caught:
        check_keras_file(path, environment={})
    assert said in str(caught.value)


def test_the_limits_can_be_raised_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    layers = [entry(4096, 4096, 1), convolution(filters=8)]
    path = keras_file(tmp_path / "m.keras", layers, 4000)
    with pytest.raises(InputError, match=f"{MOST_VALUES} are taken") as caught:
        check_keras_file(path, environment={})
    name, value = re.findall(r"set (\w+)=(\d+)", str(caught.value))[0]
    check_keras_file(path, environment={name: value})
    with pytest.raises(InputError, match=f"{PARAMETERS_VARIABLE}: 'many' is no number"):
        check_keras_file(path, environment={PARAMETERS_VARIABLE: "many"})


FOREIGN = {
    "lambda": ({"class_name": "Lambda", "config": {"name": "l"}}, "is a Lambda, a program"),
    "module": (
        {"class_name": "function", "module": "os", "config": "system"}, "is of module os, not",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("layer_", "said"), FOREIGN.values(), ids=FOREIGN.keys())
def test_programs_of_a_file_are_refused(tmp_path: Path, layer_: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_keras_file(keras_file(tmp_path / "m.keras", [entry(4), layer_]))
    assert said in str(caught.value)


def test_hdf5_that_is_damaged_ends_in_words(tmp_path: Path) -> None:
    """Some of these made the library search for ever."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["a/kernel"] = np.zeros((3, 3), np.float32)
        file.attrs["model_config"] = "{}"
    whole = stream.getvalue()
    (tmp_path / "m.h5").write_bytes(whole)
    check_keras_file(tmp_path / "m.h5")
    for at in (0x30, 0x60, 0x2A8, 0x400):
        damaged = bytearray(whole)
        damaged[at : at + 8] = b"\xff" * 8
        (tmp_path / "m.h5").write_bytes(damaged)
        with suppress(InputError):  # what it does not follow may be damaged
            check_keras_file(tmp_path / "m.h5")
    (tmp_path / "m.h5").write_bytes(whole[:600])
    with pytest.raises(InputError, match="its HDF5 is damaged"):
        check_keras_file(tmp_path / "m.h5")


def test_less_memory_than_the_bound_is_no_damage(tmp_path: Path) -> None:
    """`ulimit -v`, and the jobs of a cluster, set bounds that no process may raise."""
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.attrs["model_config"] = "{}"
    shell = 'ulimit -v 3000000 && exec "$@"'
    probe = [sys.executable, "-m", "training.hdf5_probe", str(tmp_path / "m.h5"), "5"]
    done = subprocess.run(["sh", "-c", shell, "-", *probe], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"{}"), done.stderr


def test_a_process_that_hangs_in_hdf5_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "h5py.py").write_text("while True:\n    pass\n")
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(InputError, match="reading it does not come to an end"):
        check_keras_file(tmp_path / "m.h5")


@pytest.mark.slow
def test_sizes_are_those_of_keras() -> None:
    """For every network that the tests know."""
    keras = pytest.importorskip("keras")
    from tests.support.keras_nets import NETS

    for name, make in NETS.items():
        network = make()
        sizes = sizes_of(json.loads(network.to_json()))
        if sizes.known:
            assert sizes.parameters == network.count_params(), name
    model = keras.saving.load_model(REPO_ROOT / "models" / "yamnet_256_esc10.keras", compile=False)
    found = sizes_of(json.loads(model.to_json()))
    outputs = sum(math.prod(one.output.shape[1:]) for one in model.layers)
    assert (found.parameters, found.known) == (model.count_params(), True)
    assert found.values == outputs
