# SPDX-License-Identifier: Apache-2.0
"""Files of strangers, and the commands that are given them: what each must end in.

Small cases that were handed in lie in `cases/hostile` beside the folder ESC10_DIR; the others are
made here, one or more of each kind.
"""

from __future__ import annotations

import json
import os
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from generator.repository import REPO_ROOT
from tests.support.model_files import write_model
from tests.support.tiny_model import TINY_LABELS, tiny_model

RATE_HZ = 16_000
KERAS = REPO_ROOT / "models" / "yamnet_256_esc10.keras"


def given_folder() -> Path | None:
    """Where the cases are that were handed in."""
    sounds = os.environ.get("ESC10_DIR")
    folder = Path(sounds).parent / "cases" / "hostile" if sounds else None
    return folder if folder is not None and folder.is_dir() else None


@dataclass(frozen=True)
class Hostile:
    """A command with a file that it must refuse."""

    name: str
    make: Callable[[Path], Sequence[str]]
    """Writes the file into a folder; the words of the command."""
    said: str
    """Of its one message."""
    is_slow: bool = False
    """Whether it takes seconds: left out of `make test`."""


def _inspect(folder: Path, model: bytes, *more: str) -> list[str]:
    path = folder / "m.tflite"
    path.write_bytes(model)
    (folder / "m.frontend.yaml").write_text("preset: yamnet\n")
    return ["inspect", str(path), *more]


def _tiny(folder: Path, *more: str) -> list[str]:
    path = write_model(folder / "m.tflite", tiny_model(), TINY_LABELS)
    return ["inspect", str(path), *more]


def _on_board(folder: Path, command: str, model: bytes, *more: str) -> list[str]:
    path = write_model(folder / "m.tflite", model, TINY_LABELS)
    return [command, "--board", "u585", "--virtual", "--model", str(path), *more]


def _cut_on_board(command: str, folder: Path) -> list[str]:
    return _on_board(folder, command, tiny_model()[:1000])


def _given(name: str) -> bytes:
    folder = given_folder()
    assert folder is not None
    return (folder / name).read_bytes()


def _text(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def _one_vector() -> bytes:
    """A thousand buffers whose contents are one and the same vector of the file."""
    count, size = 1000, 400_000
    head = struct.pack("<I4s", 20, b"TFL3") + bytes(12)
    return head + bytes(count) + bytes(size)


def _wav(frames: int, rate_hz: int = RATE_HZ, cut: int = 0) -> bytes:
    data = np.random.default_rng(1).integers(-9999, 9999, frames).astype("<i2").tobytes()
    fmt = struct.pack("<HHIIHH", 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + fmt
    whole = head + b"data" + struct.pack("<I", len(data)) + data
    return whole[: len(whole) - cut]


def _sounds(folder: Path, name: str, content: bytes) -> list[str]:
    root = folder / "sounds"
    root.mkdir()
    (root / name).write_bytes(content)
    return _tiny(folder, "--sounds", str(root))


def _class_of(folder: Path, name: str, content: bytes) -> str:
    """A folder of sounds with one class."""
    (folder / "sounds" / "dog").mkdir(parents=True)
    (folder / "sounds" / "dog" / name).write_bytes(content)
    return str(folder / "sounds")


def _long_flac(folder: Path) -> list[str]:
    root = folder / "sounds"
    root.mkdir()
    with soundfile.SoundFile(root / "a.flac", "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(80):
            file.write(np.zeros(60 * RATE_HZ, np.int16))
    return _tiny(folder, "--sounds", str(root))


def _table(folder: Path, rows: str) -> list[str]:
    root = folder / "sounds"
    (root / "meta").mkdir(parents=True)
    (root / "audio").mkdir()
    (root / "meta" / "esc50.csv").write_bytes(f"filename,fold,category\n{rows}".encode())
    return _tiny(folder, "--sounds", str(root))


def _report(folder: Path, content: str) -> list[str]:
    for name in ("report.json", "details.json", "evidence.json"):
        (folder / name).write_text(content)
    return ["report", str(folder), "--no-open"]


def _keras(folder: Path, change: Callable[[dict[str, object]], None]) -> list[str]:
    """The shipped network with another configuration."""
    path = folder / "m.keras"
    with zipfile.ZipFile(KERAS) as shipped, zipfile.ZipFile(path, "w") as archive:
        for name in shipped.namelist():
            content = shipped.read(name)
            if name == "config.json":
                configuration = json.loads(content)
                change(configuration)
                content = json.dumps(configuration).encode()
            archive.writestr(name, content)
    return _quantize(folder, path)


def _quantize(folder: Path, path: Path) -> list[str]:
    return ["quantize", "--keras", str(path), "--out", str(folder / "out.tflite")]


def _wide(configuration: dict[str, object]) -> None:
    _set(configuration, "layer6_pointwise_conv", "kernel_size", [900, 900])


def _zeros(configuration: dict[str, object]) -> None:
    _set(configuration, "mel", "batch_shape", [None, 1 << 16, 1 << 10, 1])


def _lambda(configuration: dict[str, object]) -> None:
    layers = configuration["config"]["layers"]  # type: ignore[index]
    layers[2] |= {"class_name": "Lambda", "module": "keras.layers"}


def _system(configuration: dict[str, object]) -> None:
    configuration["compile_config"] = {
        "module": "os",
        "class_name": "function",
        "config": "system",
        "registered_name": "system",
    }


def _set(configuration: dict[str, object], layer: str, key: str, value: object) -> None:
    for one in configuration["config"]["layers"]:  # type: ignore[index]
        if one["config"]["name"] == layer:
            one["config"][key] = value


def _slip(folder: Path) -> list[str]:
    path = folder / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("../../outside.txt", "x")
    return _quantize(folder, path)


def _bomb(folder: Path) -> list[str]:
    path = folder / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", bytes(400 << 20))
    return _quantize(folder, path)


def _project(folder: Path, content: str) -> list[str]:
    (folder / "build" / "u585").mkdir(parents=True)
    (folder / "build" / "u585" / "project.json").write_text(content)
    return ["footprint", "--board", "u585", "--out", str(folder / "build")]


LAUGHS = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9)
)

NOISE = b"\xff\xfb\x90\0" + bytes(range(256)) * 40
"""The head of an MP3, and nothing of one."""

MADE = (
    Hostile("model-empty", lambda at: _inspect(at, b""), "not a .tflite file"),
    Hostile("model-cut", lambda at: _inspect(at, tiny_model()[:1000]), "truncated or damaged"),
    Hostile("model-name", lambda at: ["inspect", _text(at, "a\nb.tflite", tiny_model())], "U+000A"),
    *(
        Hostile(f"{command}-model", partial(_cut_on_board, command), "truncated or damaged")
        for command in ("hil", "flash", "bench", "profile", "compare", "soak")
    ),
    Hostile(
        "hil-record",
        lambda at: _on_board(at, "hil", tiny_model(), "--frontend", _text(at, "r.yaml", LAUGHS)),
        "20000",
    ),
    Hostile(
        "hil-sound",
        lambda at: _on_board(at, "hil", tiny_model(), "--sounds", _class_of(at, "a.mp3", NOISE)),
        "a.mp3",
    ),
    Hostile(
        "live-sound",
        lambda at: _on_board(at, "live", tiny_model(), "--wav", _text(at, "a.mp3", NOISE)),
        "a.mp3",
    ),
    Hostile("model-shared", lambda at: _inspect(at, _one_vector()), "fault"),
    Hostile(
        "labels-count", lambda at: _tiny(at, "--labels", _text(at, "l.txt", "a\nb\n")), "labels"
    ),
    Hostile(
        "labels-bell", lambda at: _tiny(at, "--labels", _text(at, "l.txt", "a\7\nb\nc\n")), "U+0007"
    ),
    Hostile(
        "record-laughs", lambda at: _tiny(at, "--frontend", _text(at, "r.yaml", LAUGHS)), "20000"
    ),
    Hostile(
        "record-digits",
        lambda at: _tiny(at, "--frontend", _text(at, "r.yaml", "hop: " + "9" * 5000)),
        "5000 digits",
    ),
    Hostile(
        "decision-deep",
        lambda at: (_text(at, "m.decision.yaml", "[" * 3000), _tiny(at))[1],
        "nested too deep",
    ),
    Hostile(
        "training-deep",
        lambda at: ["train", "--check", "--config", _text(at, "c.yaml", "{a: " * 3000)],
        "nested too deep",
    ),
    Hostile(
        "training-digits",
        lambda at: ["train", "--check", "--config", _text(at, "c.yaml", "seed: " + "9" * 5000)],
        "5000 digits",
    ),
    Hostile(
        "inventory-laughs",
        lambda at: ["boards", "--inventory", _text(at, "i.yaml", f"- {LAUGHS}")],
        "is not YAML",
    ),
    Hostile(
        "sound-cut", lambda at: _sounds(at, "a.wav", _wav(3000, cut=500)), "its end is missing"
    ),
    Hostile(
        "sound-rate", lambda at: _sounds(at, "a.wav", _wav(3000, 2_000_000_000)), "none of sound"
    ),
    Hostile("sound-noise", lambda at: _sounds(at, "a.mp3", NOISE), "a.mp3"),
    Hostile("sound-long", _long_flac, "is longer than", is_slow=True),
    Hostile("table-outside", lambda at: _table(at, "../../x.wav,1,dog\n"), "leads out of"),
    Hostile("table-digits", lambda at: _table(at, f"x.wav,{'9' * 5000},dog\n"), "is no number"),
    Hostile("table-quote", lambda at: _table(at, 'x.wav,1,"dog\ny.wav,1,rain\n'), "CSV"),
    Hostile("report-null", lambda at: _report(at, "null"), "fault"),
    Hostile("report-deep", lambda at: _report(at, "[" * 100_000), "fault"),
    Hostile("project-null", lambda at: _project(at, "null"), "holds no project"),
    Hostile("keras-wide", lambda at: _keras(at, _wide), "parameters"),
    Hostile("keras-zeros", lambda at: _keras(at, _zeros), "values in the outputs"),
    Hostile("keras-lambda", lambda at: _keras(at, _lambda), "which is not run"),
    Hostile("keras-system", lambda at: _keras(at, _system), "of module os"),
    Hostile("keras-slip", _slip, "leads out of the archive"),
    Hostile("keras-bomb", _bomb, "times its own size", is_slow=True),
    Hostile(
        "keras-cut",
        lambda at: _quantize(at, Path(_text(at, "m.keras", KERAS.read_bytes()[:9000]))),
        "complete Keras model",
    ),
    Hostile(
        "keras-text",
        lambda at: _quantize(at, Path(_text(at, "m.keras", "x"))),
        "complete Keras model",
    ),
)

GIVEN = (
    Hostile("given-scale", lambda at: _inspect(at, _given("scale_3e38.tflite")), "scale of 3e+38"),
    Hostile("given-mp3", lambda at: _sounds(at, "bad.mp3", _given("bad_75.mp3")), "bad.mp3"),
    Hostile(
        "given-deep",
        lambda at: _tiny(at, "--frontend", _text(at, "r.yaml", _given("deep.yaml"))),
        "nested too deep",
    ),
    Hostile(
        "given-digits",
        lambda at: _tiny(at, "--frontend", _text(at, "r.yaml", _given("hugeint.yaml"))),
        "r.yaml",
    ),
    Hostile(
        "given-laughs",
        lambda at: _tiny(at, "--frontend", _text(at, "r.yaml", _given("laughs.yaml"))),
        "20000",
    ),
    Hostile(
        "given-laughs-small",
        lambda at: _tiny(at, "--frontend", _text(at, "r.yaml", _given("laughs_small.yaml"))),
        "r.yaml",
    ),
    Hostile(
        "given-laughs-boards",
        lambda at: _tiny(at, "--boards-file", _text(at, "b.yaml", _given("laughs.yaml"))),
        "b.yaml",
    ),
    Hostile(
        "given-laughs-training",
        lambda at: ["train", "--config", _text(at, "c.yaml", _given("laughs.yaml"))],
        "20000",
    ),
    Hostile(
        "given-labels-control",
        lambda at: _tiny(at, "--labels", _text(at, "l.txt", _given("labels_control.txt"))),
        "U+0007",
    ),
    Hostile(
        "given-labels-html",
        lambda at: _tiny(at, "--labels", _text(at, "l.txt", _given("labels_html.txt"))),
        "labels, but the model has 3",
    ),
    Hostile(
        "given-labels-dollar",
        lambda at: _tiny(at, "--labels", _text(at, "l.txt", _given("labels_dollar.txt"))),
        "labels, but the model has 3",
    ),
    Hostile(
        "given-model",
        lambda at: ["inspect", _text(at, "tn_0.tflite", _given("tn_0.tflite"))],
        "front-end",
    ),
)
"""Two of the labels files are no fault by themselves: here they are of another model."""

FEW = {
    "model-cut",
    "hil-model",
    "hil-sound",
    "live-sound",
    "record-laughs",
    "sound-noise",
    "table-quote",
    "report-deep",
    "keras-wide",
}
"""One of each kind, for `make test`."""
