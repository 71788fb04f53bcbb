# SPDX-License-Identifier: Apache-2.0
"""A journal holds what was written whole, and finds the run to go on with."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from generator.errors import InputError, ToolError
from hil.clips.clip_set import Clip, ClipSet
from hil.fault_modes.plan import parse_rate
from hil.options import read_options
from hil.report.journal import JOURNAL_FILE, Journal, StoredJournal, read_journal
from hil.report.records import to_plain
from hil.report.run_folder import make_run_folder, point_latest
from hil.report.unfinished import (
    describe_run,
    find_unfinished,
    refuse_other_image,
    refuse_other_tests,
)
from tests.hil.report.test_figures import BOARD

AT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
GIVEN = {"board": "u585", "model": "m"}
TESTS = ("t[u585-a]", "t[u585-b]", "t[u585-c]")
REPORT = {"nodeid": "t[u585-a]", "mel2metal_records": [to_plain(BOARD)]}


def written(folder: Path, judged: int = 2, given: dict[str, str] = GIVEN) -> Path:
    """A journal with so many tests, whose process is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    journal = Journal.begin(folder / JOURNAL_FILE, AT, given, TESTS)
    for number, test in enumerate(TESTS[:judged]):
        journal.judge(test, [REPORT, {"text": "ä\n" * number}], 1.5 * (number + 1))
    journal.close()
    return folder / JOURNAL_FILE


def read(path: Path) -> StoredJournal:
    found = read_journal(path)
    assert found is not None
    return found


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    stored = read(written(tmp_path))
    assert (stored.started_at, stored.given, stored.tests) == (AT, GIVEN, frozenset(TESTS))
    assert stored.judged[TESTS[1]] == [REPORT, {"text": "ä\n"}]
    assert (stored.wall_seconds, stored.firmware_sha256) == (3.0, "cd" * 32)
    assert (stored.ended, stored.good_bytes) == (False, stored.path.stat().st_size)


def test_cut_at_any_byte_it_holds_the_lines_before_and_goes_on_behind_them(tmp_path: Path) -> None:
    path = written(tmp_path)
    content = path.read_bytes()
    ends = [at for at, byte in enumerate(content) if byte == ord("\n")]
    near = {end + more for end in ends for more in (-1, 0, 1)}
    for length in sorted({*near, *range(0, len(content), 97)}):
        path.write_bytes(content[:length])
        lines = content[:length].count(b"\n")
        stored = read_journal(path)
        if not lines:
            assert stored is None
            continue
        assert stored is not None and len(stored.judged) == lines - 1
    path.write_bytes(content[:-1])
    journal = Journal(path, read(path).good_bytes)
    journal.judge(TESTS[2], [], 9.0)
    journal.end()
    journal.close()
    assert [*read(path).judged] == [TESTS[0], TESTS[2]]
    assert read(path).ended


@pytest.mark.parametrize(
    "damage", [b"\0" * 40, b"[]", b'{"kind":"test"}', b'"x"', b"\xff", b"[" * 9999]
)
def test_behind_a_damaged_line_nothing_counts(tmp_path: Path, damage: bytes) -> None:
    path = written(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1], damage, b"\n", lines[2]]))
    assert [*read(path).judged] == [TESTS[0]]
    path.write_bytes(b"".join([damage, b"\n", *lines]))
    assert read_journal(path) is None


def test_a_full_disk_leaves_whole_lines_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    journal = Journal(path, len(whole))

    def full(file: int, content: bytes) -> int:
        if len(content) > 10:
            return original(file, content[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    original = os.write
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ToolError, match="No space left on device") as refused:
        journal.judge(TESTS[2], [], 9.0)
    assert "make room" in str(refused.value)
    assert path.read_bytes() == whole
    monkeypatch.undo()
    journal.judge(TESTS[2], [], 9.0)  # there is room again
    journal.close()
    assert len(read(path).judged) == 3


def test_two_runs_do_not_write_one_journal(tmp_path: Path) -> None:
    path = written(tmp_path)
    journal = Journal(path, read(path).good_bytes)
    with pytest.raises(ToolError, match="in use by another run"):
        Journal(path, read(path).good_bytes)
    journal.close()
    Journal(path, read(path).good_bytes).close()


def run_folder(board: Path, second: int, **journal: Any) -> Path:
    folder = make_run_folder(board, AT.replace(second=second), "m")
    point_latest(board, folder)
    if journal:
        written(folder, **journal)
    return folder


def end(folder: Path) -> None:
    journal = Journal(folder / JOURNAL_FILE, read(folder / JOURNAL_FILE).good_bytes)
    journal.end()
    journal.close()


def test_the_latest_unfinished_run_of_the_same_is_found(tmp_path: Path) -> None:
    assert find_unfinished(tmp_path, GIVEN) is None
    old = run_folder(tmp_path, 1, judged=1)
    new = run_folder(tmp_path, 2, judged=1)
    run_folder(tmp_path, 3, judged=1, given={**GIVEN, "model": "n"})
    run_folder(tmp_path, 4, judged=0)
    run_folder(tmp_path, 5)
    found = find_unfinished(tmp_path, GIVEN)
    assert found is not None and found.folder == new
    end(new)
    assert not read(old / JOURNAL_FILE).ended
    with pytest.raises(InputError, match="model: then n, now m"):
        find_unfinished(tmp_path, GIVEN)


def test_a_whole_run_leaves_nothing_to_go_on_with(tmp_path: Path) -> None:
    run_folder(tmp_path, 1, judged=1)
    end(run_folder(tmp_path, 2, judged=3))
    assert find_unfinished(tmp_path, GIVEN) is None


def test_a_clock_that_was_set_back_hides_no_run(tmp_path: Path) -> None:
    run_folder(tmp_path, 30, judged=1)
    latest = run_folder(tmp_path, 2, judged=1)
    found = find_unfinished(tmp_path, GIVEN)
    assert found is not None and found.folder == latest


def test_other_tests_and_another_image_are_refused_in_words(tmp_path: Path) -> None:
    stored = read(written(tmp_path))
    refuse_other_tests(stored, TESTS)
    refuse_other_image(stored, "cd" * 32)
    with pytest.raises(InputError, match="2 of its 3 are not, 1 are new"):
        refuse_other_tests(stored, [TESTS[0], "t[u585-d]"])
    with pytest.raises(InputError, match="the firmware is another one"):
        refuse_other_image(stored, "00" * 32)


def test_whatever_makes_another_run_is_in_its_description(tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"1")
    clips = ClipSet((Clip("a", 1, "dog", sound),), ("dog",), "sounds, 1 clips")
    plain = read_options({"board": ["u585"], "engine": "builtin"}.get)
    described = describe_run(plain, "u585", clips)
    assert describe_run(plain, "u585", clips) == described
    model = tmp_path / "m.tflite"
    model.write_bytes(plain.model.read_bytes() + b"\0")
    others = [
        replace(plain, virtual=True),
        replace(plain, virtual_faults=("noise",)),
        replace(plain, fault_rates=(parse_rate("link-cut@0.5"),)),
        replace(plain, fault_seed=7),
        replace(plain, model=model),
        replace(plain, labels=sound),
        replace(plain, frontend="yamnet"),
        replace(plain, threshold=0.5),
        replace(plain, engine="stedgeai"),
        replace(plain, optimise="time"),
        replace(plain, kernels="portable"),
    ]
    texts = [describe_run(one, "u585", clips) for one in others]
    sound.write_bytes(b"12")
    texts.append(describe_run(plain, "u585", clips))
    assert all(len(text.items() - described.items()) == 1 for text in texts)
