# SPDX-License-Identifier: Apache-2.0
"""Listening without end on this machine: a whole project, by the C of its own library.

Any project will do, one that listens or one that answers a host: what a project lacks of
`library/` is rendered from its manifest, which has the event rule.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from generator.host.compile import (
    CACHE_DIR,
    MEMORY_ERRORS,
    UNDEFINED_BEHAVIOUR,
    HostBuild,
    compile_for_host,
)
from generator.host.frontend_twin import Frames, Samples
from generator.host.twin import PROJECT_PREFIXES, HostTwin, project_build
from generator.model.event_rule import Event, EventKind
from generator.project.applications import CONTINUOUS_FILES
from generator.project.manifest import Project, read_project
from generator.project.render import render_some
from generator.temporary import temporary_folder

MAIN = "host/host_continuous_main.c"
SOURCES = tuple(path for path in CONTINUOUS_FILES if path.endswith(".c") and path != MAIN)

KINDS = (EventKind.BEGINS, EventKind.ENDS)
"""By their number in library/events.h."""

PIECE_SECONDS = 10
"""So much is pushed at a time, for the room that its answers need."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the running decision."""

    sample: int
    """Its end, in samples since the start."""
    scores: Frames | None
    """int8 [classes]; None: it was silent."""
    index: int | None = None
    """Of its patch, since the start; None: it was silent."""
    segment_begin: int | None = None
    """The first sample of the segment that it is of; None: it was silent."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of samples: all of it is in the order of its time."""

    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    frames: Frames
    """int8 [n, bands]: those that passed the gate."""


class ContinuousTwin(HostTwin):
    """A whole project that listens without end. One twin is for one thread."""

    def __init__(self, library: Path, project: Project) -> None:
        super().__init__(library, project)
        self._step_type, self._event_type, self._record_type = _structures(self.classes)
        self.begin()

    @property
    def step_samples(self) -> int:
        """Samples of a step: from one patch to the next."""
        return self.project.info.frontend.step_samples

    def begin(self, sample: int = 0, patches: int = 0) -> None:
        """Forget everything; as if so many samples of silence and patches had come before."""
        self._library.host_continuous_begin(ctypes.c_uint64(sample), ctypes.c_uint32(patches))

    def age(self, frames: int) -> None:
        """Let the counts of a segment be as if it had so many frames more: for tests."""
        self._library.host_continuous_age(ctypes.c_uint32(frames))

    @property
    def counted_frames(self) -> int:
        """Frames of the segment as the listener counts them: for tests."""
        return int(self._library.host_continuous_frames())

    @property
    def patch_frames(self) -> int:
        """Frames that the network has of its patch: for tests."""
        return int(self._library.host_continuous_patch_frames())

    def run(self, samples: Samples, piece: int = 0) -> Heard:
        """Begin, and push samples, `piece` at a time (0: many)."""
        self.begin()
        return self.push(samples, piece)

    def push(self, samples: Samples, piece: int = 0) -> Heard:
        """Take the next samples; return what came of them."""
        clip = np.ascontiguousarray(samples, dtype=np.int16)
        longest = PIECE_SECONDS * self.project.info.frontend.sample_rate_hz
        parts = [clip[at : at + longest] for at in range(0, clip.size, longest)]
        heard = [self._push(part, piece) for part in parts]
        none = np.empty((0, self.bands), dtype=np.int8)
        return Heard(
            steps=tuple(step for one in heard for step in one.steps),
            events=tuple(event for one in heard for event in one.events),
            frames=np.concatenate([none, *(one.frames for one in heard)]),
        )

    def _push(self, samples: Samples, piece: int) -> Heard:
        hops = samples.size // self.hop_samples + 1
        # A segment of at most two patches' frames may wait for its answer, and silence behind it.
        waiting = 2 * self.frames_per_patch + self.project.info.frontend.sample_rate_hz
        step_room = 2 + (samples.size + waiting * self.hop_samples) // self.step_samples
        steps = (self._step_type * step_room)()
        events = (self._event_type * (step_room * self.classes))()
        frames = np.empty((hops, self.bands), dtype=np.int8)
        record = self._record_type(
            steps=ctypes.cast(steps, ctypes.c_void_p),
            events=ctypes.cast(events, ctypes.c_void_p),
            frames=frames.ctypes.data,
            steps_capacity=len(steps),
            events_capacity=len(events),
            frames_capacity=hops,
        )
        error = self._library.host_continuous_push_q15(
            ctypes.c_void_p(samples.ctypes.data),
            ctypes.c_uint32(samples.size),
            ctypes.c_uint32(piece),
            ctypes.byref(record),
        )
        if error:
            raise RuntimeError(f"listening returned {error}")
        if record.steps_count > len(steps) or record.frames_count > hops:
            raise RuntimeError("more steps or frames came than the samples have")
        return Heard(
            steps=tuple(_step(one) for one in steps[: record.steps_count]),
            events=tuple(_event(one) for one in events[: record.events_count]),
            frames=frames[: record.frames_count].copy(),
        )


def build_continuous_twin(
    project_dir: Path, *, sanitize: bool = False, cache_dir: Path = CACHE_DIR
) -> ContinuousTwin:
    """Compile what listens without end of a generated project; seconds, then cached.

    With `sanitize`, undefined behaviour in our C aborts the process: for tests.
    Raises `ToolError` without a project in that folder, or without a C compiler.
    """
    project = read_project(project_dir)
    sanitizers = UNDEFINED_BEHAVIOUR if sanitize else ()
    with _listening_sources(project) as build:
        library = compile_for_host(replace(build, sanitizers=sanitizers), cache_dir)
    return ContinuousTwin(library, project)


def run_continuous_sanitised(
    project_dir: Path, samples: Samples, piece: int = 0, *, cache_dir: Path = CACHE_DIR
) -> subprocess.CompletedProcess[str]:
    """Listen in a process of its own, under AddressSanitizer and UBSan; return how it ended.

    Its output has a line for each step and event: `step 15808 3 -128 ...`, `silent 27328`,
    `begins 15808 3 104 15808`.
    """
    sanitizers = (*MEMORY_ERRORS, *UNDEFINED_BEHAVIOUR)
    with _listening_sources(read_project(project_dir)) as build:
        sources = (*build.sources, MAIN)
        program = compile_for_host(
            replace(build, sources=sources, shared=False, sanitizers=sanitizers), cache_dir
        )
    with temporary_folder() as scratch:
        clip = scratch / "clip.s16"
        clip.write_bytes(np.ascontiguousarray(samples, dtype="<i2").tobytes())
        command = [str(program), str(clip), str(piece)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


@contextmanager
def _listening_sources(project: Project) -> Iterator[HostBuild]:
    """The project's portable C in a folder of its own, with what it lacks to listen."""
    build = project_build(project.directory, PROJECT_PREFIXES, shared=True)
    lacking = {
        path: own.read_bytes() if (own := project.directory / path).exists() else content
        for path, content in render_some(CONTINUOUS_FILES, project.info).items()
        if path not in build.files
    }
    with temporary_folder() as scratch:
        files = {path: (project.directory / path).read_bytes() for path in build.files} | lacking
        for path, content in files.items():
            (scratch / path).parent.mkdir(parents=True, exist_ok=True)
            (scratch / path).write_bytes(content)
        yield replace(
            build,
            directory=Path(scratch),
            sources=tuple(dict.fromkeys((*build.sources, *SOURCES))),
            headers=tuple(
                dict.fromkeys((*build.headers, *(path for path in lacking if path.endswith(".h"))))
            ),
        )


def _step(given: ctypes.Structure) -> Step:
    if given.silent:
        return Step(given.sample, None)
    scores = np.array(given.scores, dtype=np.int8)
    return Step(given.sample, scores, given.index, given.segment_begin)


def _event(given: ctypes.Structure) -> Event:
    kind = KINDS[given.kind]
    return Event(kind, given.label, given.score, given.sample, given.begin_sample)


def _structures(
    classes: int,
) -> tuple[type[ctypes.Structure], type[ctypes.Structure], type[ctypes.Structure]]:
    """`struct host_step`, `struct event` and `struct host_record`."""

    class HostStep(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_uint64) for name in ("sample", "segment_begin")),
            *((name, ctypes.c_uint32) for name in ("index", "silent")),
            ("scores", ctypes.c_int8 * classes),
        ]

    class HostEvent(ctypes.Structure):
        _fields_ = [
            ("kind", ctypes.c_int),
            ("score", ctypes.c_int8),
            ("label", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("sample", "begin_sample")),
        ]

    class HostRecord(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_void_p) for name in ("steps", "events", "frames")),
            *(
                (f"{name}_{what}", ctypes.c_uint32)
                for name in ("steps", "events", "frames")
                for what in ("capacity", "count")
            ),
        ]

    return HostStep, HostEvent, HostRecord
