# SPDX-License-Identifier: Apache-2.0
"""The listener over a network that only remembers: what it was given, what it answered."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAMES, BANDS, CLASSES = 96, 64, 3
PUSH_CYCLES = 1000
LISTENER_BYTES = 16384


class FakeNetwork(ctypes.Structure):
    """`struct fake_network`."""

    _fields_ = [
        ("next_scores", ctypes.c_int8 * CLASSES * 4),
        *((name, ctypes.c_uint32) for name in ("refuse_push", "cycles", "begun", "filled")),
        *((name, ctypes.c_uint32) for name in ("pushes", "patches")),
        ("scores", ctypes.c_int8 * CLASSES),
        ("patch", ctypes.c_int8 * BANDS * FRAMES),
        ("history", ctypes.c_int8 * BANDS * FRAMES * 8),
    ]


class Patch(ctypes.Structure):
    """`struct listener_patch`."""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("index", "first_frame", "gated_samples")),
        ("scores", ctypes.c_int8 * CLASSES),
        *((f"{name}_cycles", ctypes.c_uint32) for name in ("network", "frontend", "answer")),
    ]


class Clip(ctypes.Structure):
    """`struct listener_clip`."""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("samples", "gated_samples", "frames", "patches")),
        ("score_sums", ctypes.c_int32 * CLASSES),
        ("decision", ctypes.c_int32),
        ("detected", ctypes.c_uint8 * 32),
    ]


FrameEvent = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int8))
PatchEvent = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Patch))
NetworkEvent = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_bool)


class Events(ctypes.Structure):
    """`struct listener_events`."""

    _fields_ = [
        ("context", ctypes.c_void_p),
        ("on_frame", FrameEvent),
        ("on_patch", PatchEvent),
        ("on_network", NetworkEvent),
    ]


@dataclass(frozen=True)
class Heard:
    """What came of one clip."""

    statuses: list[int]
    """Of each push, then of the end."""
    frames: NDArray[np.int8]
    """int8 [n, 64], from on_frame."""
    patches: list[Patch]
    clip: Clip
    given: NDArray[np.int8]
    """int8 [patches, 96, 64]: what the network was given for each complete patch."""
    pushes: int
    network_begins: list[bool]
    """Of each call of on_network, whether the network's work begins."""


def hear(
    library: ctypes.CDLL,
    pieces: Iterable[NDArray[np.int16]],
    scores: Sequence[Sequence[int]] = ((1, 2, 3),),
    refuse_push: int = 0,
    events: bool = True,
) -> Heard:
    """Play pieces of a clip to a fresh listener; patch i gets scores[i % len(scores)]."""
    fake = FakeNetwork.in_dll(library, "fake")
    library.fake_begin()
    for row in range(4):
        fake.next_scores[row][:] = list(scores[row % len(scores)])
    fake.refuse_push = refuse_push
    frames: list[NDArray[np.int8]] = []
    patches: list[Patch] = []
    network_begins: list[bool] = []

    def on_frame(_context: int, frame: ctypes._Pointer[ctypes.c_int8]) -> None:
        frames.append(np.ctypeslib.as_array(frame, (BANDS,)).copy())

    def on_patch(_context: int, patch: ctypes._Pointer[Patch]) -> None:
        patches.append(Patch.from_buffer_copy(patch.contents))

    def on_network(_context: int, begins: bool) -> None:
        network_begins.append(begins)

    state = (ctypes.c_uint64 * (LISTENER_BYTES // 8))()
    ctypes.memset(state, 0xA5, LISTENER_BYTES)
    listeners = Events()
    if events:
        listeners = Events(
            None, FrameEvent(on_frame), PatchEvent(on_patch), NetworkEvent(on_network)
        )
    library.listener_begin(state, ctypes.byref(listeners))
    statuses = []
    for piece in pieces:
        samples = np.ascontiguousarray(piece, dtype=np.int16)
        address = ctypes.c_void_p(samples.ctypes.data)
        count = ctypes.c_uint32(len(samples))
        statuses.append(int(library.listener_push_q15(state, address, count)))
    clip = Clip()
    statuses.append(int(library.listener_end(state, ctypes.byref(clip))))
    return Heard(
        statuses=statuses,
        frames=np.array(frames, dtype=np.int8).reshape(-1, BANDS),
        patches=patches,
        clip=clip,
        given=np.array(fake.history, dtype=np.int8)[: fake.patches],
        pushes=int(fake.pushes),
        network_begins=network_begins,
    )
