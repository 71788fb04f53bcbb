# SPDX-License-Identifier: Apache-2.0
"""The firmware's portable C, running on this machine: the same sources, the same bits.

The whole project: front-end, listener, network and decision. One twin is for one thread.
"""

from __future__ import annotations

import ctypes
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.host.compile import (
    CACHE_DIR,
    MEMORY_ERRORS,
    UNDEFINED_BEHAVIOUR,
    HostBuild,
    compile_for_host,
)
from generator.host.frontend_twin import Frames, FrontendTwin, Samples
from generator.project.manifest import OUTPUT_DIR, Project, read_project
from generator.project.render import HOST_NETWORK
from generator.temporary import temporary_folder
from generator.wire import DETECTED_BYTES, numbers_in

PROJECT_PREFIXES = (
    *("cmsis_dsp/", "frontend/", "network/", "library/listener.c", "library/decision"),
    *("host/host_twin.c", "host/host_frontend.c"),
)


class _Sizes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("frames", "bands", "classes", "operators")]


@dataclass(frozen=True, slots=True)
class PatchOutcome:
    """One patch of a clip, as `struct listener_patch` has it (cycles have no meaning here)."""

    index: int
    first_frame: int
    gated_samples: int
    scores: Frames
    """int8 [classes]"""


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """What the firmware would answer to a clip."""

    samples: int
    gated_samples: int
    frames: Frames
    """int8 [n, bands]: those that passed the gate."""
    patches: tuple[PatchOutcome, ...]
    score_sums: NDArray[np.int32]
    """int32 [classes]"""
    decision: int
    """A class; -1 where no patch was complete, -2 where no class reached its threshold."""
    detected: tuple[int, ...]
    """The classes detected, ascending."""


class HostTwin(FrontendTwin):
    """A whole project: front-end, listener and network, with taps."""

    def __init__(self, library: Path, project: Project) -> None:
        super().__init__(library)
        self.project = project
        sizes = _Sizes()
        self._library.host_twin_sizes(ctypes.byref(sizes))
        self.frames_per_patch, self.classes = int(sizes.frames), int(sizes.classes)
        self._patch_type, self._clip_type = _listener_structures(self.classes)

    def run_clip(self, samples: Samples, piece: int = 0) -> ClipOutcome:
        """Run a clip from beginning to end, `piece` samples a push (0: all)."""
        clip = np.ascontiguousarray(samples, dtype=np.int16)
        capacity = clip.size // self.hop_samples + 1
        frames = np.zeros((capacity, self.bands), dtype=np.int8)
        patches = (self._patch_type * (capacity + 1))()
        summary = self._clip_type()
        error = self._library.host_twin_run_clip_q15(
            ctypes.c_void_p(clip.ctypes.data),
            ctypes.c_uint32(clip.size),
            ctypes.c_uint32(piece),
            ctypes.c_void_p(frames.ctypes.data),
            ctypes.c_uint32(capacity),
            patches,
            ctypes.c_uint32(capacity + 1),
            ctypes.byref(summary),
        )
        if error:
            raise RuntimeError(f"the listener returned {error}")
        return ClipOutcome(
            samples=summary.samples,
            gated_samples=summary.gated_samples,
            frames=frames[: summary.frames].copy(),
            patches=tuple(
                PatchOutcome(
                    patch.index,
                    patch.first_frame,
                    patch.gated_samples,
                    np.array(patch.scores, dtype=np.int8),
                )
                for patch in patches[: summary.patches]
            ),
            score_sums=np.array(summary.score_sums, dtype=np.int32),
            decision=summary.label,
            detected=numbers_in(bytes(summary.detected)),
        )

    def run_patch(self, frames: Frames) -> Frames:
        """Return the scores, int8 [classes], of one patch of frames, int8 [frames, bands]."""
        patch = np.ascontiguousarray(frames, dtype=np.int8)
        if patch.shape != (self.frames_per_patch, self.bands):
            wanted = (self.frames_per_patch, self.bands)
            raise ValueError(f"a patch has shape {wanted}, not {patch.shape}")
        scores = np.zeros(self.classes, dtype=np.int8)
        status = self._library.host_twin_run_patch_s8(
            ctypes.c_void_p(patch.ctypes.data), ctypes.c_void_p(scores.ctypes.data)
        )
        if status != 1:
            raise RuntimeError(f"the network returned {status} for the last frame of a patch")
        return scores

    def taps(self, frames: Frames) -> dict[int, NDArray[np.generic]]:
        """Run one patch; return every operator's output by index, in its own shape and type."""
        outputs: dict[int, NDArray[np.generic]] = {}
        try:
            for operator in self.project.info.operators:
                output = np.zeros(operator.shape, dtype=operator.dtype)
                outputs[operator.index] = output
                self._tap(operator.index, output)
            self.run_patch(frames)
            if any(operator.dtype == "float32" for operator in self.project.info.operators):
                probabilities = np.zeros(self.classes, dtype=np.float32)
                self._library.host_twin_scores_f32(ctypes.c_void_p(probabilities.ctypes.data))
            for index, output in outputs.items():
                seen = int(self._library.host_twin_tapped_bytes(ctypes.c_uint32(index)))
                if seen != output.nbytes:
                    what = f"{seen} bytes came for operator {index}, {output.nbytes} were due"
                    raise RuntimeError(what)
        finally:
            for index in outputs:
                self._tap(index, None)
        return outputs

    def _tap(self, index: int, output: NDArray[np.generic] | None) -> None:
        self._library.host_twin_tap(
            ctypes.c_uint32(index),
            ctypes.c_void_p(output.ctypes.data if output is not None else None),
            ctypes.c_uint32(output.nbytes if output is not None else 0),
        )


def build_host_twin(
    project_dir: Path, *, sanitize: bool = False, cache_dir: Path = CACHE_DIR
) -> HostTwin:
    """Compile the portable C of a generated project (release or taps: the same); then cached.

    With `sanitize`, undefined behaviour in our C aborts the process: for tests.
    Raises `ToolError` without a project in that folder, or without a C compiler.
    """
    project = read_project(project_dir)
    sanitizers = UNDEFINED_BEHAVIOUR if sanitize else ()
    build = project_build(project_dir, PROJECT_PREFIXES, shared=True, sanitizers=sanitizers)
    return HostTwin(compile_for_host(build, cache_dir), project)


def run_sanitised(
    project_dir: Path, samples: Samples, piece: int = 0, *, cache_dir: Path = CACHE_DIR
) -> subprocess.CompletedProcess[str]:
    """Run a clip in a process of its own, under AddressSanitizer and UBSan; return how it ended.

    Its output is one line: `frames 497 patches 6 decision 3 detected 3 sums -768 ...`.
    """
    read_project(project_dir)
    sanitizers = (*MEMORY_ERRORS, *UNDEFINED_BEHAVIOUR)
    prefixes = (*PROJECT_PREFIXES, "host/host_main.c")
    build = project_build(project_dir, prefixes, shared=False, sanitizers=sanitizers)
    program = compile_for_host(build, cache_dir)
    with temporary_folder() as scratch:
        clip = scratch / "clip.s16"
        clip.write_bytes(np.ascontiguousarray(samples, dtype="<i2").tobytes())
        command = [str(program), str(clip), str(piece)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def project_build(
    project_dir: Path, prefixes: tuple[str, ...], *, shared: bool, sanitizers: tuple[str, ...] = ()
) -> HostBuild:
    """What to compile of a project: the sources that begin with one of `prefixes`."""
    has_other_engine = (project_dir / HOST_NETWORK).is_dir()
    if has_other_engine:  # runs on the part alone: here the built-in network stands for it
        network = f"{HOST_NETWORK}/network/"
        prefixes = tuple(network if prefix == "network/" else prefix for prefix in prefixes)
    files = sorted(
        path.relative_to(project_dir).as_posix()
        for path in project_dir.rglob("*.[ch]")
        if path.relative_to(project_dir).parts[0] != OUTPUT_DIR
    )
    return HostBuild(
        directory=project_dir,
        sources=tuple(path for path in files if path.endswith(".c") and path.startswith(prefixes)),
        headers=tuple(path for path in files if path.endswith(".h")),
        shared=shared,
        sanitizers=sanitizers,
        first_include=HOST_NETWORK if has_other_engine else "",
    )


def _listener_structures(
    classes: int,
) -> tuple[type[ctypes.Structure], type[ctypes.Structure]]:
    """`struct listener_patch` and `struct listener_clip` of library/listener.h."""

    class Patch(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_uint32) for name in ("index", "first_frame", "gated_samples")),
            ("scores", ctypes.c_int8 * classes),
            *((f"{name}_cycles", ctypes.c_uint32) for name in ("network", "frontend", "answer")),
        ]

    class Clip(ctypes.Structure):
        _fields_ = [
            *((name, ctypes.c_uint32) for name in ("samples", "gated_samples")),
            *((name, ctypes.c_uint32) for name in ("frames", "patches")),
            ("score_sums", ctypes.c_int32 * classes),
            ("label", ctypes.c_int32),
            ("detected", ctypes.c_uint8 * DETECTED_BYTES),
        ]

    return Patch, Clip
