# SPDX-License-Identifier: Apache-2.0
"""The table as C text, for the template of ``app/wire.h``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from generator.wire import limits
from generator.wire.layout import WIRE, Field, Layout
from generator.wire.limits import (
    Canary,
    ClipFlag,
    Direction,
    DocumentedInt,
    HelloFlag,
    Phase,
    Refusal,
    RunEnd,
    ScoreHead,
    Wait,
)

LINE_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Struct:
    """The fixed fields of one message as a C struct."""

    name: str
    size_bytes: int
    members: tuple[str, ...]
    """Each member's declaration with its comment, one or more lines."""

    offsets: tuple[tuple[str, int], ...]
    """Each member's name and its place in bytes."""


@dataclass(frozen=True, slots=True)
class HeaderMessage:
    """One message: comment, type byte, struct (None: no fixed fields)."""

    comment: str
    define: str
    ident: int
    struct: Struct | None


@dataclass(frozen=True, slots=True)
class HeaderEnum:
    """One enumeration: its tag, what it is about, its members with their comments."""

    comment: str
    tag: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WireHeader:
    """Everything in ``app/wire.h``."""

    defines: tuple[str, ...]
    enums: tuple[HeaderEnum, ...]
    messages: tuple[HeaderMessage, ...]


def _commented(code: str, meaning: str, indent: str = "") -> str:
    """Code with its meaning after it, or above it where the line would be too long."""
    line = f"{indent}{code} /* {meaning} */"
    if len(line) <= LINE_COLUMNS:
        return line
    return f"{_comment([meaning], indent)}\n{indent}{code}"


def _comment(paragraphs: list[str], indent: str = "") -> str:
    lines = [
        line for text in paragraphs for line in textwrap.wrap(text, LINE_COLUMNS - 6 - len(indent))
    ]
    return f"{indent}/* " + f"\n{indent} * ".join(lines) + " */"


def _define(name: str, value: str, meaning: str) -> str:
    return _commented(f"#define WIRE_{name} {value}", meaning)


def _enum(comment: str, tag: str, prefix: str, codes: Iterable[DocumentedInt]) -> HeaderEnum:
    members = (_commented(f"{prefix}_{c.name} = {c.value},", c.doc, "    ") for c in codes)
    return HeaderEnum(_comment([comment]), tag, tuple(members))


def _member(field: Field) -> str:
    brackets = f"[{field.type.count}]" if field.type.array else ""
    return _commented(f"{field.type.element} {field.name}{brackets};", field.type.doc, "    ")


def _message(layout: Layout) -> HeaderMessage:
    struct = None
    if layout.fields:
        struct = Struct(
            name=f"wire_{layout.name.lower()}",
            size_bytes=layout.size_bytes,
            members=tuple(_member(field) for field in layout.fields),
            offsets=tuple((field.name, field.offset) for field in layout.fields),
        )
    sender = "host" if layout.message.DIRECTION is Direction.HOST_TO_DEVICE else "device"
    variant = "; image with taps only" if layout.message.TAPS_ONLY else ""
    paragraphs = [f"{layout.name}, from the {sender}{variant}.", *layout.doc.split("\n")]
    if layout.tail is not None:
        tail = layout.tail
        behind = "After the struct" if struct else "The payload"
        paragraphs.append(f"{behind}: {tail.type.element} {tail.name}[], {tail.type.doc}.")
    return HeaderMessage(
        comment=_comment(paragraphs),
        define=f"WIRE_{layout.name}",
        ident=layout.message.IDENT,
        struct=struct,
    )


def header_context() -> WireHeader:
    """Return what the template of ``app/wire.h`` sees as ``wire``."""
    numbers = (
        _define("PROTOCOL_VERSION", f"{limits.PROTOCOL_VERSION}u", "HELLO's first field"),
        _define("HEADER_BYTES", f"{limits.HEADER_BYTES}u", "type and sequence"),
        _define("CRC_BYTES", f"{limits.CRC_BYTES}u", "CRC-32 after the payload"),
        _define("PAYLOAD_LIMIT_BYTES", f"{limits.PAYLOAD_LIMIT_BYTES}u", "longest payload"),
        _define(
            "HOST_DECODED_LIMIT_BYTES",
            f"{limits.HOST_DECODED_LIMIT_BYTES}u",
            "longest frame from the host, with header and CRC",
        ),
        _define("AUDIO_LIMIT_SAMPLES", f"{limits.AUDIO_LIMIT_SAMPLES}u", "in one CLIP_AUDIO"),
        _define("RESERVE_BYTES", f"{limits.RESERVE_BYTES}u", "ring beyond the window"),
        _define("DETECTED_BYTES", f"{limits.DETECTED_BYTES}u", "CLIP_RESULT's mask of classes"),
        _define("TAP_MASK_BYTES", f"{limits.TAP_MASK_BYTES}u", "TAP_SELECT's mask of operators"),
        _define("TAP_CYCLES", f"{limits.TAP_CYCLES}u", "operator_index of a patch's cycles"),
        _define("BOOT_NONCE", f"{limits.BOOT_NONCE}u", "in a HELLO that was not requested"),
        _define("NO_CLIP_ID", f"0x{limits.NO_CLIP_ID:08x}u", "REFUSED outside a clip"),
    )
    clip = tuple(_define(f"CLIP_{flag.name}", f"{flag.value}u", flag.doc) for flag in ClipFlag)
    hello = tuple(_define(f"HELLO_{flag.name}", f"{flag.value}u", flag.doc) for flag in HelloFlag)
    canaries = tuple(_define(f"CANARY_{one.name}", f"{one.value}u", one.doc) for one in Canary)
    heads = tuple(_define(f"HEAD_{head.name}", f"{head.value}u", head.doc) for head in ScoreHead)
    return WireHeader(
        defines=numbers + clip + hello + canaries + heads,
        enums=(
            _enum("Why a frame was refused.", "wire_refusal", "WIRE", Refusal),
            _enum("What a wait that gave up was for.", "wire_wait", "WIRE_WAIT", Wait),
            _enum("How the run before this start ended.", "wire_run_end", "WIRE_END", RunEnd),
            _enum("What the firmware did as it ended.", "wire_phase", "WIRE_PHASE", Phase),
        ),
        messages=tuple(_message(layout) for layout in WIRE),
    )
