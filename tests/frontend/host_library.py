# SPDX-License-Identifier: Apache-2.0
"""The front-end's C functions as Python calls."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

FRONTEND_BYTES = 8192
WORKSPACE_BYTES = 4096
"""More than the structures need; what they need is the target's business."""

FrameCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int8))


class HostLibrary:
    """Typed calls into a library of `frontend_builds.build_library`."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        library.probe_log2_q24.argtypes = [ctypes.c_uint64]
        library.probe_log2_q24.restype = ctypes.c_int32
        library.probe_sqrt_q1.argtypes = [ctypes.c_uint64]
        library.probe_sqrt_q1.restype = ctypes.c_uint32
        library.gate_push_q15.restype = ctypes.c_bool
        self._workspace = (ctypes.c_uint64 * (WORKSPACE_BYTES // 8))()
        self._state = (ctypes.c_uint64 * (WORKSPACE_BYTES // 8))()

    def log2_q24(self, value: int) -> int:
        return int(self._library.probe_log2_q24(value))

    def sqrt_q1(self, value: int) -> int:
        return int(self._library.probe_sqrt_q1(value))

    def mel_frames(self, frames: NDArray[np.int16]) -> NDArray[np.int8]:
        """int8 [n, 64] of int16 frames [n, 512]."""
        inputs = np.ascontiguousarray(frames, dtype=np.int16)
        outputs = np.zeros((len(inputs), 64), dtype=np.int8)
        for samples, output in zip(inputs, outputs, strict=True):
            self._library.mel_compute_frame_s8(
                _at(samples), self._workspace, self._state, _at(output)
            )
        return outputs

    def gate(self, hops: NDArray[np.int16]) -> list[bool]:
        """Decisions of a fresh gate for int16 hops [n, 160]."""
        state = (ctypes.c_uint32 * 16)()
        self._library.gate_reset(state)
        rows = np.ascontiguousarray(hops, dtype=np.int16)
        return [bool(self._library.gate_push_q15(state, _at(hop))) for hop in rows]

    def features(
        self,
        samples: NDArray[np.int16],
        pieces: Sequence[int] = (),
        answer: Callable[[int], int] = lambda _frame: 0,
    ) -> tuple[NDArray[np.int8], list[int]]:
        """Push samples in `pieces` (the rest at once) through a fresh front-end.

        Returns the frames, int8 [n, 64], and what each push returned. `answer` gives the callback's
        result for the frame of that index.
        """
        frames: list[NDArray[np.int8]] = []

        def take(_context: int, frame: ctypes._Pointer[ctypes.c_int8]) -> int:
            frames.append(np.ctypeslib.as_array(frame, (64,)).copy())
            return answer(len(frames) - 1)

        state = (ctypes.c_uint64 * (FRONTEND_BYTES // 8))()
        ctypes.memset(state, 0xA5, FRONTEND_BYTES)
        self._library.frontend_reset(state)
        clip = np.ascontiguousarray(samples, dtype=np.int16)
        statuses, begin = [], 0
        for piece in (*pieces, max(len(clip) - sum(pieces), 0)):
            part = clip[begin : begin + piece].copy()
            begin += len(part)
            count = ctypes.c_uint32(len(part))
            statuses.append(
                int(
                    self._library.frontend_push_q15(
                        state, _at(part), count, FrameCallback(take), None
                    )
                )
            )
        return np.array(frames, dtype=np.int8).reshape(-1, 64), statuses


def _at(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
