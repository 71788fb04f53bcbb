# SPDX-License-Identifier: Apache-2.0
"""The table of messages: packing, framing, the printed page, and damage of every kind."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import pytest
from cobs import cobs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.repository import REPO_ROOT
from generator.wire import (
    ENCODED_LIMIT_BYTES,
    HOST_DECODED_LIMIT_BYTES,
    HOST_ENCODED_LIMIT_BYTES,
    HOST_PAYLOAD_LIMIT_BYTES,
    LAYOUT_OF,
    MESSAGES,
    PAYLOAD_LIMIT_BYTES,
    PROTOCOL_VERSION,
    WIRE,
    Field,
    Frame,
    FrameError,
    FrameReader,
    ProtocolMismatchError,
    check_capacity,
    decode_frame,
    encode_frame,
    pack,
    unpack,
)
from generator.wire.framing import stuffed
from generator.wire.messages import (
    ClipAudio,
    ClipEnd,
    Features,
    Hello,
    Message,
    Refused,
)
from generator.wire.text import page

DOCS = REPO_ROOT / "docs"

RANGES = {
    "uint8_t": (0, 0xFF),
    "int8_t": (-128, 127),
    "uint16_t": (0, 0xFFFF),
    "int16_t": (-(1 << 15), (1 << 15) - 1),
    "uint32_t": (0, (1 << 32) - 1),
    "int32_t": (-(1 << 31), (1 << 31) - 1),
    "uint64_t": (0, (1 << 64) - 1),
}


def values(field: Field) -> st.SearchStrategy[Any]:
    """Whatever fits a field."""
    if field.is_text:
        limit = field.size_bytes or 200
        letters = st.characters(codec="utf-8", exclude_characters="\0")
        return st.text(letters, max_size=limit).filter(lambda text: len(text.encode()) <= limit)
    if field.is_bytes:
        if field.type.count:
            return st.binary(min_size=field.size_bytes, max_size=field.size_bytes)
        return st.binary(max_size=300).map(lambda data: data[: len(data) // 2 * 2])
    low, high = RANGES[field.type.element]
    one = st.integers(low, high)
    return st.lists(one, max_size=20).map(tuple) if field.type.array else one


def message_of(layout: Any) -> st.SearchStrategy[Message]:
    """Any message of one type."""
    every = [*layout.fields, *([layout.tail] if layout.tail else [])]
    fields = {field.name: values(field) for field in every}
    if layout.message is Hello:
        fields["protocol"] = st.just(PROTOCOL_VERSION)
    return typing.cast("st.SearchStrategy[Message]", st.builds(layout.message, **fields))


messages = st.sampled_from(WIRE).flatmap(message_of)


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a machine that has other work to do
@given(messages)
def test_what_is_packed_is_unpacked(message: Message) -> None:
    """Every message, any values."""
    assert unpack(message.IDENT, pack(message)) == message


@given(st.lists(st.tuples(messages, st.integers(0, 255)), max_size=5), st.data())
def test_frames_come_back_in_any_pieces(
    frames: list[tuple[Message, int]], data: st.DataObject
) -> None:
    """However the line cuts the stream, and with delimiters to spare."""
    stream = b"\0" + b"\0".join(encode_frame(message, number) for message, number in frames)
    reader = FrameReader()
    found: list[Frame | FrameError] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += reader.feed(stream[:size])
        stream = stream[size:]
    assert found == [Frame(number, message) for message, number in frames]


runs = st.builds(bytes.__mul__, st.sampled_from([b"\0", b"x", b"xy"]), st.integers(0, 520))


@given(st.lists(runs | st.binary(max_size=40), max_size=5))
def test_frames_are_stuffed_as_the_library_stuffs_them(pieces: list[bytes]) -> None:
    """Runs of zeros, and of 254 bytes without one and more."""
    data = b"".join(pieces)
    assert stuffed(data) == cobs.encode(data)


@given(messages, st.data())
def test_a_changed_byte_is_noticed(message: Message, data: st.DataObject) -> None:
    """Any one byte changed to anything: an error, or cut in two, never another frame."""
    encoded = bytearray(encode_frame(message, 7))
    at = data.draw(st.integers(0, len(encoded) - 2))
    encoded[at] ^= data.draw(st.integers(1, 255))
    assert not any(isinstance(item, Frame) for item in FrameReader().feed(bytes(encoded)))


@given(st.binary(max_size=400))
def test_noise_is_never_a_frame_nor_a_crash(noise: bytes) -> None:
    """Random bytes end in errors or in nothing."""
    for item in FrameReader().feed(noise + b"\0"):
        assert isinstance(item, FrameError)


def test_the_reader_recovers_behind_an_endless_frame() -> None:
    """Bytes without a delimiter are dropped; the next whole frame is read."""
    reader = FrameReader()
    (error,) = reader.feed(b"x" * ENCODED_LIMIT_BYTES)
    assert isinstance(error, FrameError)
    (frame,) = reader.feed(b"yy\0" + encode_frame(ClipEnd(1), 3))
    assert frame == Frame(3, ClipEnd(1))


@pytest.mark.parametrize("step", [1, 7, ENCODED_LIMIT_BYTES, 10_000])
def test_an_endless_frame_is_one_error_in_whatever_pieces_it_comes(step: int) -> None:
    line = b"x" * (3 * ENCODED_LIMIT_BYTES + 5) + b"\0" + encode_frame(ClipEnd(1), 3)
    reader = FrameReader()
    found = [one for at in range(0, len(line), step) for one in reader.feed(line[at : at + step])]
    assert [type(one) for one in found] == [FrameError, Frame]


def test_the_longest_frame_keeps_the_limits() -> None:
    """512 bytes of audio from the host, 1024 of features from the device, and the limits."""
    assert len(encode_frame(ClipAudio(bytes(512)), 0)) <= HOST_ENCODED_LIMIT_BYTES
    longest = ClipAudio(b"x" * HOST_PAYLOAD_LIMIT_BYTES)
    assert len(encode_frame(longest, 0)) == HOST_ENCODED_LIMIT_BYTES
    assert HOST_DECODED_LIMIT_BYTES == HOST_PAYLOAD_LIMIT_BYTES + 6
    assert len(pack(Features(0, 0, bytes(16 * 64)))) <= PAYLOAD_LIMIT_BYTES
    cells = PAYLOAD_LIMIT_BYTES - len(pack(Features(0, 0, b"")))
    assert len(encode_frame(Features(1, 1, b"x" * cells), 0)) <= ENCODED_LIMIT_BYTES
    with pytest.raises(ValueError, match="522 bytes, 520 fit"):
        pack(ClipAudio(bytes(HOST_PAYLOAD_LIMIT_BYTES + 2)))
    with pytest.raises(ValueError, match="1074 bytes, 1072 fit"):
        pack(Features(0, 0, bytes(cells + 2)))


def test_values_that_do_not_fit_are_refused() -> None:
    """By field name."""
    with pytest.raises(ValueError, match="sample_count"):
        pack(ClipEnd(1 << 32))
    with pytest.raises(ValueError, match="samples"):
        pack(ClipAudio(b"odd"))
    hello = unpack(
        Hello.IDENT, PROTOCOL_VERSION.to_bytes(2, "little") + bytes(LAYOUT_OF[Hello].size_bytes - 2)
    )
    assert isinstance(hello, Hello)
    with pytest.raises(ValueError, match="board"):
        pack(dataclasses.replace(hello, board="seventeen letters"))


def test_another_protocol_is_told_apart_from_damage() -> None:
    """Whatever the length of its HELLO."""
    with pytest.raises(ProtocolMismatchError, match="protocol 9") as caught:
        unpack(Hello.IDENT, b"\x09\0and whatever else")
    assert caught.value.theirs == 9


@pytest.mark.parametrize("length", [0, 11, 13])
def test_a_wrong_length_is_refused(length: int) -> None:
    """Shorter and longer than the fixed fields."""
    with pytest.raises(FrameError, match="REFUSED"):
        unpack(Refused.IDENT, bytes(length))


def test_unknown_types_and_stumps_are_refused() -> None:
    """A type that nobody has, and frames too short for header and CRC."""
    with pytest.raises(FrameError, match="0x77"):
        unpack(0x77, b"")
    with pytest.raises(FrameError, match="too short"):
        decode_frame(b"\x03ab")


def test_the_table_is_sound() -> None:
    """One type byte each, the direction in its upper bit, every field explained."""
    idents = [message.IDENT for message in MESSAGES]
    assert sorted(set(idents)) == idents
    for layout in WIRE:
        from_host = layout.message.DIRECTION.value.startswith("host")
        assert (layout.message.IDENT < 0x80) == from_host
        assert layout.doc
        assert all(field.type.doc for field in layout.fields)


def test_a_model_that_the_link_cannot_carry_is_refused() -> None:
    """At the limits and one beyond: CLIP_RESULT's sums, HELLO's labels."""
    assert not list(check_capacity("m", [""] * 248))
    (fault,) = check_capacity("m", [""] * 249)
    assert "249 classes; one message of the link carries the scores of 248" in str(fault)
    assert not list(check_capacity("m", ["ä" * 223, "ä" * 222 + "x"]))
    (fault,) = check_capacity("m", ["ä" * 223, "ä" * 223])
    assert "labels of 893 bytes together; HELLO carries 892" in str(fault)


def test_the_page_is_printed_from_the_table() -> None:
    """docs/wire.md is what `python -m generator.wire.text` prints."""
    assert (DOCS / "wire.md").read_text(encoding="utf-8") == page()
