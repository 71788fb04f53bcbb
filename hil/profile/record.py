# SPDX-License-Identifier: Apache-2.0
"""What a profile leaves behind: build/profile/<board>/profile.json.

Field names are the keys; `schema` counts up when one changes its meaning or goes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from hil.bench.record import Cost
from hil.report.files import write_json

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One operator, or other work that the firmware does."""

    index: int | None
    """The operator's; None: no operator."""
    title: str
    """As in the flame graph: `2 CONV_2D`, `front-end`."""
    name: str
    """The operator's in the model; empty for other work."""
    instructions: int
    """Of the whole clip; exact."""
    cycles: int
    """Of the whole clip; ESTIMATED by the model of the core's pipeline."""


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """One function, linked or inlined; a function that is both has two rows."""

    name: str
    is_inlined: bool
    instructions: int
    """Of its own source, without what it calls and without what is inlined into it."""
    cycles: int
    with_callees: int
    """Instructions with all that runs before it is left; interrupts apart."""
    calls: int | None
    """How often it was called; None for an inlined one, which is not called."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One source line, wherever it was inlined."""

    file: str
    """From the project's folder; empty for code without line information."""
    line: int
    function: str
    """For code without line information: the function that holds it. Else empty."""
    instructions: int
    cycles: int
    text: str
    """The line itself, without the space around it; empty where the file is not at hand."""


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """One clip on one virtual board. Each of the three tables sums to `instructions`."""

    schema: int
    board: str
    core: str
    core_clock_hz: int
    virtual: bool
    toolchain: str
    firmware_sha256: str
    model: str
    model_sha256: str
    frontend: str
    kernels: str
    optimise: str
    patches: int
    """Of the clip; the same clip as the bench's."""
    instructions: int
    """Of the whole clip, as the core counted them."""
    cycles: int
    """Of the same; ESTIMATED."""
    network: Cost
    """For a patch; as the bench has it."""
    frontend_frame: Cost
    """For a frame; as the bench has it."""
    answer: Cost
    """From the last sample of a patch to its scores; as the bench has it."""
    layers: tuple[LayerRow, ...]
    functions: tuple[FunctionRow, ...]
    lines: tuple[LineRow, ...]


def write_profile(path: Path, record: ProfileRecord) -> None:
    """Write it whole or not at all."""
    write_json(path, asdict(record))
