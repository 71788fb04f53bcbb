# SPDX-License-Identifier: Apache-2.0
"""The table as a page: ``python -m generator.wire.text > docs/wire.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from generator.wire.layout import WIRE, Field, Layout
from generator.wire.limits import (
    PROTOCOL_VERSION,
    Canary,
    ClipFlag,
    HelloFlag,
    Phase,
    Refusal,
    RunEnd,
    ScoreHead,
    Wait,
)

_INTRODUCTION = """\
# The link, message by message

Printed from the table in `generator/wire/messages.py` by `python -m generator.wire.text`; a test
keeps it equal. The rules are in [ADR 0004](adr/0004-wire-format.md). All numbers are little endian.
"""


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
    for flags in (ClipFlag, HelloFlag, Canary):
        lines.append(f"\n## {flags.__name__}\n\n| bit | name | meaning |\n|---:|---|---|")
        lines.extend(f"| {flag.value:#x} | {flag.name} | {flag.doc} |" for flag in flags)
    for codes in (ScoreHead, Refusal, Wait, RunEnd, Phase):
        lines.append(f"\n## {codes.__name__}\n\n| code | name | meaning |\n|---:|---|---|")
        lines.extend(f"| {code.value} | {code.name} | {code.doc} |" for code in codes)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
