# SPDX-License-Identifier: Apache-2.0
"""Frames as the compiler gives them: the `.su` files of `-fstack-usage` (GCC manual, "Developer
Options").

A line is `path:line:column:function`, bytes, and how sure that is: `static`, `dynamic,bounded`, or
`dynamic` where the frame grows with a value that is not known before it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.project.names import OUTPUT_DIR, STACK_USAGE_SUFFIX
from generator.toolchain.stack_bound.image_functions import Function


@dataclass(frozen=True, slots=True)
class Frame:
    """What a function takes of the stack, without what it calls."""

    bytes: int
    is_bounded: bool
    place: str
    """File and line."""


Frames = Mapping[tuple[str, str], Frame]
"""By object, without its ending, and function."""


def frame_of(frames: Frames, function: Function) -> Frame | None:
    """That of a function; of a changed copy its own, or where there is none the original's."""
    own = frames.get((function.object, function.name))
    return own or frames.get((function.object, function.source_name))


def read_frames(project: Path) -> Frames:
    """All that the compiler wrote; the largest of a function that is there twice."""
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
