# SPDX-License-Identifier: Apache-2.0
"""A generated project on disk: what it was made from, and how to read that back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock

from generator.errors import ToolError

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
    taps: bool
    generator_version: str
    operators: tuple[OperatorInfo, ...] = ()

    @property
    def model_sha256_bytes(self) -> bytes:
        """The hash as HELLO carries it."""
        return bytes.fromhex(self.model_sha256)


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered project."""

    directory: Path
    info: ProjectInfo


def project_lock(out_dir: Path, name: str) -> BaseFileLock:
    """Return the lock of `out_dir/<name>`: one process at a time renders or builds there.

    Taking it again within the process that holds it is allowed.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    return FileLock(out_dir / f".{name}.lock", is_singleton=True)


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
        return Project(directory, ProjectInfo(labels=labels, operators=operators, **manifest))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(
            f"{directory} holds no project of this version of mel2metal ({error})",
            "run `mel2metal firmware` first",
        ) from None
