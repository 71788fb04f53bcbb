# SPDX-License-Identifier: Apache-2.0
"""Programming by a tool of the user's own: `--flash-command`, in place of pyOCD.

The command is run without a shell, under the board's lock. Whether it wrote what it should is not
left to it: the handshake compares the hash of what is in flash.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Protocol

from generator.errors import ToolError
from hil.boards.image import BuiltImage
from hil.boards.tool_run import run_tool
from hil.flash_command import fill_command

TIMEOUT_S = 300.0
"""Longest run of a command: a whole flash by a slow probe takes a minute."""


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
        run_tool(words, "--flash-command", on_progress=self._show, timeout_s=self._timeout_s)

    def _show(self, line: str) -> None:
        self._on_progress(f"[flash]      {line}")
