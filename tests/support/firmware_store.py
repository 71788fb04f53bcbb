# SPDX-License-Identifier: Apache-2.0
"""Built firmware, kept by all that it is made from (tests/support/store.py)."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from generator.actions import actions_path
from generator.boards.record import BoardSpec
from generator.firmware import Firmware, make_firmware
from generator.frontend.record_file import frontend_path
from generator.frontend.transform_tables import CMSIS_DSP_HEADERS, CMSIS_DSP_SOURCES
from generator.model.decision_file import settings_path
from generator.network import read_network
from generator.project.applications import MEASURE, Application
from generator.repository import REPO_ROOT, TEMPLATES_DIR
from generator.toolchain.locate import Toolchain, find_cmsis_dsp, find_toolchain
from tests.support.kept_objects import kept_objects
from tests.support.model_files import write_model
from tests.support.store import digest, stored
from tests.support.tiny_model import TINY_LABELS, tiny_model

LIBRARIES = ("jinja2", "numpy", "pydantic", "pyelftools", "PyYAML", "tflite")
"""Those whose results go into an image, or into its footprint."""

FIRMWARE_FILE = "firmware.pickle"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the code lies that makes an image."""

    generator: Path = REPO_ROOT / "generator"
    templates: Path = TEMPLATES_DIR

    def digest(self) -> str:
        """Of every file, and of what they take from elsewhere."""
        cmsis = [find_cmsis_dsp() / name for name in (*CMSIS_DSP_HEADERS, *CMSIS_DSP_SOURCES)]
        versions = [f"{name}={version(name)}" for name in LIBRARIES]
        parts: list[Path | str] = [self.generator, self.templates, *cmsis, *versions]
        return digest(*parts)


_AT_START = Sources().digest()
"""Before a test imports or renders anything: what belongs together if nothing has changed since."""


def firmware_key(
    board: BoardSpec,
    model: Path,
    toolchain: Toolchain,
    *,
    taps: bool = False,
    application: Application = MEASURE,
    sources: str = _AT_START,
) -> str:
    """The key of an image: its model with what stands beside it, its board, all code, the compiler.

    The compiler is told apart by its name for itself and by its files' sizes.
    """
    labels = model.with_name(f"{model.stem}.labels.txt")
    beside = (labels, settings_path(model), frontend_path(model), actions_path(model))
    parts: list[str | bytes] = [model.name, model.read_bytes()]
    parts += [path.read_bytes() if path.is_file() else b"none" for path in beside]
    parts += [board.model_dump_json(), f"taps={taps}", toolchain.description, sources]
    parts += [application.name, *application.files, *application.files.values()]
    parts += [f"{path} {path.stat().st_size}" for path in (toolchain.gcc, toolchain.objcopy)]
    return digest(*parts)


def stored_firmware(
    board: BoardSpec,
    model: Path,
    *,
    toolchain: Toolchain | None = None,
    taps: bool = False,
    application: Application = MEASURE,
) -> Firmware:
    """The firmware of a model with all that stands beside it; built where no one has built it.

    For reading: a test that changes or builds something there works on a copy.
    Raises what `read_network` and `make_firmware` raise.
    """
    chosen = toolchain or find_toolchain()

    def make(folder: Path) -> None:
        network = read_network(model)
        with kept_objects():
            made = make_firmware(
                *(board, network, chosen), out_dir=folder, taps=taps, application=application
            )
        (folder / FIRMWARE_FILE).write_bytes(pickle.dumps(made))

    key = firmware_key(board, model, chosen, taps=taps, application=application)
    folder = stored("firmware", key, make, lambda: Sources().digest() == _AT_START)
    made: Firmware = pickle.loads((folder / FIRMWARE_FILE).read_bytes())
    project_dir = folder / made.image.project_dir.name
    return Firmware(replace(made.image, project_dir=project_dir), made.footprint)


def write_tiny_model(folder: Path) -> Path:
    """`tiny.tflite` with its labels and its front-end's record in a folder."""
    return write_model(folder / "tiny.tflite", tiny_model(), TINY_LABELS)
