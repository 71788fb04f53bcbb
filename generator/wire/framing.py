# SPDX-License-Identifier: Apache-2.0
"""Frames on the line: ``COBS(type u8, sequence u8, payload, CRC-32 u32) 0x00``, little endian."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cobs import cobs

from generator.wire.layout import FrameError, pack, unpack
from generator.wire.limits import CRC_BYTES, DELIMITER, ENCODED_LIMIT_BYTES, HEADER_BYTES
from generator.wire.messages import Message

_LONGEST_RUN = 254
"""Bytes without a zero that one code of COBS leads in."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that arrived whole."""

    sequence: int
    message: Message


def encode_frame(message: Message, sequence: int) -> bytes:
    """Bytes for the line, delimiter included; ``sequence`` counts modulo 256."""
    body = bytes((message.IDENT, sequence & 0xFF)) + pack(message)
    crc = zlib.crc32(body).to_bytes(CRC_BYTES, "little")
    return stuffed(body + crc) + DELIMITER


def stuffed(data: bytes) -> bytes:
    """COBS, as the library `cobs` encodes: that looks at each byte in Python where it has no C."""
    out = bytearray()
    pieces = data.split(b"\0")
    for index, piece in enumerate(pieces):
        whole = len(piece) // _LONGEST_RUN
        for at in range(0, whole * _LONGEST_RUN, _LONGEST_RUN):
            out.append(_LONGEST_RUN + 1)
            out += piece[at : at + _LONGEST_RUN]
        rest = piece[whole * _LONGEST_RUN :]
        if rest or not whole or index + 1 < len(pieces):
            out.append(len(rest) + 1)
            out += rest
    return bytes(out)


def decode_frame(encoded: bytes) -> Frame:
    """Read one frame without its delimiter; FrameError where it is damaged or unknown."""
    try:
        body = bytes(cobs.decode(encoded))
    except cobs.DecodeError as error:
        raise FrameError(f"COBS: {error}") from error
    if len(body) < HEADER_BYTES + CRC_BYTES:
        raise FrameError(f"a frame of {len(body)} bytes is too short")
    crc = int.from_bytes(body[-CRC_BYTES:], "little")
    if zlib.crc32(body[:-CRC_BYTES]) != crc:
        raise FrameError("CRC-32 differs")
    return Frame(body[1], unpack(body[0], body[HEADER_BYTES:-CRC_BYTES]))


class FrameReader:
    """Cuts a byte stream at its delimiters, in whatever pieces it comes.

    Empty frames (a delimiter sent for safety) are passed over. What is longer than any frame is
    passed over to the next delimiter.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._is_overlong = False

    def feed(self, data: bytes) -> Iterator[Frame | FrameError]:
        """Take what the line brought; yield each frame, or in its place what is wrong with it."""
        self._pending += data
        while (end := self._pending.find(DELIMITER)) >= 0:
            encoded = bytes(self._pending[:end])
            del self._pending[: end + 1]
            was_overlong, self._is_overlong = self._is_overlong, False
            if was_overlong or not encoded:
                continue
            if len(encoded) >= ENCODED_LIMIT_BYTES:
                yield _overlong()
                continue
            try:
                yield decode_frame(encoded)
            except FrameError as error:
                yield error
        if self._is_overlong or len(self._pending) >= ENCODED_LIMIT_BYTES:
            was_overlong, self._is_overlong = self._is_overlong, True
            self._pending.clear()
            if not was_overlong:
                yield _overlong()

    def clear(self) -> None:
        """Forget a frame begun."""
        self._pending.clear()
        self._is_overlong = False


def _overlong() -> FrameError:
    return FrameError(f"{ENCODED_LIMIT_BYTES} bytes without a delimiter")
