# SPDX-License-Identifier: Apache-2.0
"""Compile a C target from the templates, with sanitizers, for an engine; kept by content.

The firmware's static variables are put into sections of their own (`firmware_data`,
`firmware_bss`): c/state.c sets them back between two inputs, so that each begins with a part that
was just reset, and can be repeated alone.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError
from generator.project.target_flags import WARNINGS
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import compiler_environment
from tests.firmware.firmware_driver import FAKES, MEASURE, rendered_sources
from tests.fuzz.engines import SANITIZERS, Engine
from tests.support.store import digest, stored

HERE = Path(__file__).parent
C_FOLDER = HERE / "c"
ENGINE_FOLDER = HERE / "engine"
PROGRAM = "target"

FLAGS = ("-std=gnu11", "-O2", "-g", "-fno-omit-frame-pointer", "-fno-strict-aliasing")
STATE_SECTIONS = {
    "firmware_data": (".data", ".data.rel", ".data.rel.local"),
    "firmware_bss": (".bss", ".bss.dma"),
}


@dataclass(frozen=True, slots=True)
class CProgram:
    """What one target is made of."""

    sources: tuple[str, ...]
    """In `tests/fuzz/c`: the target itself, and what stands for the world around the firmware."""
    firmware: tuple[str, ...]
    """The firmware's C by its paths in a project: what coverage is measured of."""
    defines: tuple[str, ...] = ()
    wrapped: tuple[str, ...] = ()
    """Functions of the firmware whose calls go through `__wrap_<name>` of the target."""


def build_program(program: CProgram, engine: Engine, templates: Path = TEMPLATES_DIR) -> Path:
    """The compiled target; seconds where this machine has not made it yet. Raises ToolError."""
    key = _key(program, engine, templates)
    folder = stored(
        "fuzz",
        key,
        lambda scratch: _build(program, engine, templates, scratch),
        lambda: _key(program, engine, templates) == key,
    )
    return folder / PROGRAM


def _key(program: CProgram, engine: Engine, templates: Path) -> str:
    texts = rendered_sources().values()
    made_with = (engine.name, *engine.compiler, *engine.coverage, *engine.link, *SANITIZERS)
    return digest(
        templates, FAKES, C_FOLDER, ENGINE_FOLDER, Path(__file__), *texts, *made_with, repr(program)
    )


def _build(program: CProgram, engine: Engine, templates: Path, folder: Path) -> None:
    measure = templates / MEASURE.relative_to(TEMPLATES_DIR)
    shutil.copytree(measure, folder / "app", ignore=shutil.ignore_patterns("*.j2"))
    (folder / "library").mkdir()
    for path, text in rendered_sources().items():
        (folder / path).write_text(text, encoding="utf-8")
    includes = [
        f"-I{C_FOLDER / 'port_fakes'}",
        f"-I{C_FOLDER}",
        f"-I{FAKES}",
        f"-I{folder}",
        f"-I{templates}",
    ]
    common = (*engine.compiler, *FLAGS, *program.defines, *includes)
    objects = []
    for index, path in enumerate(program.firmware):
        made = folder / f"firmware{index}.o"
        source = folder / path if (folder / path).is_file() else templates / path
        _run(
            [*common, *SANITIZERS, *engine.coverage, *WARNINGS, "-c", str(source), "-o", str(made)]
        )
        _run([*_renaming(), str(made)])
        objects.append(made)
    own = [_own(name) for name in program.sources]
    if engine.is_built_in:
        own += sorted(ENGINE_FOLDER.glob("*.c"))
    for index, source in enumerate(own):
        made = folder / f"own{index}.o"
        _run([*common, *SANITIZERS, *WARNINGS, "-c", str(source), "-o", str(made)])
        objects.append(made)
    wraps = [f"-Wl,--wrap={name}" for name in program.wrapped]
    link = [*engine.compiler, *SANITIZERS, *engine.link, *wraps, *map(str, objects)]
    _run([*link, "-o", str(folder / PROGRAM)])
    for made in objects:
        made.unlink()


def _own(name: str) -> Path:
    """A source of the targets, or a stand-in that the tests of the firmware have already."""
    return C_FOLDER / name if (C_FOLDER / name).is_file() else FAKES / name


def _renaming() -> list[str]:
    objcopy = shutil.which("objcopy")
    if objcopy is None:
        raise ToolError("no program objcopy, which comes with binutils", "install binutils")
    renamed = [
        f"--rename-section={name}={target}"
        for target, names in STATE_SECTIONS.items()
        for name in names
    ]
    return [objcopy, *renamed]


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        env=compiler_environment(),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        words = "\n".join(f"    {line}" for line in done.stderr.splitlines()[:40])
        raise ToolError(f"a fuzz target does not compile ({command[-3]}):\n{words}")
