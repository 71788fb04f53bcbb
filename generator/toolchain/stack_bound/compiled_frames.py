# SPDX-License-Identifier: Apache-2.0
"""Frames as the compiler gives them: the `.su` files of `-fstack-usage` (GCC manual, "Developer
Options").

A line is `path:line:column:function`, bytes, and how sure that is: `static`, `dynamic,bounded`, or
`dynamic` where the frame grows with a value that is not known before it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.project.names import OUTPUT_DIR, STACK_USAGE_SUFFIX


@dataclass(frozen=True, slots=True)
class Frame:
    """What a function takes of the stack, without what it calls."""

    bytes: int
    is_bounded: bool
    place: str
    """File and line."""


def read_frames(project: Path) -> dict[tuple[str, str], Frame]:
    """Frames by object, without its ending, and function; the largest of a function's copies."""
    out = project / OUTPUT_DIR
    frames: dict[tuple[str, str], Frame] = {}
    for path in sorted(out.rglob(f"*{STACK_USAGE_SUFFIX}")):
        name = path.relative_to(out).as_posix().removesuffix(STACK_USAGE_SUFFIX)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            fields = line.split("\t")
            if len(fields) != 3 or not fields[1].isdecimal():
                continue  # cut short: the frame is read from the code
            where, _, function = fields[0].rpartition(":")
            frame = Frame(int(fields[1]), fields[2] != "dynamic", where.rpartition(":")[0])
            known = frames.get((name, function))
            if known is None or known.bytes < frame.bytes or not frame.is_bounded:
                frames[name, function] = frame
    return frames
