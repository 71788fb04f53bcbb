# SPDX-License-Identifier: Apache-2.0
"""Answers that come in pieces, put together; a piece out of place is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from generator.wire.messages import Features, Tap
from hil.link.errors import RefusedError


def join_features(pieces: Sequence[Features], bands: int) -> npt.NDArray[np.int8]:
    """The mel frames of a clip, [frames, bands]."""
    frames = 0
    for piece in pieces:
        if piece.first_frame != frames or len(piece.cells) % bands:
            raise RefusedError(f"FEATURES begin at frame {piece.first_frame}, not {frames}")
        frames += len(piece.cells) // bands
    joined = np.frombuffer(b"".join(piece.cells for piece in pieces), np.int8)
    return joined.reshape(frames, bands)


def join_rows(pieces: Sequence[Tap]) -> dict[int, dict[int, bytes]]:
    """Bytes of each row by operator index and row."""
    rows: dict[int, dict[int, bytes]] = {}
    for piece in pieces:
        of_operator = rows.setdefault(piece.operator_index, {})
        before = of_operator.get(piece.row, b"")
        if len(before) != piece.offset_bytes:
            raise RefusedError(
                f"TAP of operator {piece.operator_index}, row {piece.row} goes on at byte "
                f"{piece.offset_bytes}, not {len(before)}"
            )
        of_operator[piece.row] = before + piece.values
    return rows
