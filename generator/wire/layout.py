# SPDX-License-Identifier: Apache-2.0
"""How each message is in a payload, and ``pack`` and ``unpack`` by that layout."""

from __future__ import annotations

import re
import struct
import typing
from dataclasses import dataclass, fields
from typing import Any

from generator.wire.limits import (
    HOST_PAYLOAD_LIMIT_BYTES,
    PAYLOAD_LIMIT_BYTES,
    PROTOCOL_VERSION,
    Direction,
)
from generator.wire.messages import MESSAGES, Hello, Message, WireType

_CODES = {
    "char": "s",
    "uint8_t": "B",
    "int8_t": "b",
    "uint16_t": "H",
    "int16_t": "h",
    "uint32_t": "I",
    "int32_t": "i",
    "uint64_t": "Q",
}
"""struct's letter for each C type."""


class FrameError(ValueError):
    """Bytes between two delimiters that are no frame of this protocol."""


class ProtocolMismatchError(FrameError):
    """HELLO of another protocol version."""

    def __init__(self, theirs: int) -> None:
        self.theirs = theirs
        super().__init__(f"the device speaks protocol {theirs}, the host {PROTOCOL_VERSION}")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layout: name, wire type, offset in the payload in bytes."""

    name: str
    type: WireType
    offset: int
    is_text: bool
    is_bytes: bool

    @property
    def element_bytes(self) -> int:
        """Bytes of one element."""
        return struct.calcsize("<" + _CODES[self.type.element])

    @property
    def size_bytes(self) -> int:
        """Bytes of the field; 0 for a tail."""
        return self.element_bytes * self.type.count


@dataclass(frozen=True, slots=True)
class Layout:
    """One message as it is in a payload."""

    message: type[Message]
    name: str
    """C's name of the message, as in CLIP_BEGIN."""

    fields: tuple[Field, ...]
    """The fields of fixed size, in order."""

    tail: Field | None
    """The field that takes the rest of the payload."""

    size_bytes: int
    """Bytes of the fixed fields."""

    @property
    def doc(self) -> str:
        """The message's meaning: its docstring, one line a paragraph."""
        text = self.message.__doc__ or ""
        return "\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def lay_out(message: type[Message]) -> Layout:
    """Place the fields of a message; a TypeError tells of a table that C could not mirror."""
    hints = typing.get_type_hints(message, include_extras=True)
    placed: list[Field] = []
    tail: Field | None = None
    offset = 0
    for item in fields(message):  # type: ignore[arg-type]
        hint = hints[item.name]
        wire_type = next(m for m in hint.__metadata__ if isinstance(m, WireType))
        python_type = hint.__origin__
        field = Field(item.name, wire_type, offset, python_type is str, python_type is bytes)
        if tail is not None or offset % field.element_bytes:
            raise TypeError(f"{message.__name__}.{item.name}: after a tail, or not aligned")
        offset += field.size_bytes
        if wire_type.count == 0:
            tail = field
        else:
            placed.append(field)
    widest = max((field.element_bytes for field in placed), default=1)
    if offset % widest:
        raise TypeError(f"{message.__name__}: {offset} bytes are no multiple of {widest}")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", message.__name__).upper()
    return Layout(message, name, tuple(placed), tail, offset)


WIRE: tuple[Layout, ...] = tuple(lay_out(message) for message in MESSAGES)
"""The table: every message's layout, by type byte."""

LAYOUT_OF: dict[type[Message], Layout] = {layout.message: layout for layout in WIRE}
LAYOUT_BY_IDENT: dict[int, Layout] = {layout.message.IDENT: layout for layout in WIRE}


def _pack_field(field: Field, value: Any) -> bytes:
    if field.is_text:
        value = value.encode("utf-8")
    if isinstance(value, bytes):
        if field.type.count and len(value) > field.size_bytes:
            raise ValueError(f"{field.name}: {len(value)} bytes, {field.size_bytes} fit")
        if len(value) % field.element_bytes:
            raise ValueError(f"{field.name}: {len(value)} bytes are no whole elements")
        return value.ljust(field.size_bytes, b"\0")
    values = value if field.type.array else (value,)
    try:
        return struct.pack(f"<{len(values)}{_CODES[field.type.element]}", *values)
    except struct.error as error:
        raise ValueError(f"{field.name}: {error}") from error


def pack(message: Message) -> bytes:
    """Bytes of a message's payload; ValueError where a value does not fit its field."""
    layout = LAYOUT_OF[type(message)]
    parts = [_pack_field(field, getattr(message, field.name)) for field in layout.fields]
    if layout.tail is not None:
        parts.append(_pack_field(layout.tail, getattr(message, layout.tail.name)))
    payload = b"".join(parts)
    from_host = message.DIRECTION is Direction.HOST_TO_DEVICE
    limit_bytes = HOST_PAYLOAD_LIMIT_BYTES if from_host else PAYLOAD_LIMIT_BYTES
    if len(payload) > limit_bytes:
        raise ValueError(f"{layout.name}: {len(payload)} bytes, {limit_bytes} fit")
    return payload


def _unpack_field(field: Field, data: bytes) -> Any:
    if field.is_text:
        try:
            return data.rstrip(b"\0").decode("utf-8")
        except UnicodeDecodeError as error:
            raise FrameError(f"{field.name}: not UTF-8") from error
    if field.is_bytes:
        return data
    count = len(data) // field.element_bytes
    values = struct.unpack(f"<{count}{_CODES[field.type.element]}", data)
    return values if field.type.array else values[0]


def unpack(ident: int, payload: bytes) -> Message:
    """Read a payload as the message of type ``ident``.

    Raises FrameError for an unknown type or a wrong length, ProtocolMismatchError for a HELLO of
    another protocol version, whatever its length.
    """
    layout = LAYOUT_BY_IDENT.get(ident)
    if layout is None:
        raise FrameError(f"unknown message type 0x{ident:02x}")
    if layout.message is Hello and len(payload) >= 2:
        theirs = int.from_bytes(payload[:2], "little")
        if theirs != PROTOCOL_VERSION:
            raise ProtocolMismatchError(theirs)
    surplus = len(payload) - layout.size_bytes
    whole = surplus % layout.tail.element_bytes == 0 if layout.tail is not None else surplus == 0
    if surplus < 0 or not whole:
        raise FrameError(f"{layout.name}: a payload of {len(payload)} bytes does not fit")
    values = {
        field.name: _unpack_field(field, payload[field.offset : field.offset + field.size_bytes])
        for field in layout.fields
    }
    if layout.tail is not None:
        values[layout.tail.name] = _unpack_field(layout.tail, payload[layout.size_bytes :])
    return layout.message(**values)
