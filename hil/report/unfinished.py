# SPDX-License-Identifier: Apache-2.0
"""Which run `--resume` goes on with: the latest unfinished one that is about the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.errors import Fault, InputError
from hil.clips.clip_set import ClipSet
from hil.fault_modes.plan import FaultRate
from hil.options import Options
from hil.report.journal import JOURNAL_FILE, StoredJournal, read_journal
from hil.report.run_folder import latest_run, run_folders

LEAVE_OUT = "leave out --resume to begin a new run"


def describe_run(options: Options, board: str, clips: ClipSet) -> dict[str, str]:
    """What a run on that board is about, by what it is called in words, as far as known before.

    The image itself and the tests selected are held against the journal when they are known.
    """
    return {
        "board": board,
        "kind of board": "virtual" if options.virtual else "real",
        "faults of the virtual board": ", ".join(options.virtual_faults) or "none",
        "faults": ", ".join(_rate_text(one) for one in options.fault_rates) or "none",
        "seed of the faults": str(options.fault_seed),
        "model": f"{options.model.name}, SHA-256 {_file_digest(options.model)[:16]}",
        "labels": str(options.labels or "beside the model"),
        "front-end": options.frontend or "the model's",
        "threshold": "the model's" if options.threshold is None else f"{options.threshold:g}",
        "engine": options.engine,
        "schedule": options.optimise,
        "kernels": options.kernels,
        "clips": f"{len(clips.clips)} of {clips.source}, digest {_clips_digest(clips)[:16]}",
    }


def find_unfinished(board_folder: Path, given: Mapping[str, str]) -> StoredJournal | None:
    """The latest unfinished run of the same description; None where none is left to go on with.

    A run that was killed before its first test counts as none. InputError, with what differs, where
    the only ones that are unfinished are about something else.
    """
    other: StoredJournal | None = None
    for folder in _latest_first(board_folder):
        journal = read_journal(folder / JOURNAL_FILE)
        if journal is None or not journal.judged:
            continue
        if journal.given == dict(given):
            if not journal.ended:
                return journal
            break
        if other is None and not journal.ended:
            other = journal
    if other is not None:
        raise InputError(differences(other, given))
    return None


def differences(journal: StoredJournal, given: Mapping[str, str]) -> list[Fault]:
    """What a run and the options given do not have in common."""
    where = f"--resume: {journal.folder}"
    faults = []
    for name in {**journal.given, **given}:
        then, now = (values.get(name, "unknown") for values in (journal.given, given))
        if then != now:
            faults.append(Fault(where, f"{name}: then {then}, now {now}", LEAVE_OUT))
    return faults


def refuse_other_tests(journal: StoredJournal, tests: Iterable[str]) -> None:
    """InputError where other tests are selected than the run has."""
    now = frozenset(tests)
    if now == journal.tests:
        return
    more, fewer = len(now - journal.tests), len(journal.tests - now)
    what = f"other tests are selected: {fewer} of its {len(journal.tests)} are not, {more} are new"
    remedy = f"give the same -k, -m and names of tests; or {LEAVE_OUT}"
    raise InputError([Fault(f"--resume: {journal.folder}", what, remedy)])


def refuse_other_image(journal: StoredJournal, firmware_sha256: str) -> None:
    """InputError where the board runs another image than the run played to."""
    then = journal.firmware_sha256
    if then is None or then == firmware_sha256:
        return
    what = f"the firmware is another one: SHA-256 then {then}, now {firmware_sha256}"
    raise InputError([Fault(f"--resume: {journal.folder}", what, LEAVE_OUT)])


def _latest_first(board_folder: Path) -> list[Path]:
    """By `latest`, then by the time in their names, which a clock that is set may mix up."""
    latest = latest_run(board_folder)
    first = [board_folder / latest.name] if latest is not None else []
    return list(dict.fromkeys([*first, *reversed(run_folders(board_folder))]))


def _rate_text(one: FaultRate) -> str:
    return f"{one.mode.value}@{one.rate:g}"


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _clips_digest(clips: ClipSet) -> str:
    """Of names, folds and labels, and of each file's size and time."""
    digest = hashlib.sha256()
    for clip in clips.clips:
        state = clip.path.stat() if clip.path is not None else None
        facts = (state.st_size, state.st_mtime_ns) if state is not None else ()
        digest.update(repr((clip.name, clip.fold, clip.label, facts)).encode())
    return digest.hexdigest()
