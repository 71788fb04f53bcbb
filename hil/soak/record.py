# SPDX-License-Identifier: Apache-2.0
"""What a soak did and what came of it: its JSON, written after each step, so that it can go on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from generator.bounded_json import check_numbers
from generator.errors import Fault, InputError
from hil.fault_modes.names import MODES
from hil.fault_modes.tally import End, FaultTally, sum_tallies
from hil.report.files import write_json

SOAK_SCHEMA = "mel2metal-soak/1"
SOAK_FILE = "soak.json"


@dataclass(slots=True)
class OutsideFault:
    """A fault of host or tools, which struck a run from outside."""

    mode: str
    what: str
    """What was done, in words."""

    detected: bool = False
    end: str | None = None
    """None: not known yet."""


@dataclass(slots=True)
class Round:
    """One run of the harness, with all the processes that it took."""

    number: int
    seed: int
    clips: int = 0
    """Judged."""

    inside: dict[str, dict[str, int]] = field(default_factory=dict)
    """Counts by mode of the faults that struck within the run."""

    outside: list[OutsideFault] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    """What should not have been, in words."""

    ended: bool = False

    @property
    def tally(self) -> FaultTally:
        """Of all its faults whose end is known."""
        tally = FaultTally()
        for fault in self.outside:
            if fault.end is not None:
                tally.count(MODES[fault.mode], End(fault.end), detected=fault.detected)
        return FaultTally.from_plain(self.inside) + tally


@dataclass(slots=True)
class Soak:
    """All of it."""

    board: str
    virtual: bool
    seed: int
    minutes: float
    rates: list[str]
    command: str
    commit: str
    started_at: str
    seconds: float = 0.0
    """How long it ran, over all its processes."""

    firmware_sha256: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    """Modes that could not strike here, with the reason."""

    rounds: list[Round] = field(default_factory=list)
    interrupted: bool = False
    ended: bool = False
    schema: str = SOAK_SCHEMA

    @property
    def tally(self) -> FaultTally:
        """Of all rounds."""
        return sum_tallies(one.tally for one in self.rounds)

    @property
    def clips(self) -> int:
        """Clips judged."""
        return sum(one.clips for one in self.rounds)

    @property
    def troubles(self) -> list[str]:
        """What should not have been, of all rounds."""
        return [f"round {one.number}: {what}" for one in self.rounds for what in one.troubles]

    @property
    def is_good(self) -> bool:
        """Faults struck, nothing was lost, no answer was wrong, and there was no other trouble."""
        return self.tally.is_good and not self.troubles

    def write(self, folder: Path) -> None:
        """Write soak.json, whole."""
        write_json(folder / SOAK_FILE, asdict(self) | {"faults": self.tally.to_plain()})


def read_soak(path: Path) -> Soak:
    """A soak by its file or folder; InputError where it is none."""
    file = path / SOAK_FILE if path.is_dir() else path
    try:
        text = file.read_bytes()
        content: dict[str, Any] = TypeAdapter(dict[str, Any]).validate_json(text)
        check_numbers(text)
        content.pop("faults", None)
        if content.get("schema") != SOAK_SCHEMA:
            raise ValueError("is of another program or version")
        soak: Soak = TypeAdapter(Soak).validate_python(content)
        _ = soak.tally
    except (OSError, ValidationError, ValueError, KeyError, TypeError) as error:
        what = str(error).partition("\n")[0]
        raise InputError([Fault(str(file), f"no soak: {what}", "name a soak.json")]) from error
    return soak
