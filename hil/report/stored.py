# SPDX-License-Identifier: Apache-2.0
"""Reports of earlier runs: found by name, read by the model that they were written from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from generator.bounded_json import check_numbers
from generator.errors import Fault, InputError
from hil.report.completeness import PARTIAL_FILE
from hil.report.details import Details
from hil.report.model import Report
from hil.report.run_folder import LATEST, latest_run, run_folders
from hil.report.section import Section

PREVIOUS = "previous"
_T = TypeVar("_T", bound=Section)

REPORT_FILE = "report.json"
DETAILS_FILE = "details.json"


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run on disk."""

    folder: Path
    report: Report

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.folder.resolve().name


def read_run(path: Path) -> StoredRun:
    """The run in a folder, or of a report.json; InputError where it is none of this version."""
    file = path / REPORT_FILE if path.is_dir() else path
    if not file.is_file():
        partial = file.parent / PARTIAL_FILE
        why = partial.read_text(encoding="utf-8").splitlines() if partial.is_file() else []
        what = "; ".join([f"has no {REPORT_FILE}", *why])
        raise InputError([Fault(str(path), what, "name a run that wrote one")])
    return StoredRun(file.parent, _read(file, Report))


def read_details(run: StoredRun) -> Details | None:
    """Its details.json; None where there is none. InputError where it is damaged."""
    file = run.folder / DETAILS_FILE
    return _read(file, Details) if file.is_file() else None


def read_runs(board_folder: Path) -> tuple[list[StoredRun], list[Fault]]:
    """All reports of a board by the time their runs began, and what is wrong with those left out.

    Runs that left no report are passed over.
    """
    runs: list[StoredRun] = []
    faults: list[Fault] = []
    places = [one for one in run_folders(board_folder) if (one / REPORT_FILE).is_file()]
    if (board_folder / REPORT_FILE).is_file():  # where earlier versions put it
        places.append(board_folder / REPORT_FILE)
    for place in places:
        try:
            runs.append(read_run(place))
        except InputError as error:
            faults += error.faults
    return sorted(runs, key=lambda run: (run.report.started_at, run.name)), faults


def find_run(name: str, board_folder: Path) -> Path:
    """A run by its path, by `latest` or `previous`, or by the beginning of its folder's name.

    Raises InputError where there is none, or more than one.
    """
    if name == LATEST:
        return _known(latest_run(board_folder), name, board_folder)
    if name == PREVIOUS:
        return _known(_previous(board_folder), name, board_folder)
    if Path(name).exists():
        return Path(name)
    folders = run_folders(board_folder)
    found = [folder for folder in folders if folder.name.startswith(name)]
    exact = [folder for folder in found if folder.name == name]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    if found:
        names = ", ".join(folder.name for folder in found)
        raise InputError([Fault(name, f"begins {len(found)} names: {names}", "write more of it")])
    what = f"is no path, and no run in {board_folder} begins so"
    shown = ", ".join(folder.name for folder in folders[-5:])
    remedy = f"there are: {shown}" if shown else "make a run first: make hil"
    raise InputError([Fault(name, what, remedy)])


def _previous(board_folder: Path) -> Path | None:
    """The last run with a report before the latest."""
    latest = latest_run(board_folder)
    before = [
        folder
        for folder in run_folders(board_folder)
        if (folder / REPORT_FILE).is_file() and (latest is None or folder.name < latest.name)
    ]
    return before[-1] if before else None


def _known(run: Path | None, name: str, board_folder: Path) -> Path:
    if run is None:
        what = f"there is no {name} run in {board_folder}"
        raise InputError([Fault(name, what, "make one: make hil; or name --board, --report-dir")])
    return run


def _read(file: Path, model: type[_T]) -> _T:
    try:
        content = file.read_bytes()
        read = model.model_validate_json(content, strict=True)
        check_numbers(content)
        return read
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise InputError([Fault(str(file), what, "mend it, or leave it out")]) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        what = f"{key}: {first['msg']}" if key else first["msg"]
        if key == "schema":
            what = "is of another version of mel2metal, or of another program"
        raise InputError([Fault(str(file), what, "leave it out, or run again")]) from error
    except ValueError as error:
        raise InputError([Fault(str(file), str(error), "leave it out, or run again")]) from error
