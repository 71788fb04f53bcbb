# SPDX-License-Identifier: Apache-2.0
"""A PNG of 256 colours, written by zlib alone (PNG specification, 3rd edition, 5 and 11)."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS, _PALETTE = 8, 3


def write_png(pixels: npt.NDArray[np.uint8], palette: npt.NDArray[np.uint8]) -> bytes:
    """Indices [rows, columns] into `palette` [256, 3] of red, green, blue."""
    rows, columns = pixels.shape
    header = struct.pack(">IIBBBBB", columns, rows, _EIGHT_BITS, _PALETTE, 0, 0, 0)
    unfiltered = np.zeros((rows, columns + 1), np.uint8)  # each row after its filter type 0: none
    unfiltered[:, 1:] = pixels
    chunks = (
        (b"IHDR", header),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(unfiltered.tobytes(), 9)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def data_uri(content: bytes, kind: str) -> str:
    """The content as an address of its own: `data:image/png;base64,...`."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
