# SPDX-License-Identifier: Apache-2.0
"""Texts: YAML of every kind, labels, pyproject.toml, tracks of recordings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import strategies as st

from generator.boards.boards_file import load_boards
from generator.errors import InputError
from generator.frontend.record_file import read_record
from generator.model.decision import Head
from generator.model.decision_file import find_rule, settings_path
from generator.model.labels import find_labels
from generator.repository import REPO_ROOT
from generator.yaml_lines import read_mapping, read_words
from hil.bench.budgets import read_budgets
from hil.boards.inventory import read_inventory
from hil.boards.labgrid_client import read_environment
from hil.gates.project_file import read_project_settings
from sounds.recording import read_recordings
from tests.fuzz.parsers.mutations import changed_text
from tests.fuzz.parsers.parser import Parser, file_parser, read_files, seeds_of
from training.config import load_config

LABELS = ("dog", "rain", "crying_baby", "silence")

ALIASES = (
    "&a",
    "*a",
    "<<: *a",
    "<<: [*a, *a]",
    "? ",
    "!!int ",
    "!!python/object/apply:os.getpid []",
    "!!binary aGk=",
    "2001-99-99",
    "2001-01-01",
    "0o17",
    "1:30:00",
    "~",
    "null",
    "yes",
    "---\n",
    "%YAML 9.9\n",
    "\t",
    "- ",
    "|",
    ">",
    "!template ",
)

INVENTORY = """\
- board: u585
  probe: "0042"
  port: /dev/ttyACM0
  power_cycle: uhubctl -l 1-1 -p 2 -a cycle
- board: h743
  probe: remote:rack
  port: rfc2217://rack:4000
"""

ENVIRONMENT = """\
targets:
  u585:
    resources:
      RemotePlace:
        name: u585-1
options:
  coordinator_address: rack:20408
"""

DECISION = """\
threshold: 0.5
thresholds: {dog: 0.75, rain: 0.25}
other: silence
events:
  begin: 0.5
  end: 0.3
  classes:
    dog: {begin: 0.9}
"""

PROJECT = """\
[tool.mel2metal]
min_accuracy = "90%"
max_network_cycles = 26_000_000
max_ram_bytes = "96 KiB"
require_sounds = true
"""

TRACK = "0.100000\t0.900000\tdog\n1.0\t1.5\train+dog\n\\\t100.0\t2000.0\n2.0\t2.0\tsilence\n"


def texts(
    name: str, *seeds: str, tokens: Sequence[str] = ALIASES
) -> Callable[[], st.SearchStrategy[list[bytes]]]:
    """Changed texts of these and of what was found before."""

    def make() -> st.SearchStrategy[list[bytes]]:
        found = [one.read_bytes().decode("utf-8", "replace") for one in seeds_of(name)]
        return changed_text([*seeds, *found], tokens)

    return make


def own(*names: str) -> list[str]:
    """Files of the repository."""
    return [(REPO_ROOT / name).read_text(encoding="utf-8") for name in names]


def some_boards() -> list[str]:
    """One record of boards.yaml each: the whole takes long to read."""
    text = (REPO_ROOT / "boards.yaml").read_text(encoding="utf-8")
    records = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return [one for one in records if one.startswith(("u585:", "l475:", "h743:"))]


def _read_labels(path: Path) -> object:
    return find_labels(path.with_name("m.tflite"), path, 4)


def _read_decision(folder: Path, content: bytes) -> object:
    model = folder / "m.tflite"
    name = settings_path(model).name
    return read_files(
        folder, {name: content}, lambda: model, lambda path: find_rule(path, Head.SIGMOID, LABELS)
    )


def _read_events(folder: Path, content: bytes) -> object:
    from fractions import Fraction

    from generator.model.decision_file import find_rules

    model = folder / "m.tflite"
    return read_files(
        folder,
        {settings_path(model).name: content},
        lambda: model,
        lambda path: find_rules(path, Head.SOFTMAX, LABELS, Fraction(3, 4)),
    )


def _read_project(path: Path) -> object:
    faults: list[object] = []
    found = read_project_settings(path.parent, faults)  # type: ignore[arg-type]
    if faults:
        raise InputError(faults)  # type: ignore[arg-type]
    return found


def _read_track(folder: Path, content: bytes) -> object:
    from tests.fuzz.parsers.sounds import small_wav

    files = {"a.wav": small_wav(), "a.txt": content}
    return read_files(folder, files, lambda: folder, lambda path: read_recordings(path, 16_000))


RECORDS = own(
    "docs/frontends/mfcc_10x49.frontend.yaml",
    "docs/frontends/micro_speech.frontend.yaml",
    "docs/frontends/yamnet.frontend.yaml",
)
CONFIGURATIONS = own("training/esc10.yaml", "training/own_sounds.yaml")

PARSERS = (
    file_parser(
        "yaml",
        "any YAML: values and lines",
        "f.yaml",
        texts("yaml", TRACK, ENVIRONMENT, DECISION),
        lambda path: read_mapping(path, "is empty", "fill it"),
    ),
    file_parser(
        "yaml-words",
        "YAML whose values are words",
        "f.yaml",
        texts("yaml-words", ENVIRONMENT),
        lambda path: read_words(path, "is empty", "fill it"),
    ),
    file_parser(
        "boards",
        "boards.yaml",
        "boards.yaml",
        texts("boards", *some_boards()),
        load_boards,
        in_slice=2,
    ),
    file_parser(
        "record", "a front-end's record", "m.frontend.yaml", texts("record", *RECORDS), read_record
    ),
    Parser("decision", "settings of the decision", texts("decision", DECISION), _read_decision),
    Parser("events", "settings of events", texts("events", DECISION), _read_events),
    file_parser(
        "configuration",
        "a training's configuration",
        "c.yaml",
        texts("configuration", *CONFIGURATIONS),
        load_config,
    ),
    file_parser(
        "inventory",
        "which boards there are",
        "boards.local.yaml",
        texts("inventory", INVENTORY),
        lambda path: read_inventory(path, ("u585", "u575", "h743")),
    ),
    file_parser(
        "labgrid",
        "labgrid's environment",
        "env.yaml",
        texts("labgrid", ENVIRONMENT),
        lambda path: read_environment(path, "u585"),
    ),
    file_parser(
        "budgets",
        "budgets of the bench",
        "b.yaml",
        texts("budgets", *own("bench/budgets.yaml")),
        read_budgets,
    ),
    file_parser(
        "labels",
        "a labels file",
        "labels.txt",
        texts("labels", "\n".join(LABELS), "\ufeffa\r\nb\n c \nd\n\n"),
        _read_labels,
    ),
    file_parser(
        "project-toml",
        "limits in pyproject.toml",
        "pyproject.toml",
        texts("project-toml", PROJECT),
        _read_project,
    ),
    Parser("track", "labels of a recording", texts("track", TRACK), _read_track),
)
