# SPDX-License-Identifier: Apache-2.0
"""The table as the template of ``app/wire.h`` prints it."""

from __future__ import annotations

from dataclasses import dataclass

from generator.wire import limits
from generator.wire.layout import WIRE, Field, Layout
from generator.wire.limits import ClipFlag, Direction, HelloFlag, Refusal


@dataclass(frozen=True, slots=True)
class Define:
    """One ``#define``: name, value as C text, meaning."""

    name: str
    value: str
    doc: str


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a struct: its declaration, its offset in bytes, its meaning."""

    name: str
    declaration: str
    offset: int
    doc: str


@dataclass(frozen=True, slots=True)
class Struct:
    """The fixed fields of one message as a C struct."""

    name: str
    size_bytes: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class HeaderMessage:
    """One message: its type byte, what it is for, its struct (None: no fixed fields)."""

    define: str
    ident: int
    sender: str
    taps_only: bool
    doc_lines: tuple[str, ...]
    struct: Struct | None
    tail: str
    """What follows the fixed fields, as text; empty if nothing does."""


@dataclass(frozen=True, slots=True)
class WireHeader:
    """Everything in ``app/wire.h``."""

    defines: tuple[Define, ...]
    refusals: tuple[Define, ...]
    messages: tuple[HeaderMessage, ...]


def _member(field: Field) -> Member:
    brackets = f"[{field.type.count}]" if field.type.array else ""
    declaration = f"{field.type.element} {field.name}{brackets}"
    return Member(field.name, declaration, field.offset, field.type.doc)


def _message(layout: Layout) -> HeaderMessage:
    struct = None
    if layout.fields:
        members = tuple(_member(field) for field in layout.fields)
        struct = Struct(f"wire_{layout.name.lower()}", layout.size_bytes, members)
    tail = ""
    if layout.tail is not None:
        tail = f"{layout.tail.type.element} {layout.tail.name}[]: {layout.tail.type.doc}"
    to_device = layout.message.DIRECTION is Direction.HOST_TO_DEVICE
    return HeaderMessage(
        define=f"WIRE_{layout.name}",
        ident=layout.message.IDENT,
        sender="host" if to_device else "device",
        taps_only=layout.message.TAPS_ONLY,
        doc_lines=tuple(layout.doc.split("\n")),
        struct=struct,
        tail=tail,
    )


def header_context() -> WireHeader:
    """Return what the template of ``app/wire.h`` sees as ``wire``."""
    numbers = (
        Define("WIRE_PROTOCOL_VERSION", f"{limits.PROTOCOL_VERSION}u", "HELLO's first field"),
        Define("WIRE_HEADER_BYTES", f"{limits.HEADER_BYTES}u", "type and sequence"),
        Define("WIRE_CRC_BYTES", f"{limits.CRC_BYTES}u", "CRC-32 behind the payload"),
        Define("WIRE_PAYLOAD_LIMIT_BYTES", f"{limits.PAYLOAD_LIMIT_BYTES}u", "longest payload"),
        Define("WIRE_DECODED_LIMIT_BYTES", f"{limits.DECODED_LIMIT_BYTES}u", "with header and CRC"),
        Define("WIRE_ENCODED_LIMIT_BYTES", f"{limits.ENCODED_LIMIT_BYTES}u", "with delimiter"),
        Define("WIRE_AUDIO_LIMIT_SAMPLES", f"{limits.AUDIO_LIMIT_SAMPLES}u", "in one CLIP_AUDIO"),
        Define("WIRE_RESERVE_BYTES", f"{limits.RESERVE_BYTES}u", "ring beyond the window"),
        Define("WIRE_NO_CLIP_ID", f"0x{limits.NO_CLIP_ID:08x}u", "REFUSED outside a clip"),
    )
    clip = tuple(Define(f"WIRE_CLIP_{flag.name}", f"{flag.value}u", flag.doc) for flag in ClipFlag)
    hello = tuple(
        Define(f"WIRE_HELLO_HAS_{flag.name}", f"{flag.value}u", flag.doc) for flag in HelloFlag
    )
    return WireHeader(
        defines=numbers + clip + hello,
        refusals=tuple(Define(f"WIRE_{c.name}", str(c.value), c.doc) for c in Refusal),
        messages=tuple(_message(layout) for layout in WIRE),
    )
