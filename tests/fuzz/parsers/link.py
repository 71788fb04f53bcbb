# SPDX-License-Identifier: Apache-2.0
"""The link, the host's side: whatever a device sends."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from generator.errors import ToolError
from generator.wire import (
    HOST_PAYLOAD_LIMIT_BYTES,
    LAYOUT_BY_IDENT,
    PROTOCOL_VERSION,
    WIRE,
    Direction,
    Frame,
    FrameError,
    FrameReader,
    Layout,
    decode_frame,
    encode_frame,
    pack,
    unpack,
)
from generator.wire.messages import Hello, Message
from hil.link.client import Link
from hil.link.stream import SoundStream
from tests.fuzz.parsers.mutations import changed_bytes, several, subsets
from tests.fuzz.parsers.parser import BoundError, Parser
from tests.hil.fake_device import FakeDevice

FROM_DEVICE = tuple(one for one in WIRE if one.message.DIRECTION is Direction.DEVICE_TO_HOST)
SAMPLES = (np.arange(160 * 110) % 251 * 100 - 12_000).astype(np.int16)
"""A patch of the device in Python, and a few frames."""

SILENCE_S = 0.5
LONGEST_S = 600.0


def payload_of(layout: Layout, random: Random) -> bytes:
    """A payload of the right length, or of any other."""
    if not random.randrange(6):
        return random.randbytes(random.randrange(2 * HOST_PAYLOAD_LIMIT_BYTES))
    size = layout.size_bytes
    head = random.choice(
        (random.randbytes(size), random.randbytes(size), bytes(size), b"\xff" * size)
    )
    if layout.message is Hello and random.randrange(2):
        texts = bytes(97 + random.randrange(26) if one > 127 else one for one in head[2:])
        head = PROTOCOL_VERSION.to_bytes(2, "little") + texts
    tail = random.randbytes(random.randrange(65)) if layout.tail is not None else b""
    return head + tail


def unpacked() -> st.SearchStrategy[list[tuple[int, bytes]]]:
    """Payloads of each message, with its type byte; and with any other."""

    def one(random: Random) -> tuple[int, bytes]:
        layout = random.choice(WIRE)
        ident = layout.message.IDENT if random.randrange(8) else random.randrange(256)
        return ident, payload_of(layout, random)

    return several(one)


def _unpack(folder: Path, case: tuple[int, bytes]) -> object:
    ident, payload = case
    message = unpack(ident, payload)
    assert ident == message.IDENT
    if PROTOCOL_VERSION and ident in LAYOUT_BY_IDENT:
        again = unpack(ident, pack(message))
        assert again == message, "a message that was taken is not the same when it is sent on"
    return message


def frame_of(random: Random) -> bytes:
    """A frame that is whole, or what cannot be one."""
    layout = random.choice(FROM_DEVICE)
    payload = payload_of(layout, random)
    try:
        return encode_frame(unpack(layout.message.IDENT, payload), random.randrange(256))
    except ValueError:
        return payload + b"\0"


def streams() -> st.SearchStrategy[list[tuple[bytes, int]]]:
    """Whole frames one after another, changed, in pieces of any length."""

    def piece(random: Random) -> bytes:
        return frame_of(random) if random.randrange(5) else b"\x05" * random.randrange(4000)

    def cases(pieces: list[bytes], edits: list[bytes]) -> list[tuple[bytes, int]]:
        sizes = [1 + len(one) * 7 % 701 for one in edits]
        whole = [b"".join(pieces[at : at + 3]) for at in range(len(pieces))]
        return list(zip([*whole, *edits], [*sizes, *sizes], strict=False))

    changed = several(frame_of).flatmap(changed_bytes)
    return st.builds(cases, several(piece), changed)


def _read_stream(folder: Path, case: tuple[bytes, int]) -> object:
    data, size = case
    reader, bytewise = FrameReader(), FrameReader()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    whole = [item for piece in pieces for item in reader.feed(piece)]
    single = [item for byte in data for item in bytewise.feed(bytes([byte]))]
    assert [str(one) for one in single] == [str(one) for one in whole], "pieces changed what came"
    assert all(isinstance(one, Frame | FrameError) for one in whole)
    for one in whole:
        if isinstance(one, Frame):
            assert decode_frame(encode_frame(one.message, one.sequence)[:-1]) == one
    return whole


class DamagedDevice(FakeDevice):
    """A device that answers by the rules, but for what happens to its bytes on their way."""

    damage: list[tuple[int, str, bytes]]
    sent: int

    def read(self, size: int = 1, /) -> bytes:
        """As the device's, with the damage that is due at these bytes."""
        data = super().read(size)
        begin, self.sent = self.sent, self.sent + len(data)
        for at, kind, what in self.damage:
            place = at - begin
            if not 0 <= place < len(data) or at >= self.sent:
                continue
            if kind == "flip":
                data = data[:place] + bytes([data[place] ^ (what[0] or 1)]) + data[place + 1 :]
            elif kind == "lose":
                data = data[:place] + data[place + len(what) :]
            elif kind == "insert":
                data = data[:place] + what + data[place:]
            else:
                data = data[:place] + what
        if self.now_s > LONGEST_S:
            raise BoundError(f"after {LONGEST_S:g} s of the device's time it still goes on")
        return data


Damage = tuple[int, str, bytes]


def conversations() -> st.SearchStrategy[list[Any]]:
    """What happens to the bytes of a whole conversation, and what is asked in it."""
    asked = st.sampled_from(("clip", "patch", "memory", "rule", "stream"))
    return st.builds(
        lambda ask, pace, damages: [(ask, list(some), pace) for some in subsets(damages)],
        asked, st.sampled_from(((1,), (0, 1), (3,))), several(_damage),
    )  # fmt: skip


def _damage(random: Random) -> Damage:
    what = frame_of(random) if random.randrange(2) else random.randbytes(random.randrange(1, 21))
    place = random.randrange(400) if random.randrange(2) else random.randrange(8000)
    return place, random.choice(("flip", "lose", "insert", "insert", "replace")), what


def _converse(folder: Path, case: tuple[str, list[Damage], tuple[int, ...]]) -> object:
    asked, damage, pace = case
    device = DamagedDevice(taps=True, pace=pace)
    device.damage, device.sent = damage, 0
    link = Link(device, clock_s=device.clock_s, silence_s=SILENCE_S)
    link.handshake(5.0)
    if asked == "clip":
        run = link.play_clip(7, SAMPLES, 1)
        assert run.result.samples == len(SAMPLES) and run.result.clip_id == 7
        return run
    if asked == "patch":
        return link.play_patch(3, np.zeros((96, 64), np.int8), (0,))
    if asked == "memory":
        return link.read_memory()
    if asked == "rule":
        return link.read_rule()
    stream = SoundStream(link, device.clock_s, SILENCE_S)
    stream.begin()
    stream.add(SAMPLES)
    stream.end()
    answers: list[Message] = []
    while stream.is_open:
        answers += stream.exchange(0.1)
    return answers


PARSERS = (
    Parser(
        "wire-messages",
        "payloads of every message",
        unpacked,
        _unpack,
        (FrameError, ValueError),
        is_file=False,
    ),
    Parser(
        "wire-frames", "bytes of a device, cut into frames", streams, _read_stream, is_file=False
    ),
    Parser(
        "wire-conversations",
        "whole conversations over a bad line",
        conversations,
        _converse,
        (ToolError,),
        in_slice=2,
        is_file=False,
    ),
)
