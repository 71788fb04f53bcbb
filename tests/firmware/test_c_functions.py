# SPDX-License-Identifier: Apache-2.0
"""COBS, CRC-32 and SHA-256 in C against Python's own."""

from __future__ import annotations

import hashlib
import struct
import zlib

import pytest
from cobs import cobs
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.firmware.firmware_driver import Driver

IN_ONE_PROCESS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)

DAMAGED = 0xFFFFFFFF

runs = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.integers(0, 600).map(bytes),
        st.integers(250, 520).map(lambda count: b"x" * count),
    ),
    max_size=6,
).map(b"".join)
"""Bytes with long runs of zeros and of other bytes: where COBS has its boundaries."""


def decode(functions: Driver, data: bytes, piece: int = 1000, limit: int = 5000) -> list[bytes]:
    """Decode in C; a damaged frame shows as b"damaged"."""
    told = functions.call("d", struct.pack("<II", piece, limit) + data)
    found = []
    while told:
        length = struct.unpack("<I", told[:4])[0]
        if length == DAMAGED:
            found.append(b"damaged")
            told = told[4:]
        else:
            found.append(told[4 : 4 + length])
            told = told[4 + length :]
    return found


@IN_ONE_PROCESS
@given(data=runs)
@example(data=b"")
@example(data=b"x" * 254)
@example(data=b"x" * 254 + b"\0")
@example(data=b"\0" + b"x" * 255)
def test_cobs_encodes_as_python_does(functions: Driver, data: bytes) -> None:
    """Byte for byte, at and around the runs of 254."""
    assert functions.call("b", data) == cobs.encode(data)


@IN_ONE_PROCESS
@given(frames=st.lists(runs, min_size=1, max_size=4), piece=st.integers(1, 300))
def test_cobs_decodes_in_any_pieces(functions: Driver, frames: list[bytes], piece: int) -> None:
    """A stream of frames comes back, however the line cuts it."""
    stream = b"".join(cobs.encode(frame) + b"\0" for frame in frames)
    assert decode(functions, stream, piece) == frames


@IN_ONE_PROCESS
@given(data=st.binary(max_size=600), piece=st.integers(1, 50))
def test_cobs_judges_any_bytes_as_python_does(functions: Driver, data: bytes, piece: int) -> None:
    """Noise: the same verdict and the same contents as the reference decoder."""
    expected = []
    for encoded in data.split(b"\0")[:-1]:
        try:
            expected.append(cobs.decode(encoded))
        except cobs.DecodeError:
            expected.append(b"damaged")
    assert decode(functions, data, piece) == expected


@pytest.mark.parametrize(("length", "fits"), [(64, True), (65, False), (700, False)])
def test_cobs_stays_within_its_buffer(functions: Driver, length: int, fits: bool) -> None:
    """A frame longer than the buffer is damaged; the next one is whole again."""
    stream = cobs.encode(bytes(length)) + b"\0" + cobs.encode(b"next") + b"\0"
    first = bytes(length) if fits else b"damaged"
    assert decode(functions, stream, limit=64) == [first, b"next"]


@IN_ONE_PROCESS
@given(data=st.binary(max_size=300))
def test_crc32_is_zlibs(functions: Driver, data: bytes) -> None:
    """Also when continued in the middle."""
    assert functions.call("c", data) == struct.pack("<I", zlib.crc32(data))


@pytest.mark.parametrize("length", [*range(50, 70), 0, 1, 119, 120, 127, 128, 1000, 100_003])
def test_sha256_is_hashlibs(functions: Driver, length: int) -> None:
    """Around the block's and the length field's boundaries, and a long one."""
    data = bytes(7 * index & 0xFF for index in range(length))
    assert functions.call("h", data) == hashlib.sha256(data).digest()
