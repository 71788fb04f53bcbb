# SPDX-License-Identifier: Apache-2.0
"""The C between the bands' sums and int8 (frontend/output.h) of a record, as Python calls."""

from __future__ import annotations

import ctypes
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from generator.host.compile import UNDEFINED_BEHAVIOUR, HostBuild, compile_for_host
from generator.project.render import render_files
from generator.toolchain.locate import find_cmsis_dsp

Integers = NDArray[np.int64]

NOT_OF_OUTPUTS = (
    *("frontend.c", "gate.c", "mel.c", "window.c", "complex_transform.c", "transform.c"),
    *("filterbank.c", "filterbank_power.c"),
)


class OutputLibrary:
    """`output_frame_s8` of one front-end; undefined behaviour in it ends the process."""

    def __init__(self, tables: MelTables) -> None:
        self._tables = tables
        files = render_files(
            board=None,
            info=None,
            stages={"mel": tables},
            cmsis_dsp_dir=find_cmsis_dsp(),
            folders=("frontend",),
        )
        left_out = {f"frontend/{name}" for name in NOT_OF_OUTPUTS}
        ours = {path: text for path, text in files.items() if path.startswith("frontend/")}
        with tempfile.TemporaryDirectory(prefix="mel2metal-") as scratch:
            for path, content in ours.items():
                (Path(scratch) / path).parent.mkdir(exist_ok=True)
                (Path(scratch) / path).write_bytes(content)
            build = HostBuild(
                directory=Path(scratch),
                sources=tuple(p for p in ours if p.endswith(".c") and p not in left_out),
                headers=tuple(p for p in ours if p.endswith(".h")),
                shared=True,
                sanitizers=UNDEFINED_BEHAVIOUR,
            )
            self._library = ctypes.CDLL(str(compile_for_host(build)))

    def frames(self, sums: Integers, shifts: Integers) -> NDArray[np.int8]:
        """int8 [n, features] of a clip's sums [n, bands] and block shifts [n]."""
        state = (ctypes.c_uint8 * 4096)(*([0xA5] * 4096))
        if self._tables.pcan is not None:
            self._library.output_reset(state)
        rows = np.ascontiguousarray(sums, dtype=np.uint64)
        out = np.zeros((len(rows), self._tables.features), dtype=np.int8)
        for row, shift, frame in zip(rows, shifts, out, strict=True):
            self._library.output_frame_s8(
                state,
                ctypes.c_void_p(row.ctypes.data),
                ctypes.c_uint32(int(shift)),
                ctypes.c_void_p(frame.ctypes.data),
            )
        return out
