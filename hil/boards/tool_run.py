# SPDX-License-Identifier: Apache-2.0
"""Runs a tool of the user's own: without a shell, to its end or a deadline, its words shown."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import IO

from generator.errors import ToolError

SHOWN_LINES = 8
"""How many of its last lines an error shows."""

_READ_OUT_S = 1.0


def run_tool(
    words: Sequence[str],
    origin: str,
    *,
    on_progress: Callable[[str], None] = lambda line: None,
    timeout_s: float,
) -> None:
    """Run `words` to the end; each line of output goes to `on_progress`.

    `origin` says where the user wrote them. Raises ToolError where there is no such tool, it
    fails, or it does not end in time; then whatever it started is ended as well.
    """
    try:
        # Of a session of its own, so that what it starts can be ended with it.
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise ToolError(
            f"cannot run {words[0]}: {getattr(error, 'strerror', None) or error}",
            f"install it, or name it with its whole path in {origin}",
        ) from error
    said: deque[str] = deque(maxlen=SHOWN_LINES)
    arguments = (process.stdout, said, on_progress)
    reader = threading.Thread(target=_read, args=arguments, daemon=True)
    reader.start()
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired as error:
        _end(process)
        reader.join(_READ_OUT_S)
        raise ToolError(
            f"{words[0]} did not end within {timeout_s:g} s{_quote(said)}",
            f"does the device answer? run it by hand: {shlex.join(words)}",
        ) from error
    except BaseException:
        _end(process)
        raise
    reader.join(_READ_OUT_S)  # a daemon that it left behind may hold the pipe open
    if code:
        raise ToolError(
            f"{words[0]} failed with exit code {code}{_quote(said)}",
            f"run it by hand: {shlex.join(words)}",
        )


def _read(output: IO[str] | None, said: deque[str], on_progress: Callable[[str], None]) -> None:
    for line in output or ():
        text = line.strip()
        if text:
            said.append(text)
            on_progress(text)


def _end(process: subprocess.Popen[str]) -> None:
    """End the tool with all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        process.kill()
    process.wait()


def _quote(said: deque[str]) -> str:
    return "".join(f"\n    | {line}" for line in list(said)) or "; it said nothing"
