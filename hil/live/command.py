# SPDX-License-Identifier: Apache-2.0
"""`mel2metal live`: a source, a board, whoever watches; and everything closed in the end."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console

from generator.boards.record import BoardSpec
from generator.errors import EXIT_INTERRUPTED, Fault, InputError, Mel2metalError
from generator.notices import notices_apart
from generator.plain_console import PlainConsole
from generator.project.applications import MONITOR
from generator.terminal.tool_progress import install_what_is_needed
from hil.boards.board import Board
from hil.boards.image import BuiltImage
from hil.boards.virtual_board import VirtualBoard, virtual_fault_names
from hil.live.interruption import Interruption, interruptible
from hil.live.json_lines import JsonLines
from hil.live.listening import LinkListener
from hil.live.microphone import open_microphone, require_microphone
from hil.live.monitor import MonitorListener
from hil.live.observations import Counts, Observer, Observers, Setup
from hil.live.recording import Recording
from hil.live.sources import SoundFiles, SoundSource
from hil.live.view import View
from hil.options import Options, read_options
from hil.session import open_session
from hil.unlinked import open_unlinked

Say = Callable[[str], None]
Watch = Callable[[Setup], Observer]

TAIL_S = 2.5
"""What a virtual board's microphone hears behind files: silence, in which a short sound is answered
and a class ends."""


class Listener(Protocol):
    """Listens until there is no more, or the user ends it."""

    @property
    def time_s(self) -> float:
        """How far the sound is."""

    @property
    def counts(self) -> Counts:
        """What went wrong so far."""

    def run(self) -> bool:
        """Listen; whether it came to the end by itself."""


def run_live(given: argparse.Namespace, console: Console) -> int:
    """Listen on the board that was asked for; the exit code. Raises InputError or ToolError."""
    with interruptible() as interruption:
        try:
            return _run(given, console, interruption)
        except BrokenPipeError:
            # Whoever read the lines has what they wanted; nothing more can be written there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


def _run(given: argparse.Namespace, console: Console, interruption: Interruption) -> int:
    options = _read(given)
    recording = (
        Recording(given.record, with_sound=not given.board_microphone) if given.record else None
    )
    is_shown = console.is_terminal and not console.is_dumb_terminal and not given.json
    lines = console if is_shown else PlainConsole(stderr=True, highlight=False)

    def say(line: str) -> None:
        lines.print(line, markup=False, soft_wrap=True)

    assert options.front_end_rate_hz is not None, "a board is named"
    files = SoundFiles(given.wav, options.front_end_rate_hz) if given.wav else None
    if not (files or given.board_microphone):
        require_microphone()
    install_what_is_needed(lines, options.cross_compile)
    spec = next(iter(options.boards.values()))

    def watch(setup: Setup) -> Observer:
        return _observer(console, setup, recording, is_shown=is_shown)

    run = _Run(given, options, spec, files, say, watch, interruption)
    return run.of_the_board() if given.board_microphone else run.through_the_link()


@dataclass(frozen=True, slots=True)
class _Run:
    """What both ways of listening need."""

    given: argparse.Namespace
    options: Options
    spec: BoardSpec
    files: SoundFiles | None
    """What is heard, unless a microphone hears it."""

    say: Say
    watch: Watch
    interruption: Interruption

    def through_the_link(self) -> int:
        """Play sound of this machine to a board that answers."""
        progress = notices_apart(self.say)
        with (
            open_session(self.options, self.spec, on_progress=progress) as session,
            _reset_at_last(session.board, self.say),
        ):
            source: SoundSource = self.files or open_microphone(
                self.given.microphone, session.frontend.sample_rate_hz
            )
            try:
                setup = _setup(session.board, session.image, source.text)
                observer, fast = self.watch(setup), self.given.fast
                listener = LinkListener(session, source, observer, self.interruption, fast=fast)
                return _listen(listener, observer, setup, self.interruption)
            finally:
                source.close()

    def of_the_board(self) -> int:
        """Show what the board hears by itself; a virtual one hears files."""
        with open_unlinked(self.options, self.spec, MONITOR, notices_apart(self.say)) as unlinked:
            board, image = unlinked.board, unlinked.image
            rate_hz = image.project.info.frontend.sample_rate_hz
            files = self.files

            def let_hear() -> float | None:
                if files is None or not isinstance(board, VirtualBoard):
                    return None
                return board.hear(files.whole, rate_hz) + TAIL_S

            with _reset_at_last(board, self.say):
                heard = f", hearing {files.text}" if files is not None else ""
                setup = _setup(board, image, f"its own microphone{heard}")
                observer = self.watch(setup)
                listener = MonitorListener(
                    *(board, unlinked.port, setup, observer, self.interruption),
                    on_start=let_hear,
                    fast=self.given.fast,
                )
                return _listen(listener, observer, setup, self.interruption)


def _read(given: argparse.Namespace) -> Options:
    """The options, checked together with those of this command."""
    faults: list[Fault] = []
    try:
        options = read_options(vars(given).get, virtual_fault_names())
    except InputError as error:
        faults += error.faults
    if len(set(given.board)) > 1 or "all" in given.board:
        faults.append(Fault("--board", "sound is played to one board at a time", "name one"))
    faults += [
        Fault(f"--wav {path}", "there is no such file", "name a sound file")
        for path in given.wav
        if not path.is_file()
    ]
    if given.microphone is not None and (given.wav or given.board_microphone):
        other = "--wav" if given.wav else "--board-microphone"
        faults.append(Fault("--microphone", f"{other} says what is heard, too", "give one"))
    if given.board_microphone and not given.virtual and given.wav:
        what = "the microphone of a board hears what sounds around it, no files"
        faults.append(Fault("--wav", what, "leave it or --board-microphone out, or add --virtual"))
    if given.fast and not given.wav:
        faults.append(Fault("--fast", "a microphone's sound comes as time passes", "add --wav"))
    if faults:
        raise InputError(faults)
    return options


@contextmanager
def _reset_at_last(board: Board, say: Say) -> Iterator[None]:
    """In the end the board is reset, so that no clip stays open on it, and nothing is verbose."""
    try:
        yield
    finally:
        reset_board(board, say)


def reset_board(board: Board, say: Say) -> None:
    """Reset it; where that fails, which it does with a cable that was cut, say so and go on."""
    try:
        if board.reset():
            say(f"[board]    {board.spec.id}: reset")
    except (Mel2metalError, OSError) as error:
        first = str(error).partition("\n")[0]
        say(f"[board]    {board.spec.id}: could not be reset: {first}")


def _setup(board: Board, image: BuiltImage, source: str) -> Setup:
    info = image.project.info
    return Setup(
        board=board.spec.id,
        virtual=board.virtual,
        model=info.model_name,
        labels=info.labels,
        sample_rate_hz=info.frontend.sample_rate_hz,
        hop_s=info.frontend.hop_samples / info.frontend.sample_rate_hz,
        bands=info.frontend.features,
        source=source,
        rule=info.events_text,
    )


def _observer(
    console: Console, setup: Setup, recording: Recording | None, *, is_shown: bool
) -> Observer:
    shown: Observer = View(console, setup) if is_shown else JsonLines(_write)
    return Observers(shown, *([recording] if recording is not None else []))


def _write(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


def _listen(
    listener: Listener, observer: Observer, setup: Setup, interruption: Interruption
) -> int:
    is_over = False
    try:
        interruption.check()
        interruption.is_noted = True
        observer.start(setup)
        is_over = listener.run()
    finally:
        observer.finish(listener.time_s, listener.counts, interrupted=not is_over)
    return 0 if is_over else EXIT_INTERRUPTED
