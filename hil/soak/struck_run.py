# SPDX-License-Identifier: Apache-2.0
"""One run of the harness under faults from outside: killed and resumed, stopped, without a disk."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import EXIT_TOOL
from hil.fault_modes.names import FaultMode
from hil.fault_modes.tally import End, FaultTally, sum_tallies
from hil.report.journal import JOURNAL_FILE, StoredJournal, read_journal
from hil.report.model import Report
from hil.report.run_folder import run_folders
from hil.report.stored import REPORT_FILE
from hil.soak.host_faults import FULL_FOR_JOURNAL, FULL_FOR_REPORT, ROOM, HostFaults
from hil.soak.record import OutsideFault, Round

STOPPED_S = 3.0
POLL_S = 0.1
LONGEST_START_S = 240.0
"""Longest that a run takes until its first clip is judged, on a busy machine."""

END_WAIT_S = 120.0
"""Longest wait for a run that was told to end."""

LONGEST_JUMP_S = 30 * 86_400
STALLED_S = 900.0
"""A run that judges no clip for so long has hung."""

_NO_ROOM = "No space left on device"
_RESUMES = ": resumes "


@dataclass(frozen=True, slots=True)
class Coming:
    """A fault from outside that strikes once so many clips are judged."""

    judged: int
    mode: FaultMode


def plan_host_faults(seed: int, clips: int, modes: Sequence[FaultMode]) -> list[Coming]:
    """Each mode once a round, at clips that the seed draws."""
    rng = random.Random(f"{seed}/host")
    coming = [Coming(rng.randrange(1, max(2, clips)), mode) for mode in modes]
    return sorted(coming, key=lambda one: (one.judged, one.mode.value))


class StruckRun:
    """The processes of one round, until its clips are judged or `is_over()`."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        current: Round,
        *,
        log: Path,
        host: HostFaults | None,
        is_over: Callable[[], bool],
        on_change: Callable[[], None],
    ) -> None:
        """`folder`: the board's own folder of reports; `log`: what its processes say."""
        self._command = list(command)
        self._folder = folder
        self._round = current
        self._host = host
        self._is_over = is_over
        self._on_change = on_change
        self._rng = random.Random(f"{current.seed}/outside")
        self._killed: OutsideFault | None = None
        self._full: OutsideFault | None = None
        self._starts = 0
        self._log = log
        self._seen_bytes = -1
        self._log_from = 0
        self.journal: StoredJournal | None = None

    def run(self, coming: Sequence[Coming]) -> None:
        """Play the round; what became of its faults is in the round."""
        left = [one for one in coming if not self._has_struck(one.mode)]
        while True:
            exit_code, interrupted = self._run_once(left)
            self._read()
            if self._goes_on(exit_code, interrupted):
                continue
            break
        if self._host is not None:
            self._host.set_room(ROOM)
            self._host.set_clock(0)
        self._judge_outside(exit_code, interrupted=interrupted)

    def _has_struck(self, mode: FaultMode) -> bool:
        return any(fault.mode == mode.value for fault in self._round.outside)

    # -- one process -----------------------------------------------------------------------------

    def _run_once(self, left: list[Coming]) -> tuple[int, bool]:
        environment = {**os.environ, **(self._host.environment if self._host is not None else {})}
        resume = ["--resume"] if self._starts or run_folders(self._folder) else []
        self._starts += 1
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._log_from = log.tell()
            process = subprocess.Popen(
                [*self._command, *resume],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=environment, start_new_session=True,
            )  # fmt: skip
            try:
                return self._watch(process, left)
            except BaseException:
                self._end(process)
                raise

    def _watch(self, process: subprocess.Popen[Any], left: list[Coming]) -> tuple[int, bool]:
        last_judged, since_s = -1, time.monotonic()
        begun_judged, begun_s = self._judged, since_s
        while True:
            try:
                return process.wait(POLL_S), False
            except subprocess.TimeoutExpired:
                pass
            self._read()
            judged = self._judged
            if judged != last_judged:
                last_judged, since_s = judged, time.monotonic()
                self._on_change()
            if time.monotonic() - since_s > STALLED_S:
                self._round.troubles.append(f"no clip was judged for {STALLED_S:g} s")
                process.kill()
                return process.wait(), True
            if self._is_over() and self._has_come_far(judged, begun_judged, begun_s):
                self._leave_room()
                return self._end(process), True
            if left and left[0].judged <= judged and self._full is None:
                self._strike(left.pop(0).mode, process)

    def _has_come_far(self, judged: int, begun_judged: int, begun_s: float) -> bool:
        """Whether a process that is ended now has something to report: it has judged a clip."""
        return judged > begun_judged or time.monotonic() - begun_s > LONGEST_START_S

    def _leave_room(self) -> None:
        """A disk that was to be full, and that nothing was written to since, is not any more."""
        full = self._full
        if full is not None and self._host is not None and not self._host.refused:
            self._host.set_room(ROOM)
            self._round.outside.remove(full)
            self._full = None

    def _end(self, process: subprocess.Popen[Any]) -> int:
        """As Ctrl-C does."""
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            return process.wait(END_WAIT_S)
        except subprocess.TimeoutExpired:
            self._round.troubles.append(f"did not end within {END_WAIT_S:g} s of Ctrl-C")
            process.kill()
            return process.wait()

    # -- faults from outside ---------------------------------------------------------------------

    def _strike(self, mode: FaultMode, process: subprocess.Popen[Any]) -> None:
        fault = OutsideFault(mode.value, "")
        match mode:
            case FaultMode.HOST_KILLED:
                fault.what = f"SIGKILL behind {self._judged} clips"
                process.kill()
                self._killed = fault
            case FaultMode.HOST_STOPPED:
                fault.what = f"SIGSTOP for {STOPPED_S:g} s"
                process.send_signal(signal.SIGSTOP)
                time.sleep(STOPPED_S)
                process.send_signal(signal.SIGCONT)
            case FaultMode.CLOCK_JUMP if self._host is not None:
                jump_s = self._rng.randrange(-LONGEST_JUMP_S, LONGEST_JUMP_S)
                fault.what = f"the wall clock is {jump_s} s off"
                self._host.set_clock(jump_s)
            case FaultMode.DISK_FULL if self._host is not None:
                state = self._rng.choice([FULL_FOR_JOURNAL, FULL_FOR_REPORT])
                where = "journal" if state == FULL_FOR_JOURNAL else "report"
                fault.what = f"no room for the {where}"
                self._host.set_room(state)
                self._full = fault
            case _:
                return
        self._round.outside.append(fault)

    def _goes_on(self, exit_code: int, interrupted: bool) -> bool:
        """Whether the run is started again behind what ended its process."""
        killed, full = self._killed, self._full
        self._killed = self._full = None
        text = self._output()
        for fault in self._round.outside:
            if fault.mode == FaultMode.HOST_KILLED.value and _RESUMES in text:
                fault.detected = True
        if full is not None and self._host is not None:
            refused = self._host.refused
            self._host.set_room(ROOM)
            full.detected = exit_code == EXIT_TOOL and _NO_ROOM in text
            if full.detected:
                return True
            if refused and not full.detected and exit_code >= 0:
                full.end = End.LOST.value
                what = f"{full.what}: ended with {exit_code} and not with words"
                self._round.troubles.append(what)
        if killed is not None and not interrupted:
            return True
        if "Traceback (most recent call last)" in text and exit_code not in (0, 1):
            self._round.troubles.append(f"exit code {exit_code} and a traceback: {self._log}")
        elif exit_code not in (0, 1) and not interrupted:
            last = text.strip().splitlines()[-1:] or ["no word"]
            self._round.troubles.append(f"the run ended with {exit_code}: {last[0]} ({self._log})")
        return False

    def _output(self) -> str:
        content = self._log.read_bytes()[self._log_from :]
        return content.decode(errors="replace")

    def _judge_outside(self, exit_code: int, *, interrupted: bool) -> None:
        """How the faults from outside ended: as the whole round."""
        report = self._report()
        if self.journal is None and interrupted:
            return
        for fault in self._round.outside:
            if fault.end is None:
                good = End.RECOVERED if fault.detected else End.HARMLESS
                fault.end = (good if report is not None else End.LOST).value
        if report is None:
            self._round.troubles.append(f"left no report ({self._log})")
            return
        total = self._round.tally.total
        if report.divergences and not total.wrong:
            self._round.troubles.append(f"{report.divergences} divergences ({self._log})")
        if exit_code == 1 and not (total.lost or total.wrong):
            self._round.troubles.append(f"a test failed ({self._log})")
        if not interrupted and not report.complete:
            why = "; ".join(report.incomplete_because)
            self._round.troubles.append(f"the report is partial: {why} ({self._log})")

    def _report(self) -> Report | None:
        if self.journal is None:
            return None
        path = self.journal.folder / REPORT_FILE
        try:
            return Report.model_validate_json(path.read_bytes(), strict=True)
        except (OSError, ValueError):
            return None

    # -- the journal -----------------------------------------------------------------------------

    @property
    def _judged(self) -> int:
        return 0 if self.journal is None else len(self.journal.judged)

    def _read(self) -> None:
        """The counts from the journal, where it has grown."""
        journals = (folder / JOURNAL_FILE for folder in reversed(run_folders(self._folder)))
        path = next((path for path in journals if path.is_file()), None)
        size = path.stat().st_size if path is not None else -1
        if path is None or size == self._seen_bytes:
            return
        self._seen_bytes = size
        self.journal = read_journal(path)
        if self.journal is None:
            return
        self._round.clips = len(self.journal.judged)
        self._round.inside = sum_tallies(map(tally_of, _attempts(self.journal))).to_plain()


def _attempts(journal: StoredJournal) -> list[list[dict[str, Any]]]:
    return [*journal.judged.values(), *journal.repeated]


def tally_of(reports: Sequence[dict[str, Any]]) -> FaultTally:
    """The faults of one attempt at a clip, from its records."""
    records = [record for one in reports for record in one.get("mel2metal_records", ())]
    found = [record["modes"] for record in records if record["kind"] == "FaultsRecord"]
    return sum_tallies(map(FaultTally.from_plain, found))
