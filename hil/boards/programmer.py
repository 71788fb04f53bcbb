# SPDX-License-Identifier: Apache-2.0
"""Programming by a tool of the user's own: `--flash-command`, in place of pyOCD.

The command is run without a shell, under the board's lock. Whether it wrote what it should is not
left to it: the handshake compares the hash of what lies in flash.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Protocol

from generator.errors import ToolError
from hil.boards.image import BuiltImage
from hil.flash_command import fill_command

TIMEOUT_S = 300.0
"""Longest run of a command: a whole flash by a slow probe takes a minute."""

SHOWN_LINES = 8
"""How many of its last lines an error shows."""


class NoProgrammerError(ToolError):
    """Nothing may or can write this board's flash."""


class Programmer(Protocol):
    """Writes an image into a board's flash."""

    def program(self, image: BuiltImage, *, always: bool = False) -> None:
        """Write it where it differs, or `always`; raises ToolError where that failed."""


class CommandProgrammer:
    """Runs a command; `probe` is the id that stands for `{probe}`."""

    def __init__(
        self,
        command: str,
        probe: str | None = None,
        *,
        on_progress: Callable[[str], None] = lambda line: None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._command = command
        self._probe = probe
        self._on_progress = on_progress
        self._timeout_s = timeout_s

    def program(self, image: BuiltImage, *, always: bool = False) -> None:
        """Run the command to its end, and show what it says; what to write is up to the tool.

        Raises ToolError where there is no such tool, it fails, or it does not end in time.
        """
        files = {kind: image.elf.with_suffix(f".{kind}") for kind in ("hex", "elf", "bin")}
        words = fill_command(self._command, files, self._probe)
        self._on_progress(f"[flash]    {shlex.join(words)}")
        try:
            # Of a session of its own, so that what it starts ends with it.
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(
                f"cannot run {words[0]}: {error.strerror or error}",
                "install it, or name it with its whole path in --flash-command",
            ) from error
        said: deque[str] = deque(maxlen=SHOWN_LINES)
        reader = threading.Thread(target=self._read, args=(process.stdout, said), daemon=True)
        reader.start()
        try:
            code = process.wait(self._timeout_s)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise ToolError(
                f"{words[0]} did not end within {self._timeout_s:g} s{_quote(said)}",
                "does the probe answer? run the command by hand",
            ) from error
        except BaseException:
            _end(process)
            raise
        reader.join(1.0)  # a daemon that it left behind may hold the pipe open
        if code:
            raise ToolError(
                f"{words[0]} failed with exit code {code}{_quote(said)}",
                f"run it by hand: {shlex.join(words)}",
            )

    def _read(self, output: IO[str] | None, said: deque[str]) -> None:
        for line in output or ():
            text = line.strip()
            if text:
                said.append(text)
                self._on_progress(f"[flash]      {text}")


def _end(process: subprocess.Popen[str]) -> None:
    """End the command with all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        process.kill()
    process.wait()


def _quote(said: deque[str]) -> str:
    return "".join(f"\n    | {line}" for line in list(said)) or "; it said nothing"
