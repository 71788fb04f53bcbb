# SPDX-License-Identifier: Apache-2.0
"""The page says what the files say, all of it, and is one file."""

from __future__ import annotations

import base64
import io
import json
import re
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.model.published import MODEL_SHA256, published_rows
from hil.report.evidence import SHOWN_CLIPS, make_evidence
from hil.report.evidence_records import unpack_cells
from hil.report.html.memory import part_of
from hil.report.html.page import make_page
from hil.report.html.shown import ShownFigures
from hil.report.html.sound import Sound, read_sounds, wav_bytes
from hil.report.html.write import RunFiles
from hil.report.records import Record, RunRecords, from_plain, to_plain
from tests.hil.report.html.runs import COST, HOSTILE, PLACED, evidence, files_of, full_records
from tests.hil.report.test_figures import BOARD, FULL, SEVERAL, UNDECIDED, clip, run_of


def page_of(files: RunFiles, sounds: dict[str, Sound] | None = None) -> str:
    return make_page(files.report, files.details, files.evidence, sounds or {})


@pytest.fixture
def full(tmp_path: Path) -> RunFiles:
    return files_of(full_records(tmp_path))


def test_the_same_files_give_the_same_page(full: RunFiles) -> None:
    again = RunFiles(
        type(full.report).model_validate(full.report.as_json()),
        type(full.details).model_validate(full.details.as_json()),
        type(full.evidence).model_validate(full.evidence.as_json()),
    )
    assert page_of(full) == page_of(again)


def test_a_users_names_are_words_and_no_markup(full: RunFiles) -> None:
    page = page_of(full)
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page


def test_nothing_is_loaded_from_elsewhere(full: RunFiles, tmp_path: Path) -> None:
    page = page_of(full, dict(read_sounds(full.evidence)))
    addresses = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')>\s]+)""", page)
    assert addresses
    assert all(one.startswith(("#", "data:")) for one in addresses)
    assert "default-src 'none'" in page
    assert str(tmp_path) not in page.replace("cannot be read", "")[: page.index("<main>")]


def test_every_key_of_the_report_is_on_the_page(full: RunFiles) -> None:
    shown = set(re.findall(r'data-key="([^"]+)"', page_of(full)))
    keys = {key for key, _ in ShownFigures(full.report.as_json()).leaves()}
    assert len(keys) > 80
    assert keys <= shown
    assert {key for key in shown if not key.startswith("details.")} <= keys


@pytest.mark.parametrize(
    "records",
    [
        FULL,
        SEVERAL,
        UNDECIDED,
        run_of(replace(BOARD, accuracy_unmeasured="no labels")),
        run_of(BOARD),
    ],
    ids=["softmax", "sigmoid", "undecided", "no-labels", "nothing-played"],
)
def test_a_page_can_be_made_of_any_run(records: RunRecords) -> None:
    page = page_of(files_of(records))
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")


def test_faults_on_purpose_stand_by_their_mode_where_there_were_any(full: RunFiles) -> None:
    page = page_of(full)
    section = page[page.index('id="faults"') : page.index('id="environment"')]
    row = section[section.index('class="mono">link-cut') :].partition("</tr>")[0]
    assert re.findall(r">(\d+)</data>", row) == ["2", "1", "1", "1", "0", "0"]
    assert re.findall(r'scope="col">(\w+)', section)[0] == "mode"
    assert "link-silent" not in section, "it struck nothing"
    none = replace(full, report=full.report.model_copy(update={"faults": None}))
    assert "Faults on purpose" not in page_of(none)
    assert 'href="#faults"' in page and 'href="#faults"' not in page_of(none)


def test_verdicts_are_the_reports(full: RunFiles) -> None:
    assert '<span class="verdict">Failed</span>' in page_of(full)
    assert "1 of 12 tests failed and 2 of 3 limits exceeded or not judged." in page_of(full)
    for changes, word in (
        ({"passed": True, "complete": True}, "Passed"),
        ({"passed": True, "complete": False}, "Passed in part"),
    ):
        report = full.report.model_copy(update={**changes, "gates": ()})
        assert f'<span class="verdict">{word}</span>' in page_of(replace(full, report=report))


def test_clips_heard_in_training_are_no_measure_in_words() -> None:
    board = replace(BOARD, trained_folds=(1,), cross_validated="94 %")
    page = page_of(files_of(run_of(board, clip("a", 0, 0))))
    assert "No measure of accuracy:" in page


def test_wrong_clips_come_failed_first_and_the_surest_before_others(tmp_path: Path) -> None:
    records = full_records(tmp_path, wrong=3)
    order = make_evidence(records).wrong
    assert order == ("right-0", "wrong-02", "wrong-01", HOSTILE, "undecided")


def test_clips_beyond_the_bound_are_listed_without_picture_and_sound(tmp_path: Path) -> None:
    files = files_of(full_records(tmp_path, wrong=SHOWN_CLIPS + 4))
    page = page_of(files)
    assert page.count('<article class="clip">') == SHOWN_CLIPS
    assert "6 more without picture and sound" in page
    kept = [name for name, one in files.evidence.clips.items() if one.features]
    assert len(kept) == SHOWN_CLIPS


def test_scores_and_features_are_the_boards(tmp_path: Path) -> None:
    files = files_of(full_records(tmp_path))
    known = files.evidence.clips["wrong-01"]
    record = evidence("wrong-01", "", [[0]], kept=True)
    assert (unpack_cells(known.features, 64) == unpack_cells(record.cells, 64)).all()
    page = page_of(files)
    assert f"dog: {(-21 + 128) / 256:.3f}, {(20 + 128) / 256:.3f}" in page


def test_damaged_features_are_an_error_with_words() -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack_cells(base64.b64encode(b"no deflate").decode(), 64)


def test_sound_is_what_the_board_heard(full: RunFiles) -> None:
    sounds = read_sounds(full.evidence)
    content = base64.b64decode(sounds[HOSTILE].uri.partition(",")[2])
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert file.getnframes() == 80_000
    assert "cannot be read" in sounds["wrong-02"].absent_because
    assert "cannot be read" in sounds["undecided"].absent_because
    assert "right-1" not in sounds
    page = page_of(full, dict(sounds))
    assert page.count("<audio") == 2
    assert "No sound here: its sound cannot be read" in page


def test_all_sounds_together_are_bounded(full: RunFiles) -> None:
    one = len(wav_bytes(np.zeros(80_000, np.int16), 16_000))
    sounds = read_sounds(full.evidence, limit_bytes=one)
    assert [bool(sound.uri) for sound in sounds.values()].count(True) == 1
    assert any("left out" in sound.absent_because for sound in sounds.values())


@pytest.mark.parametrize(
    "record", [COST, evidence("a", "a.wav", [[1, 2]], kept=True), replace(BOARD, placed=PLACED)]
)
def test_records_travel_as_plain_values(record: Record) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(record)))) == record


@pytest.mark.parametrize(
    ("section", "part"),
    [
        (".text.network", "network"),
        (".stack", "stack"),
        (".vectors", "core"),
        (".dma.port", "port"),
    ],
)
def test_sections_belong_to_parts(section: str, part: str) -> None:
    assert part_of(section) == part


def test_operators_are_shown_with_what_lies_between(full: RunFiles) -> None:
    page = page_of(full)
    assert "600,000" in page and "between operators" in page
    assert f"{100 * 600_000 / 616_000:.1f} %" in page
    silent = replace(full, evidence=full.evidence.model_copy(update={"layer_cost": None}))
    assert "Not counted in this run" in page_of(silent)
    silicon = full.report.model_copy(update={"virtual": False})
    assert "Not measured: the board reads its cycle counter" in page_of(
        replace(silent, report=silicon)
    )


def test_published_rows_stand_beside_their_very_model_alone(full: RunFiles) -> None:
    assert "published by ST" not in page_of(full)
    theirs = full.report.model_copy(update={"model_sha256": MODEL_SHA256})
    assert page_of(replace(full, report=theirs)).count("published by ST") == len(
        published_rows(MODEL_SHA256)
    )
