# SPDX-License-Identifier: Apache-2.0
"""The image under test: built by the user's own command, then described by its files."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.bounded_json import load_json
from generator.engines.engine import BUILTIN
from generator.errors import EXIT_INPUT, Fault, InputError, ToolError
from generator.model.labels import labels_path
from generator.notices import is_notice
from generator.project.applications import MEASURE, Application
from generator.project.manifest import (
    FOOTPRINT_FILE,
    IMAGE_NAME,
    OUTPUT_DIR,
    PORTABLE,
    Project,
    project_name,
    read_project,
)
from hil.boards.elf import compiler_of
from hil.boards.memory_map import PlacedSection, read_placed_sections
from hil.options import Options

BUILD_TIMEOUT_S = 900
STEDGEAI_TIMEOUT_S = 2700
"""The same where ST's tool runs first, which has its own limit."""


@dataclass(frozen=True, slots=True)
class BuiltImage:
    """One image, the project that it was built from, and what project.json does not say."""

    project: Project
    elf: Path
    firmware_sha256: str
    model: Path
    has_labels: bool
    """False where the model has no labels: those of the project are invented."""

    rule_is_the_models: bool
    """False where --threshold stands for the thresholds of the model's own settings."""

    engine: str
    toolchain: str
    footprint: dict[str, Any] = field(default_factory=dict)
    """The content of footprint.json."""
    placed: tuple[PlacedSection, ...] = ()
    """What the image puts where, by address."""

    @property
    def hex(self) -> Path:
        """The file to flash."""
        return self.elf.with_suffix(".hex")


def build_image(
    options: Options,
    board: str,
    *,
    taps: bool,
    application: Application = MEASURE,
    on_notice: Callable[[str], None] = lambda line: None,
) -> BuiltImage:
    """Bring the project of `board` up to date by `mel2metal firmware`, and describe it.

    `on_notice` gets what the user must know at once: that it waits for another process, and where
    files of theirs were moved to.
    Raises InputError, or ToolError where a tool failed, in the command's own words.
    """
    command = [sys.executable, "-P", "-m", "generator", "firmware", "--board", board]
    command += ["--boards-file", str(options.boards_file), "--out", str(options.build_dir)]
    command += ["--model", str(options.model)]
    if options.labels is not None:
        command += ["--labels", str(options.labels)]
    if options.frontend is not None:
        command += ["--frontend", options.frontend]
    if options.threshold is not None:
        command += ["--threshold", str(options.threshold)]
    if options.cross_compile is not None:
        command += ["--cross-compile", options.cross_compile]
    if taps:
        command.append("--taps")
    if application.name != MEASURE.name:
        command += ["--app", str(application.folder or application.name)]
        if application.actions_file is not None:
            command += ["--actions", str(application.actions_file)]
    command += ["--optimise", options.optimise, "--kernels", options.kernels]
    command += ["--engine", options.engine]
    if options.stedgeai is not None:
        command += ["--stedgeai", options.stedgeai]
    if options.c_api is not None:
        command += ["--c-api", options.c_api]
    if options.force_build:
        command.append("--force")
    project_dir = options.build_dir / project_name(
        board,
        taps=taps,
        engine=options.engine,
        portable_kernels=options.kernels == PORTABLE,
        application=application.name,
    )
    timeout_s = BUILD_TIMEOUT_S if options.engine == BUILTIN else STEDGEAI_TIMEOUT_S
    done = run_build(command, timeout_s, on_notice)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        what = f"the firmware of {board} could not be built:\n{said}"
        if done.returncode == EXIT_INPUT:
            where = f"--app {application.name}" if application.is_users else ""
            raise InputError([Fault(where or f"--model {options.model.name}", what)])
        raise ToolError(what)
    return describe_image(project_dir, options)


def run_build(
    command: Sequence[str], timeout_s: float, on_notice: Callable[[str], None]
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; notices are passed on as they come, the rest is returned."""
    errors: list[str] = []
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
        subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stderr is not None
        timer = threading.Timer(timeout_s, process.kill)
        timer.start()
        try:
            for line in process.stderr:
                if is_notice(line):
                    on_notice(line.rstrip("\n"))
                else:
                    errors.append(line)
            process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            has_time = timer.is_alive()
            timer.cancel()
        output.seek(0)
        said = output.read()
    if not has_time:
        what = f"the firmware was not built within {timeout_s:g} s"
        raise ToolError(what, "run `make firmware` to see where it stops, then run again")
    return subprocess.CompletedProcess(command, process.returncode, said, "".join(errors))


def describe_image(project_dir: Path, options: Options) -> BuiltImage:
    """The image as it is in `project_dir`; the hashes are taken from the files themselves.

    Raises ToolError where project.json or footprint.json is damaged, a file is missing, or the
    project was made from another model than that of the options.
    """
    project = read_project(project_dir)
    elf = project_dir / OUTPUT_DIR / f"{IMAGE_NAME}.elf"
    if _sha256(options.model) != project.info.model_sha256:
        what = f"{project_dir} was made from another model than {options.model}"
        raise ToolError(what, "leave the model alone while its firmware is built, and run again")
    return BuiltImage(
        project=project,
        elf=elf,
        firmware_sha256=_sha256(elf.with_suffix(".bin")),
        model=options.model,
        has_labels=options.labels is not None or labels_path(options.model).is_file(),
        rule_is_the_models=options.threshold is None,
        engine=project.info.engine,
        toolchain=compiler_of(elf),
        footprint=_read_footprint(project_dir / FOOTPRINT_FILE),
        placed=read_placed_sections(elf),
    )


def _read_footprint(path: Path) -> dict[str, Any]:
    try:
        content = load_json(path.read_text(encoding="utf-8"))
        dict(content["network"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"cannot read {path}: {error}", "build the firmware") from error
    return dict(content)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ToolError(f"cannot read {path}: {error.strerror}", "build the firmware") from error
