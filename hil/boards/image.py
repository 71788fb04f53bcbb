# SPDX-License-Identifier: Apache-2.0
"""The image under test: built by the user's own command, then described by its files."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import EXIT_INPUT, Fault, InputError, ToolError
from generator.model.decision import DecisionRule
from generator.repository import REPO_ROOT
from hil.boards.elf import compiler_of
from hil.options import Options

BUILD_TIMEOUT_S = 900


@dataclass(frozen=True, slots=True)
class Firmware:
    """One image and what it was made of."""

    board: str
    project_dir: Path
    elf: Path
    hex: Path
    firmware_sha256: str
    model: Path
    model_sha256: str
    labels: tuple[str, ...]
    """As HELLO sends them; invented ones when the model has none."""

    has_labels: bool

    rule: DecisionRule
    """How the image decides a clip."""

    rule_is_the_models: bool
    """False where --threshold stands for the thresholds of the model's own settings."""

    engine: str
    taps: bool
    toolchain: str
    footprint: dict[str, Any] = field(default_factory=dict)


def build_firmware(options: Options, board: str, *, taps: bool) -> Firmware:
    """Bring the project of `board` up to date by `mel2metal firmware`, and describe it.

    Raises InputError, or ToolError where a tool failed, in the command's own words.
    """
    command = [sys.executable, "-m", "generator", "firmware", "--board", board]
    command += ["--boards-file", str(options.boards_file), "--out", str(options.build_dir)]
    command += ["--model", str(options.model)]
    if options.labels is not None:
        command += ["--labels", str(options.labels)]
    if options.threshold is not None:
        command += ["--threshold", str(options.threshold)]
    if options.cross_compile is not None:
        command += ["--cross-compile", options.cross_compile]
    if taps:
        command.append("--taps")
    project_dir = options.build_dir / (f"{board}-tap" if taps else board)
    done = subprocess.run(
        command, cwd=REPO_ROOT, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        what = f"the firmware of {board} could not be built:\n{said}"
        if done.returncode == EXIT_INPUT:
            raise InputError([Fault(f"--model {options.model.name}", what)])
        raise ToolError(what)
    return describe_firmware(project_dir, board, options)


def describe_firmware(project_dir: Path, board: str, options: Options) -> Firmware:
    """The image as it stands in `project_dir`; the hashes are taken from the files themselves."""
    out = project_dir / "out"
    image = json.loads((project_dir / "project.json").read_text(encoding="utf-8"))
    beside = options.model.with_name(f"{options.model.stem}.labels.txt")
    footprint = json.loads((project_dir / "footprint.json").read_text(encoding="utf-8"))
    return Firmware(
        board=board,
        project_dir=project_dir,
        elf=out / "mel2metal.elf",
        hex=out / "mel2metal.hex",
        firmware_sha256=_sha256(out / "mel2metal.bin"),
        model=options.model,
        model_sha256=_sha256(options.model),
        labels=tuple(image["labels"]),
        has_labels=options.labels is not None or beside.is_file(),
        rule=DecisionRule.of_plain(image["rule"]),
        rule_is_the_models=options.threshold is None,
        engine=options.engine,
        taps=bool(image["taps"]),
        toolchain=compiler_of(out / "mel2metal.elf"),
        footprint=footprint,
    )


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ToolError(f"cannot read {path}: {error.strerror}", "build the firmware") from error
