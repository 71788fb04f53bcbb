# SPDX-License-Identifier: Apache-2.0
"""ST's tool as a child process: no terminal, a time limit, its question answered, its words kept.

On its first run it asks whether it may send statistics; the answer is no.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.errors import ToolError

ANSWER = "n\n"

LAST_LINES = 20
_QUESTION = re.compile(r"(\?\s*(\[[^\]]*\]|\([^)]*\))?\s*:?|\[[yY]/[nN]\]\s*:?)\s*$")
_ITS_ERRORS = re.compile(r"^\s*(E\d{3}|TOOL ERROR|INTERNAL ERROR|NOT IMPLEMENTED|error)", re.I)


def run_tool(
    command: Sequence[str], *, timeout_s: float, log: Path | None = None, cwd: Path | None = None
) -> str:
    """What the command printed, which `log` keeps as well; ToolError, in its words, if it fails."""
    name = Path(command[0]).name
    new_group = {} if sys.platform == "win32" else {"start_new_session": True}
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "LC_ALL": "C", "TERM": "dumb"},
            **new_group,  # type: ignore[call-overload]
        )
    except OSError as error:
        raise ToolError(
            f"{command[0]} does not start: {error.strerror}",
            "it must be a program of this system: correct STEDGEAI=…",
        ) from error
    late = False
    try:
        said, _ = process.communicate(ANSWER, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        late = True
        _kill(process)
        said, _ = process.communicate()
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"$ {' '.join(command)}\n{said}", encoding="utf-8")
    kept = f"its whole output: {log}" if log is not None else ""
    if late and _QUESTION.search(said.rstrip("\n") or " "):
        raise ToolError(
            f"{name} asked a question and did not go on within {timeout_s:g} s, though it was "
            f"answered no:\n{_last(said)}",
            f"run it once by hand, answer there, and try again; {kept}",
        )
    if late:
        raise ToolError(
            f"{name} was not done within {timeout_s:g} s; the last it said:\n{_last(said)}",
            f"give it more time with --stedgeai-timeout SECONDS; {kept}",
        )
    if process.returncode < 0:
        number = -process.returncode
        raise ToolError(
            f"{name} crashed (signal {number}: {signal.strsignal(number)}):\n{_last(said)}",
            f"run it by hand on the same model; {kept}",
        )
    if process.returncode:
        raise ToolError(
            f"{name} failed with exit code {process.returncode}:\n{_said_errors(said)}",
            f"the words above are the tool's own; {kept}",
        )
    return str(said)


def _kill(process: subprocess.Popen[str]) -> None:
    """With all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _said_errors(said: str) -> str:
    """From its first error on, or the last lines."""
    lines = said.splitlines()
    for index, line in enumerate(lines):
        if _ITS_ERRORS.match(line):
            return _indented(lines[index : index + LAST_LINES])
    return _last(said)


def _last(said: str) -> str:
    return _indented(said.splitlines()[-LAST_LINES:] or ["(nothing)"])


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
