# SPDX-License-Identifier: Apache-2.0
"""A generated project on disk: what it was made from, and how to read that back."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock

from generator.errors import ToolError
from generator.model.decision import DecisionRule, describe_rule

MANIFEST_FILE = "project.json"
FOOTPRINT_FILE = "footprint.json"
OUTPUT_DIR = "out"
IMAGE_NAME = "mel2metal"


@dataclass(frozen=True, slots=True)
class OperatorInfo:
    """An operator's output, as taps deliver it."""

    index: int
    kind: str
    name: str
    dtype: str
    """numpy's name: int8 or float32."""
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What the project is called and what it was made from; stands in its project.json."""

    name: str
    model_name: str
    model_sha256: str
    labels: tuple[str, ...]
    rule: DecisionRule
    taps: bool
    generator_version: str
    operators: tuple[OperatorInfo, ...] = ()

    @property
    def rule_text(self) -> str:
        """How a clip is decided, in words."""
        return describe_rule(self.rule, self.labels)

    @property
    def model_sha256_bytes(self) -> bytes:
        """The hash as HELLO carries it."""
        return bytes.fromhex(self.model_sha256)


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered project."""

    directory: Path
    info: ProjectInfo


def check_writable(out_dir: Path) -> None:
    """Raise `ToolError` if `out_dir` is no folder, or none that can be made or written to."""
    existing = next(path for path in (out_dir, *out_dir.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise ToolError(f"{existing} is a file, no folder", "name a folder with --out")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ToolError(
            f"{existing} cannot be written to",
            "name another folder with --out, or change its permissions",
        )


def project_lock(out_dir: Path, name: str) -> BaseFileLock:
    """Return the lock of `out_dir/<name>`: one process at a time renders or builds there.

    Taking it again within the process that holds it is allowed. Raises `ToolError` where nothing
    can be written.
    """
    check_writable(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    return FileLock(out_dir / f".{name}.lock", is_singleton=True)


def swap_in(fresh: Path, directory: Path, old: Path, kept: Sequence[str] = ()) -> None:
    """Put `fresh` in the place of `directory`, which goes to `old` except for what is `kept`.

    All three lie on one file system. If it fails, `directory` is what it was.
    """
    if not directory.exists():
        fresh.rename(directory)
        return
    directory.rename(old)
    try:
        fresh.rename(directory)
    except OSError:
        old.rename(directory)
        raise
    for name in kept:
        if (old / name).exists():
            (old / name).rename(directory / name)


def read_project(directory: Path) -> Project:
    """Return the project that stands in `directory`; `ToolError` if there is none."""
    try:
        manifest = json.loads((directory / MANIFEST_FILE).read_text(encoding="utf-8"))
        manifest.pop("board")
        operators = tuple(
            OperatorInfo(**{**operator, "shape": tuple(operator["shape"])})
            for operator in manifest.pop("operators")
        )
        labels = tuple(manifest.pop("labels"))
        rule = DecisionRule.of_plain(manifest.pop("rule"))
        info = ProjectInfo(labels=labels, rule=rule, operators=operators, **manifest)
        return Project(directory, info)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(
            f"{directory} holds no project of this version of mel2metal ({error})",
            "run `mel2metal firmware` first",
        ) from None
