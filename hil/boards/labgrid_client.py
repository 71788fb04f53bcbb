# SPDX-License-Identifier: Apache-2.0
"""labgrid's own command, and its environment file, as far as a place is named there."""

from __future__ import annotations

import os
import re
import shutil
import string
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from generator.bounded_yaml import load_yaml
from generator.errors import Fault, InputError, ToolError
from generator.repository import WORK_DIR
from generator.yaml_lines import read_mapping
from hil.boards.board import BoardAbsentError

OPTION = "--lg-env"
COMMAND = "labgrid-client"
OWN_ENVIRONMENT = WORK_DIR / ".venv-labgrid"
"""Where `make labgrid` puts it."""

TIMEOUT_S = 60.0
"""Longest run of the command: it gives up a coordinator that is not there after some seconds."""

ONLY_TARGET = "main"
"""How labgrid's own examples name a single target."""


def find_client() -> str:
    """The command; raises ToolError where labgrid is not installed."""
    own = OWN_ENVIRONMENT / "bin" / COMMAND
    found = shutil.which(COMMAND) or (str(own) if own.is_file() else None)
    if found is None:
        raise ToolError(
            f"{OPTION}: there is no {COMMAND} in PATH",
            "install labgrid: make labgrid (into .venv-labgrid), or pipx install labgrid. Not into "
            "this environment: its pyserial-labgrid would overwrite pyserial",
        )
    return found


def _fill_template(loader: yaml.SafeLoader, node: yaml.Node) -> str:
    assert isinstance(node, yaml.ScalarNode)
    names = {name: value for name, value in os.environ.items() if name.startswith("LG_")}
    return string.Template(str(loader.construct_scalar(node))).safe_substitute(names)


TAGS = {"!template": _fill_template}
"""Tags of labgrid's own."""


def read_environment(path: Path, board: str) -> tuple[str, str | None]:
    """The place of `board`, and the coordinator's address if there is one.

    Raises InputError for a faulty file, BoardAbsentError where no target is the board.
    """
    where = f"{OPTION} {path.name}"
    try:
        remedy = "docs/lab.md shows one"
        document, _ = read_mapping(path, "has no targets", remedy, tags=TAGS)
    except InputError as error:
        told = [replace(fault, where=f"{OPTION} {fault.where}") for fault in error.faults]
        raise InputError(told) from None
    targets = document.get("targets")
    if not isinstance(targets, Mapping) or not targets:
        raise InputError([Fault(where, "has no targets", remedy)])
    only = [*targets] == [ONLY_TARGET]
    target = targets.get(board, targets[ONLY_TARGET] if only else None)
    if target is None:
        there = ", ".join(map(str, targets))
        raise BoardAbsentError(
            f"board {board}: {where} has no target {board}, but {there}",
            "name the target as the board in boards.yaml",
        )
    places = [*_places(target)]
    if len(places) != 1:
        what = f"target {board if board in targets else ONLY_TARGET} names {len(places)} places"
        raise InputError([Fault(where, what, "give it one resource RemotePlace with its name")])
    options = document.get("options")
    address = options.get("coordinator_address") if isinstance(options, Mapping) else None
    return places[0], str(address) if address else None


def _places(target: Any) -> Iterator[str]:
    """Names of the target's places: its resources are a table, or a list of tables."""
    resources = target.get("resources") if isinstance(target, Mapping) else None
    tables = resources if isinstance(resources, list) else [resources]
    for table in tables:
        if not isinstance(table, Mapping):
            continue
        place = table if table.get("cls") == "RemotePlace" else table.get("RemotePlace")
        if isinstance(place, Mapping) and place.get("name"):
            yield str(place["name"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of the command said."""

    ok: bool
    said: str

    @property
    def holder(self) -> str | None:
        """HOST/USER who has the place, where that is why it was refused."""
        found = re.search(r"already acquired by (\S+?)\.?(?:\s|$)", self.said)
        own = re.search(r"You have already acquired place \S+ on (\S+?)\.(?:\s|$)", self.said)
        if found:
            return found[1]
        return f"you, on {own[1]}," if own else None


@dataclass(frozen=True, slots=True)
class Labgrid:
    """The command for one place; `coordinator` None: labgrid's own default, or LG_COORDINATOR."""

    command: str
    coordinator: str | None
    place: str

    @property
    def words(self) -> list[str]:
        """The command with what is the same in all its runs."""
        at = ["-x", self.coordinator] if self.coordinator else []
        return [self.command, *at, "-p", self.place]

    def run(self, *words: str) -> Answer:
        """Run it to its end; raises ToolError where it does not end."""
        done = self._run(words)
        lines = f"{done.stderr}\n{done.stdout}".splitlines()
        said = " ".join(line.removeprefix(f"{COMMAND}: Error: ") for line in lines if line.strip())
        return Answer(done.returncode == 0, said.strip())

    def read_resources(self) -> list[Mapping[str, Any]]:
        """The resources of the acquired place: tables of class and fields."""
        done = self._run(["env"])
        if done.returncode != 0:
            raise ToolError(
                f"labgrid does not tell the resources of {self.place}: {done.stderr.strip()}",
                "has its exporter left? labgrid-client show prints more",
            )
        try:
            document: Any = load_yaml(done.stdout)[0]
            resources: list[Mapping[str, Any]] = document["targets"][self.place]["resources"]
        except (yaml.YAMLError, LookupError, TypeError) as error:
            what = f"{self.command} env tells the resources of {self.place} in no known form"
            raise ToolError(what, "docs/lab.md names the version that was tried") from error
        return resources

    def _run(self, words: list[str] | tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        # LG_ENV and LG_PLACE would have a say beside what is named here.
        kept = {name: value for name, value in os.environ.items() if name not in _SAID_HERE}
        try:
            return subprocess.run(
                [*self.words, *words],
                env=kept,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolError(
                f"{self.command} {' '.join(words)}: {error}", "is its coordinator alive?"
            ) from error


_SAID_HERE = frozenset({"LG_ENV", "LG_PLACE", "PLACE", "LG_STATE", "STATE", "LG_INITIAL_STATE"})
