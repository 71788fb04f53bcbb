# SPDX-License-Identifier: Apache-2.0
"""The table as a page: ``python -m generator.wire.text > docs/wire.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from generator.wire.layout import WIRE, Field, Layout
from generator.wire.limits import PROTOCOL_VERSION, ClipFlag, HelloFlag, Refusal

_INTRODUCTION = """\
# The link, message by message

Printed from the table in `generator/wire/messages.py` by `python -m generator.wire.text`; a test
keeps it equal. The rules are in [ADR 0004](adr/0004-wire-format.md). All numbers are little endian.
"""

_FLAGS = {
    "ClipFlag": (
        (ClipFlag.FEATURES, "send the int8 mel frames back (FEATURES)"),
        (ClipFlag.TAPS, "send the outputs chosen by TAP_SELECT (image with taps only)"),
    ),
    "HelloFlag": ((HelloFlag.TAPS, "built with taps: knows TAP_SELECT and FRAMES, sends TAP"),),
}

REFUSALS: dict[Refusal, str] = {
    Refusal.DAMAGED: "COBS or CRC-32 wrong; detail: bytes of the frame as received",
    Refusal.SEQUENCE: "a frame is missing; the device goes on from the number that came",
    Refusal.UNKNOWN: "no such message in this image; detail: its type",
    Refusal.LENGTH: "payload length does not fit the message; detail: the length",
    Refusal.NO_CLIP: "CLIP_AUDIO or CLIP_END outside a clip",
    Refusal.SAMPLE_COUNT: "CLIP_END's count is not what arrived; detail: samples that arrived",
    Refusal.OVERRUN: "bytes were lost: sent beyond the credit, or the UART overran; detail: how often",
    Refusal.LINE: "the UART saw framing, noise or parity errors; detail: how many",
    Refusal.INTERNAL: "front-end or network returned an error; detail: its number, negated",
    Refusal.FRAME_ORDER: "FRAMES does not continue the patch; detail: the frame that was due",
}
"""Meaning of each refusal code, for people."""


def _type_text(field: Field) -> str:
    if not field.type.array:
        return field.type.element
    return f"{field.type.element}[{field.type.count or 'rest'}]"


def _message_lines(layout: Layout) -> Iterator[str]:
    variant = ", image with taps only" if layout.message.TAPS_ONLY else ""
    yield f"\n## 0x{layout.message.IDENT:02X} {layout.name}\n"
    yield f"{layout.message.DIRECTION.value.capitalize()}{variant}. {layout.doc}".replace(
        "\n", "\n\n"
    )
    rows = [*layout.fields, *([layout.tail] if layout.tail else [])]
    if rows:
        yield "\n| offset | type | field | meaning |\n|---:|---|---|---|"
    for field in rows:
        yield f"| {field.offset} | {_type_text(field)} | {field.name} | {field.type.doc} |"


def page() -> str:
    """The whole of docs/wire.md."""
    lines = [_INTRODUCTION, f"Protocol version {PROTOCOL_VERSION}."]
    for layout in WIRE:
        lines.extend(_message_lines(layout))
    for name, entries in _FLAGS.items():
        lines.append(f"\n## {name}\n\n| bit | name | meaning |\n|---:|---|---|")
        lines.extend(f"| {flag.value:#x} | {flag.name} | {text} |" for flag, text in entries)
    lines.append("\n## Refusal\n\n| code | name | meaning |\n|---:|---|---|")
    lines.extend(f"| {code.value} | {code.name} | {text} |" for code, text in REFUSALS.items())
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
