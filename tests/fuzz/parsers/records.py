# SPDX-License-Identifier: Apache-2.0
"""Files that the project itself wrote, and somebody or a full disk changed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from generator.errors import InputError
from generator.locks import describe_owner
from generator.model.decision import Head
from generator.model.event_rule import ClassEvents, EventRule
from generator.project.manifest import MANIFEST_FILE, manifest_content, read_project
from generator.repository import REPO_ROOT
from hil.bench.record import read_record
from hil.clips.model_card import read_provenance
from hil.history.page import page_text
from hil.history.row import Row
from hil.report.html.page import make_page
from hil.report.html.write import RunFiles, read_run
from hil.report.stored import StoredRun, read_details
from hil.report.stored import read_run as read_stored
from hil.run_diff.difference import changed_clips, facts, figures, warnings
from tests.fuzz.parsers.mutations import changed_json
from tests.fuzz.parsers.parser import Parser, file_parser, read_files
from tests.hil.report.html.runs import files_of, full_records
from tests.hil.report.test_figures import PROJECT
from training.converted_card import ConvertedCard

SHIPPED_CARD = "models/yamnet_256_esc10.json"


@cache
def run_files() -> dict[str, str]:
    """report.json, details.json and evidence.json of a run that has something of everything."""
    with tempfile.TemporaryDirectory() as folder:
        made: RunFiles = files_of(full_records(Path(folder)))
    return {
        "report.json": json.dumps(made.report.as_json()),
        "details.json": json.dumps(made.details.as_json()),
        "evidence.json": json.dumps(made.evidence.model_dump(mode="json")),
    }


def of_run(name: str) -> Callable[[], st.SearchStrategy[list[bytes]]]:
    """One of its files, changed."""
    return lambda: changed_json([run_files()[name]])


def _stored(name: str) -> Callable[[Path, bytes], object]:
    """The readers of `compare-runs` and `history`."""

    def read(folder: Path, content: bytes) -> object:
        files = {one: text.encode() for one, text in run_files().items()} | {name: content}
        return read_files(folder, files, lambda: folder, _compared)

    return read


def _compared(folder: Path) -> object:
    run = read_stored(folder)
    details = read_details(run)
    rows = [Row.of(run)]
    page_text("u585", rows, [])
    assert isinstance(run, StoredRun)
    shown = [warnings(run.report, run.report, details, details), facts(run.report, run.report)]
    if details is not None:
        shown.append(list(changed_clips(details, details)))
    return shown, figures(run.report, run.report)


def _page(name: str) -> Callable[[Path, bytes], object]:
    """The page of `report`: a run whose files do not fit together ends in ValueError there."""

    def read(folder: Path, content: bytes) -> object:
        files = {one: text.encode() for one, text in run_files().items()} | {name: content}
        return read_files(folder, files, lambda: folder, _shown)

    return read


def _shown(folder: Path) -> object:
    run = read_run(folder)
    try:
        return make_page(run.report, run.details, run.evidence, {})
    except ValueError as error:
        raise InputError.__new__(InputError) from error


def _project(folder: Path, content: bytes) -> object:
    return read_files(folder, {MANIFEST_FILE: content}, lambda: folder, _read_project)


def _read_project(folder: Path) -> object:
    info = read_project(folder).info
    return info.rule_text, info.events_text, info.class_constants, info.labels_bytes


def _card(folder: Path, content: bytes) -> object:
    sha256 = next(iter(json.loads(_own(SHIPPED_CARD))["files"]["tflite"].values()))

    def read(path: Path) -> object:
        ConvertedCard.is_one(path.with_suffix(".json"))
        return read_provenance(path, sha256)

    return read_files(folder, {"m.json": content}, lambda: folder / "m.tflite", read)


def _own(name: str) -> str:
    return (REPO_ROOT / name).read_text(encoding="utf-8")


OWNER = json.dumps(
    {"pid": 1, "host": "rack", "since": "2001-02-03T04:05:06", "command": "make hil"}
)

PARSERS = (
    Parser("report", "report.json, read again", of_run("report.json"), _stored("report.json")),
    Parser("details", "details.json, read again", of_run("details.json"), _stored("details.json")),
    Parser(
        "project",
        "project.json",
        lambda: changed_json([_manifest()]),
        _project,
    ),
    Parser("card", "a model's card", lambda: changed_json([_own(SHIPPED_CARD)]), _card),
    file_parser(
        "bench-record",
        "a record of the bench",
        "b.json",
        lambda: changed_json([_small_bench()]),
        read_record,
        in_slice=2,
    ),
    file_parser("lock", "a lock's owner", "a.lock", lambda: changed_json([OWNER]), describe_owner),
)


def _small_bench() -> str:
    record = json.loads(_own("bench/baseline-u585.json"))
    record["models"] = record["models"][:1]
    for model in record["models"]:
        model["layers"] = model["layers"][:2]
    return json.dumps(record)


def _manifest() -> str:
    events = EventRule(Head.SOFTMAX, (ClassEvents(3, 80, 60, 2, 3),) * len(PROJECT.labels))
    return json.dumps(manifest_content(replace(PROJECT, events=events)))
