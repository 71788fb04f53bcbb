# SPDX-License-Identifier: Apache-2.0
"""`mel2metal soak`: rounds of struck runs until the time is over, then the table."""

from __future__ import annotations

import argparse
import math
import os
import random
import shlex
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from generator.boards.boards_file import load_boards, unknown_board
from generator.errors import EXIT_INTERRUPTED, Fault, InputError, ToolError
from generator.repository import DEFAULT_BOARDS_FILE, REPO_ROOT, WORK_DIR
from hil.clips.clip_set import load_clips
from hil.fault_modes.names import NEED_A_VIRTUAL_BOARD, STRIKE_FROM_OUTSIDE, Boundary, FaultMode
from hil.fault_modes.plan import parse_rates
from hil.option_table import prefixed_arguments
from hil.options import collect_network
from hil.report.run_folder import TIME_FORMAT, utc_text
from hil.report.tool import read_commit
from hil.soak.defaults import RATES
from hil.soak.host_faults import HostFaults, why_impossible
from hil.soak.pieces import write_pieces
from hil.soak.progress import Progress
from hil.soak.record import SOAK_FILE, Round, Soak, read_soak
from hil.soak.struck_run import StruckRun, plan_host_faults
from hil.soak.table import summary_lines, table_lines
from hil.soak.tools_faults import ToolsFaults
from hil.suite_command import suite_command
from sounds.place import find_directory

_SHIMMED = (FaultMode.DISK_FULL, FaultMode.CLOCK_JUMP)


def run_soak(options: argparse.Namespace, console: Console) -> int:
    """All rounds; the exit code. Raises InputError or ToolError before the first one."""
    rates = _check(options)
    board_folder: Path = options.out.resolve() / options.board
    soak, folder = _begin(options, rates, board_folder)
    _say(console, f"soak of {options.board}: {folder}")
    runner = _Runner(options, soak, folder, board_folder, console)
    before = _take_signals()
    try:
        runner.prepare()
        runner.run()
    except KeyboardInterrupt:
        soak.interrupted = True
    finally:
        runner.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    soak.ended = not soak.interrupted
    soak.write(folder)
    for line in [
        "",
        *table_lines(soak),
        "",
        *summary_lines(soak),
        f"written: {folder / SOAK_FILE}",
    ]:
        _say(console, line)
    if soak.interrupted:
        return EXIT_INTERRUPTED
    return 0 if soak.is_good else 1


class _Runner:
    """The soak at work."""

    def __init__(
        self,
        options: argparse.Namespace,
        soak: Soak,
        folder: Path,
        board_folder: Path,
        console: Console,
    ) -> None:
        self._options, self._soak, self._folder = options, soak, folder
        self._board_folder = board_folder
        self._build = board_folder / "build"
        self._started_s = time.monotonic() - soak.seconds
        self._progress = Progress(console, soak, 60 * options.minutes)
        self._host: HostFaults | None = None
        self._tools: ToolsFaults | None = None
        self._sounds: Path | None = None

    def prepare(self) -> None:
        """Cut the clips, build, and find what can strike here."""
        options = self._options
        self._progress.say("[soak]     cuts the clips, builds the image: a minute the first time")
        directory = find_directory(options.sounds, os.environ, WORK_DIR)
        if directory is not None:
            clips = load_clips(directory, limit=None).clips
            chosen = load_clips(directory, limit=min(options.clips, len(clips))).clips
            self._sounds = write_pieces(chosen, self._board_folder / f"pieces-{len(chosen)}")
        if "tools" not in options.without:
            self._tools = ToolsFaults(options.board, self._build, self._of_image())
        reason = "left out by --without host" if "host" in options.without else why_impossible()
        if reason is None:
            self._host = HostFaults(self._folder / "host-faults", self._folder / "runs")
        else:
            self._soak.left_out |= {mode.value: reason for mode in _SHIMMED}

    def run(self) -> None:
        """Rounds until the time is over."""
        rounds = self._soak.rounds
        if rounds and not rounds[-1].ended:
            self._round(rounds[-1])
        while not self._is_over():
            if self._options.rounds is not None and len(rounds) >= self._options.rounds:
                break
            number = len(rounds) + 1
            seed = random.Random(f"{self._soak.seed}/{number}").randrange(1 << 31)
            rounds.append(Round(number, seed))
            self._round(rounds[-1])

    def close(self) -> None:
        """Note the time; end the line of progress."""
        self._soak.seconds = time.monotonic() - self._started_s
        self._progress.close()
        if self._host is not None:
            self._host.close()

    def _is_over(self) -> bool:
        self._soak.seconds = time.monotonic() - self._started_s
        return bool(self._soak.seconds >= 60 * self._options.minutes)

    def _round(self, current: Round) -> None:
        name = f"round-{current.number:03}"
        folder = self._folder / "runs" / name
        if not folder.is_dir():
            self._strike_tools(current)
        run = StruckRun(
            self._command(current, folder),
            folder / self._soak.board,
            current,
            log=self._folder / "logs" / f"{name}.log",
            host=self._host,
            is_over=self._is_over,
            on_change=self._changed,
        )
        host = [mode for mode in FaultMode if mode.boundary is Boundary.HOST]
        if "host" in self._options.without:
            host = []
        run.run(plan_host_faults(current.seed, self._options.clips, host))
        self._check_image(current, run)
        current.ended = True
        self._changed()

    def _strike_tools(self, current: Round) -> None:
        """One mode a round, in turns."""
        modes = [mode for mode in FaultMode if mode.boundary is Boundary.TOOLS]
        if self._tools is None:
            return
        mode = modes[(current.number - 1 + self._soak.seed) % len(modes)]
        self._progress.say(f"[tools]    {mode.value}")
        fault, trouble = self._tools.strike(mode, random.Random(f"{current.seed}/tools"))
        current.outside.append(fault)
        current.troubles += [trouble] if trouble is not None else []
        self._changed()

    def _check_image(self, current: Round, run: StruckRun) -> None:
        """The image is the same in every round, whatever the tools went through."""
        found = run.journal.firmware_sha256 if run.journal is not None else None
        if found is None:
            return
        self._soak.firmware_sha256 = self._soak.firmware_sha256 or found
        if found != self._soak.firmware_sha256:
            current.troubles.append(f"another image than before: {found}")
            for fault in current.outside:
                fault.end = "wrong" if fault.mode.startswith("tools-") else fault.end

    def _of_image(self) -> list[str]:
        options = self._options
        model = ["--model", str(options.model.resolve())] if options.model else []
        boards = ["--boards-file", str(options.boards_file)] if options.boards_file else []
        return [*model, *boards]

    def _command(self, current: Round, folder: Path) -> list[str]:
        options = self._options
        sounds = ["--sounds", str(self._sounds)] if self._sounds is not None else []
        ours = [
            *("--board", options.board, *(() if options.real else ("--virtual",))),
            *("--build-dir", str(self._build), "--report-dir", str(folder)),
            *(word for rate in self._soak.rates for word in ("--fault", rate)),
            *("--fault-seed", str(current.seed), *sounds, *self._of_image()),
        ]
        own = ["-p", "no:cacheprovider", "-p", "no:pytest_embedded"]
        return suite_command([*prefixed_arguments(ours), *own], ["test_clips"])

    def _changed(self) -> None:
        self._soak.seconds = time.monotonic() - self._started_s
        self._soak.write(self._folder)
        self._progress.show()


def _check(options: argparse.Namespace) -> list[str]:
    """The rates; InputError with all that is wrong."""
    faults: list[Fault] = []
    boards_file = (options.boards_file or DEFAULT_BOARDS_FILE).resolve()
    known = load_boards(boards_file)
    if options.board not in known:
        faults.append(unknown_board("--board", options.board, boards_file, [*known]))
    if options.model:
        collect_network(faults, options.model.resolve())
    if not 0 < options.minutes < math.inf:
        faults.append(Fault("--minutes", f"{options.minutes:g}", "give more than 0"))
    for name in ("clips", "rounds"):
        value = getattr(options, name)
        if value is not None and value < 1:
            faults.append(Fault(f"--{name}", f"{value}", "give 1 or more"))
    rates: list[str] = options.fault or list(RATES)
    impossible = dict.fromkeys(STRIKE_FROM_OUTSIDE, "strikes in every round by itself")
    if options.real:
        what = "nothing can do that to a real board"
        impossible |= dict.fromkeys(NEED_A_VIRTUAL_BOARD, what)
        if not options.fault:
            rates = [rate for rate in rates if rate.startswith(Boundary.LINK.value)]
    try:
        parse_rates(rates, impossible)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return rates


def _begin(options: argparse.Namespace, rates: list[str], board_folder: Path) -> tuple[Soak, Path]:
    """A new soak, or the one to go on with."""
    if options.resume:
        return _unfinished(options, rates, board_folder)
    now = datetime.now(UTC)
    folder = board_folder / f"{now:{TIME_FORMAT}}-seed{options.seed}"
    number = 1
    while folder.exists():
        number += 1
        folder = folder.with_name(f"{now:{TIME_FORMAT}}-seed{options.seed}-{number}")
    commit, dirty = read_commit(REPO_ROOT)
    command = shlex.join(["mel2metal", *sys.argv[1:]])
    soak = Soak(
        board=options.board,
        virtual=not options.real,
        seed=options.seed,
        minutes=options.minutes,
        rates=rates,
        command=command,
        commit=f"{commit or 'unknown'}{' with changes' if dirty else ''}",
        started_at=utc_text(now),
    )
    try:
        soak.write(folder)
    except OSError as error:
        what = f"cannot write {folder}: {error.strerror or error}"
        raise ToolError(what, "make its folder writable, or name another one (--out)") from error
    return soak, folder


def _unfinished(
    options: argparse.Namespace, rates: list[str], board_folder: Path
) -> tuple[Soak, Path]:
    files = sorted(board_folder.glob(f"*/{SOAK_FILE}"), reverse=True)
    for file in files:
        soak = read_soak(file)
        if soak.ended:
            continue
        same = (soak.seed, soak.rates, soak.virtual) == (options.seed, rates, not options.real)
        if not same:
            what = f"has seed {soak.seed} and rates {', '.join(soak.rates)}"
            remedy = "give the same ones, or leave out --resume"
            raise InputError([Fault(f"--resume: {file.parent}", what, remedy)])
        soak.interrupted = False
        return soak, file.parent
    what = f"no soak in {board_folder} was cut short"
    raise InputError([Fault("--resume", what, "leave it out")])


def _take_signals() -> dict[int, Any]:
    """Ctrl-C and SIGTERM end the soak, also where the shell that started it has them ignored.

    A run inherits what is ignored: it could not be told to end.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = (signal.SIGINT, signal.SIGTERM)
    return {number: signal.signal(number, signal.default_int_handler) for number in numbers}


def _say(console: Console, line: str) -> None:
    console.print(Text(line), soft_wrap=True)
