# SPDX-License-Identifier: Apache-2.0
"""A generated project on disk: what it was made from, and how to read that back."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from generator.bounded_json import check_numbers
from generator.engines.engine import BUILTIN
from generator.errors import ToolError
from generator.frontend.describe import describe_record
from generator.frontend.framing import samples_for
from generator.frontend.record import FrontendRecord
from generator.locks import hold_file
from generator.model.arrangement import Arrangement
from generator.model.decision import DecisionRule, describe_rule
from generator.model.event_rule import NO_EVENTS, EventRule, describe_events
from generator.model.labels import class_identifiers
from generator.model.patches import PatchRule
from generator.project import names
from generator.project.applications import MEASURE

MANIFEST_FILE = "project.json"
FOOTPRINT_FILE = names.FOOTPRINT_FILE
OUTPUT_DIR = names.OUTPUT_DIR
IMAGE_NAME = names.IMAGE_NAME

ASSEMBLY, PORTABLE = "assembly", "portable"
"""Which of a kernel's two sources runs on the part."""


@dataclass(frozen=True, slots=True)
class OperatorInfo:
    """An operator's output, as taps deliver it."""

    index: int
    kind: str
    name: str
    dtype: str
    """numpy's name: int8 or float32."""
    shape: tuple[int, ...]
    arrangement: Arrangement | None = None
    """How the file has it, where that is otherwise."""


FRONTEND_HASH_BYTES = 4
"""So much of a record's SHA-256 is in HELLO: enough to tell two front-ends apart."""


@dataclass(frozen=True, slots=True)
class FrontendInfo:
    """The front-end of an image, and what follows from it for whoever plays sounds to it."""

    name: str
    record: FrontendRecord
    sha256: str
    """Of the record's canonical JSON."""

    sample_rate_hz: int
    hop_samples: int
    frame_samples: int
    """Samples of a frame, zeros of the transform not counted."""

    features: int
    """Values of a frame."""

    patch_frames: int
    overlap_frames: int

    @classmethod
    def of(cls, record: FrontendRecord, patches: PatchRule) -> FrontendInfo:
        """What a record says, with the patches of the model that it belongs to."""
        return cls(
            name=record.name,
            record=record,
            sha256=record.sha256,
            sample_rate_hz=record.sample_rate_hz,
            hop_samples=record.hop_samples,
            frame_samples=record.frame_samples,
            features=record.features,
            patch_frames=patches.frames,
            overlap_frames=patches.overlap,
        )

    @property
    def patches(self) -> PatchRule:
        """How a clip's frames become patches."""
        return PatchRule(self.patch_frames, self.overlap_frames)

    def samples_of(self, patches: int) -> int:
        """Samples of the shortest clip with so many patches, where the silence gate drops none."""
        frames = self.patch_frames + (patches - 1) * self.patches.step
        return samples_for(self.record, frames)

    @property
    def patch_samples(self) -> int:
        """Samples from a patch's first to its last, zeros beside the clip counted."""
        return (self.patch_frames - 1) * self.hop_samples + self.frame_samples

    @property
    def patch_ms(self) -> float:
        """The same as time."""
        return 1e3 * self.patch_samples / self.sample_rate_hz

    @property
    def step_samples(self) -> int:
        """Samples from one patch to the next."""
        return self.patches.step * self.hop_samples

    @property
    def step_ms(self) -> float:
        """The same as time: what front-end and network have for one patch."""
        return 1e3 * self.step_samples / self.sample_rate_hz

    @property
    def hash_bytes(self) -> bytes:
        """As HELLO carries it."""
        return bytes.fromhex(self.sha256)[:FRONTEND_HASH_BYTES]

    @property
    def text(self) -> str:
        """The record in one line."""
        return describe_record(self.record)

    @property
    def patches_text(self) -> str:
        """Return "96 frames, 982 ms; one every 72 frames, 720 ms"."""
        return (
            f"{self.patch_frames} frames, {self.patch_ms:.0f} ms; "
            f"one every {self.patches.step} frames, {self.step_ms:.0f} ms"
        )


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """What the project is called and what it was made from: the content of its project.json.

    The labels, the rule, the model's hash and the taps of an image are read here, and nowhere else.
    """

    board: str
    name: str
    model_name: str
    model_sha256: str
    labels: tuple[str, ...]
    rule: DecisionRule
    taps: bool
    generator_version: str
    frontend: FrontendInfo
    operators: tuple[OperatorInfo, ...] = ()
    """Those that the taps show."""
    patch: Arrangement | None = None
    """How the file has its input, where that is not frame by frame."""
    engine: str = BUILTIN
    """As HELLO carries it: with its version, if it has one."""
    portable_kernels: bool = False
    """The kernels' portable twins run on the part as well, in place of the assembly."""
    application: str = MEASURE.name
    """What is in app/: measure, monitor, or the name of the user's folder."""
    events: EventRule = NO_EVENTS
    """When a class begins and ends in sound without end."""

    @property
    def arrangements(self) -> dict[int, Arrangement]:
        """How the file has the outputs of operators that it has otherwise, by their index."""
        found = ((one.index, one.arrangement) for one in self.operators)
        return {index: arrangement for index, arrangement in found if arrangement}

    @property
    def rule_text(self) -> str:
        """How a clip is decided, in words."""
        return describe_rule(self.rule, self.labels)

    @property
    def events_text(self) -> str:
        """When a class begins and ends in sound without end, in words."""
        return describe_events(self.events, self.labels, self.frontend.step_ms / 1e3)

    @property
    def class_constants(self) -> tuple[str, ...]:
        """The name of each class in C, as in M2M_CLASS_DOG."""
        return tuple(f"M2M_CLASS_{name}" for name in class_identifiers(self.labels))

    @property
    def labels_bytes(self) -> int:
        """All labels in UTF-8 with line feeds between them, as HELLO carries them."""
        return len("\n".join(self.labels).encode("utf-8"))

    @property
    def model_sha256_bytes(self) -> bytes:
        """The hash as HELLO carries it."""
        return bytes.fromhex(self.model_sha256)


@dataclass(frozen=True, slots=True)
class Project:
    """A rendered project."""

    directory: Path
    info: ProjectInfo


def project_name(
    board: str,
    *,
    taps: bool,
    engine: str = BUILTIN,
    portable_kernels: bool = False,
    application: str = MEASURE.name,
) -> str:
    """The folder of a board's project: each application, engine and variant has its own."""
    parts = [board]
    parts += [application] if application != MEASURE.name else []
    parts += [engine] if engine != BUILTIN else []
    parts += ["portable"] if portable_kernels else []
    parts += ["tap"] if taps else []
    return "-".join(parts)


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


def project_lock(out_dir: Path, name: str) -> AbstractContextManager[None]:
    """Return the lock of `out_dir/<name>`: one process at a time renders or builds there.

    Who has to wait is told for whom. Taking it again within the process that holds it is allowed.
    Raises `ToolError` where nothing can be written.
    """
    check_writable(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    return hold_file(out_dir / f".{name}.lock", str(out_dir / name), again=True)


def read_project(directory: Path) -> Project:
    """The project in `directory`, from its project.json: the only reader of that file.

    Raises `ToolError` if there is none, or one that is damaged or of another version.
    """
    try:
        content = (directory / MANIFEST_FILE).read_bytes()
        info = _adapter().validate_json(content, strict=True, extra="forbid")
        check_numbers(content)
    except OSError as error:
        raise _not_a_project(directory, error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(key) for key in first["loc"])
        what = ": ".join(part for part in (MANIFEST_FILE, place, first["msg"]) if part)
        raise _not_a_project(directory, what) from None
    except ValueError as error:
        raise _not_a_project(directory, f"{MANIFEST_FILE}: {error}") from None
    if len(info.rule.thresholds) != len(info.labels):
        what = f"{len(info.rule.thresholds)} thresholds for {len(info.labels)} labels"
        raise _not_a_project(directory, f"{MANIFEST_FILE}: {what}")
    if info.rule.other is not None and not 0 <= info.rule.other < len(info.labels):
        raise _not_a_project(directory, f"{MANIFEST_FILE}: no class {info.rule.other}")
    if len(info.events.classes) != len(info.labels):
        what = f"events of {len(info.events.classes)} classes for {len(info.labels)} labels"
        raise _not_a_project(directory, f"{MANIFEST_FILE}: {what}")
    said = info.frontend
    if said != FrontendInfo.of(said.record, said.patches):
        raise _not_a_project(directory, f"{MANIFEST_FILE}: frontend: not what its record says")
    return Project(directory, info)


def manifest_content(info: ProjectInfo) -> dict[str, Any]:
    """The content of project.json, as `read_project` reads it."""
    plain: dict[str, Any] = _adapter().dump_python(info, mode="json")
    return plain


@cache
def _adapter() -> TypeAdapter[ProjectInfo]:
    return TypeAdapter(ProjectInfo)


def _not_a_project(directory: Path, why: str) -> ToolError:
    return ToolError(
        f"{directory} holds no project of this version of mel2metal ({why})",
        "run `mel2metal firmware` first",
    )
