# SPDX-License-Identifier: Apache-2.0
"""report.html in a run's folder, from the run's files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from generator.bounded_json import check_numbers
from generator.errors import Fault, InputError
from hil.report.details import Details
from hil.report.evidence import Evidence
from hil.report.files import write_text
from hil.report.html.page import make_page
from hil.report.html.sound import read_sounds
from hil.report.model import Report

PAGE_FILE = "report.html"
Model = TypeVar("Model", bound=BaseModel)
REPORT_FILE, DETAILS_FILE, EVIDENCE_FILE = "report.json", "details.json", "evidence.json"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """What a run left behind, as the page needs it."""

    report: Report
    details: Details
    evidence: Evidence


def read_run(folder: Path) -> RunFiles:
    """The files of one run; raises InputError with all that are missing or damaged."""
    faults: list[Fault] = []
    report = _read(folder / REPORT_FILE, Report, faults)
    details = _read(folder / DETAILS_FILE, Details, faults)
    evidence = _read(folder / EVIDENCE_FILE, Evidence, faults)
    if report is None or details is None or evidence is None:
        raise InputError(faults)
    return RunFiles(report, details, evidence)


def _read(path: Path, kind: type[Model], faults: list[Fault]) -> Model | None:
    again = "play the clips again (`make hil`): a run of this version writes it"
    try:
        content = path.read_bytes()
        read = kind.model_validate_json(content)
        check_numbers(content)
        return read
    except OSError as error:
        faults.append(Fault(str(path), f"cannot be read: {error.strerror or error}", again))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        more = f", and {error.error_count() - 1} faults more" if error.error_count() > 1 else ""
        faults.append(Fault(str(path), f"{place}: {first['msg']}{more}", again))
    except ValueError as error:
        faults.append(Fault(str(path), str(error), again))
    return None


def write_page(folder: Path, run: RunFiles) -> Path:
    """Write the page whole or not at all; returns its path.

    Sounds are read from where they were played from; raises OSError where nothing can be written.
    """
    path = folder / PAGE_FILE
    sounds = read_sounds(run.evidence)
    write_text(path, make_page(run.report, run.details, run.evidence, sounds))
    return path
