# SPDX-License-Identifier: Apache-2.0
"""The limits of a run: from the command line, else pyproject.toml, else the board's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.boards.quantities import read_bytes, read_cycles, read_milliseconds, read_share
from generator.boards.record import BoardSpec, RunLimits
from generator.errors import Fault, InputError
from hil.gates.options import GATE_OPTIONS
from hil.gates.project_file import PROJECT_FILE, TABLE, read_project_settings

_READERS: dict[str, Callable[[object], float]] = {
    "min_accuracy": read_share,
    "max_network_cycles": read_cycles,
    "max_answer_ms": read_milliseconds,
    "max_ram_bytes": read_bytes,
    "max_flash_bytes": read_bytes,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, and who set it."""

    name: str
    """A field of `RunLimits`."""

    value: float
    source: str
    """`--max-ram`, or a file and its key."""


@dataclass(frozen=True, slots=True)
class RunGates:
    """What one run must keep."""

    limits: Mapping[str, tuple[Limit, ...]]
    """Of each board, in the order of the fields of `RunLimits`."""

    require_sounds: bool


def read_gates(
    value_of: Callable[[str], Any],
    root: Path,
    boards: Mapping[str, BoardSpec],
    boards_file: str = "boards.yaml",
) -> RunGates:
    """The limits for each board; InputError with every fault of the options and of pyproject.toml.

    `value_of` gives an option's value by its name, `root` is the folder of pyproject.toml (pytest's
    rootdir), `boards_file` the name of the file that the boards come from.
    """
    faults: list[Fault] = []
    given = _read_options(value_of, faults)
    project = read_project_settings(root, faults)
    if faults:
        raise InputError(faults)
    limits = {}
    for board, spec in boards.items():
        merged = (
            _of(spec.budgets, f"{boards_file}: {board}.budgets")
            | _of(project, f"{PROJECT_FILE}: {TABLE}")
            | given
        )
        limits[board] = tuple(merged[name] for name in RunLimits.model_fields if name in merged)
    return RunGates(limits, bool(value_of("require_sounds")) or project.require_sounds)


def _read_options(value_of: Callable[[str], Any], faults: list[Fault]) -> dict[str, Limit]:
    given = {}
    for option, name in GATE_OPTIONS.items():
        text = value_of(option)
        if text is None:
            continue
        flag = f"--{option.replace('_', '-')}"
        try:
            given[name] = Limit(name, _READERS[name](text), flag)
        except ValueError as error:
            faults.append(Fault(flag, f"{text!r}", str(error)))
    return given


def _of(limits: RunLimits, source: str) -> dict[str, Limit]:
    values = ((name, getattr(limits, name)) for name in RunLimits.model_fields)
    return {
        name: Limit(name, value, f"{source}.{name}") for name, value in values if value is not None
    }
