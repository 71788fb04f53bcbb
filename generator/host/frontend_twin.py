# SPDX-License-Identifier: Apache-2.0
"""The firmware's front-end alone, running on this machine: for training, before a network exists.

A twin is loaded as a private copy of its library: several twins live in one process without
sharing static memory. One twin is for one thread.
"""

from __future__ import annotations

import ctypes
import shutil
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import make_mel_tables
from generator.frontend.record import FrontendRecord
from generator.host.compile import CACHE_DIR, UNDEFINED_BEHAVIOUR, HostBuild, compile_for_host
from generator.project.render import render_files
from generator.temporary import temporary_folder
from generator.toolchain.locate import find_cmsis_dsp

FRONTEND_FOLDERS = ("cmsis_dsp", "frontend", "host")
FRONTEND_PREFIXES = ("cmsis_dsp/", "frontend/", "host/host_frontend.c")

Samples = NDArray[np.int16]
Frames = NDArray[np.int8]


class FrontendTwin:
    """The front-end alone: silence gate and mel, as the firmware computes them."""

    def __init__(self, library: Path) -> None:
        self._library = _load_private_copy(library)
        self._features = self._library.host_frontend_features_s8
        self._features.restype = ctypes.c_int32
        self._features.argtypes = [
            np.ctypeslib.ndpointer(np.int16, flags="C"),
            ctypes.c_uint32,
            np.ctypeslib.ndpointer(np.int8, flags="C"),
            ctypes.c_uint32,
        ]

    @cached_property
    def bands(self) -> int:
        """Values in a frame."""
        self._library.host_frontend_bands.restype = ctypes.c_uint32
        return int(self._library.host_frontend_bands())

    @cached_property
    def hop_samples(self) -> int:
        """From frame to frame."""
        self._library.host_frontend_hop_samples.restype = ctypes.c_uint32
        return int(self._library.host_frontend_hop_samples())

    def features(self, samples: Samples) -> Frames:
        """Return the frames, int8 [n, bands], that pass the gate in a clip."""
        clip = np.ascontiguousarray(samples, dtype=np.int16)
        capacity = clip.size // self.hop_samples + 1
        frames = np.empty((capacity, self.bands), dtype=np.int8)
        count = self._features(clip, clip.size, frames, capacity)
        if count < 0:
            raise RuntimeError("the front-end gave more frames than the samples have hops")
        return frames[:count].copy()


def frontend_files(record: FrontendRecord, scale: float, zero_point: int) -> dict[str, bytes]:
    """C sources and headers of the record's front-end for this machine, by path.

    Raises `InputError` for a quantisation that the front-end cannot serve, `ToolError` without
    CMSIS-DSP.
    """
    files = render_files(
        board=None,
        info=None,
        stages={"mel": make_mel_tables(record, scale, zero_point)},
        cmsis_dsp_dir=find_cmsis_dsp(),
        folders=FRONTEND_FOLDERS,
    )
    return {
        path: content
        for path, content in files.items()
        if path.endswith(".h") or (path.endswith(".c") and path.startswith(FRONTEND_PREFIXES))
    }


def build_frontend_twin(
    record: FrontendRecord,
    scale: float,
    zero_point: int,
    *,
    sanitize: bool = False,
    cache_dir: Path = CACHE_DIR,
) -> FrontendTwin:
    """Compile the record's front-end for a model input of this quantisation; seconds, then cached.

    With `sanitize`, undefined behaviour in our C aborts the process: for tests.
    Raises `InputError` for a quantisation that the front-end cannot serve, `ToolError` without
    compiler or CMSIS-DSP.
    """
    chosen = frontend_files(record, scale, zero_point)
    with temporary_folder() as scratch:
        for path, content in chosen.items():
            (scratch / path).parent.mkdir(parents=True, exist_ok=True)
            (scratch / path).write_bytes(content)
        build = HostBuild(
            directory=scratch,
            sources=tuple(path for path in chosen if path.endswith(".c")),
            headers=tuple(path for path in chosen if path.endswith(".h")),
            shared=True,
            sanitizers=UNDEFINED_BEHAVIOUR if sanitize else (),
        )
        return FrontendTwin(compile_for_host(build, cache_dir))


def _load_private_copy(library: Path) -> ctypes.CDLL:
    with temporary_folder() as scratch:
        copy = shutil.copy(library, scratch / library.name)
        return ctypes.CDLL(str(copy))
