# SPDX-License-Identifier: Apache-2.0
"""``microphone/decimator.c`` on this machine, under the sanitizers, as Python calls."""

from __future__ import annotations

import ctypes
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.host.compile import UNDEFINED_BEHAVIOUR, HostBuild, compile_for_host
from generator.microphone.tables import DecimatorTables
from generator.project.render import render_files
from generator.toolchain.locate import find_cmsis_dsp

STATE_BYTES = 1024
GUARD = 0x5A5A
"""What stands in the buffer of samples behind those that may be written."""


class DecimatorLibrary:
    """One stream; undefined behaviour in it ends the process."""

    def __init__(self, tables: DecimatorTables) -> None:
        files = render_files(
            board=None,
            info=None,
            stages={"decimator": tables},
            cmsis_dsp_dir=find_cmsis_dsp(),
            folders=("microphone",),
        )
        ours = {path: text for path, text in files.items() if path.startswith("microphone/")}
        with tempfile.TemporaryDirectory(prefix="mel2metal-") as scratch:
            for path, content in ours.items():
                (Path(scratch) / path).parent.mkdir(exist_ok=True)
                (Path(scratch) / path).write_bytes(content)
            build = HostBuild(
                directory=Path(scratch),
                sources=tuple(path for path in ours if path.endswith(".c")),
                headers=tuple(path for path in ours if path.endswith(".h")),
                shared=True,
                sanitizers=UNDEFINED_BEHAVIOUR,
            )
            self._library = ctypes.CDLL(str(compile_for_host(build)))
        self._library.decimator_push.restype = ctypes.c_uint32
        self._state = (ctypes.c_uint8 * STATE_BYTES)(*([0xA5] * STATE_BYTES))
        self.reset()

    def reset(self) -> None:
        self._library.decimator_reset(self._state)

    def push(self, words: NDArray[np.int32]) -> NDArray[np.int16]:
        held = np.ascontiguousarray(words, dtype=np.int32)
        samples = np.full(len(held) // 2 + 8, GUARD, dtype=np.int16)
        written = self._library.decimator_push(
            self._state,
            ctypes.c_void_p(held.ctypes.data),
            ctypes.c_uint32(len(held)),
            ctypes.c_void_p(samples.ctypes.data),
        )
        assert np.all(samples[written:] == GUARD)
        return samples[:written].copy()
