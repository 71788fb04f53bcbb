# SPDX-License-Identifier: Apache-2.0
"""Takes a board's power away and gives it back, by the inventory's `power_cycle` command."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from generator.errors import ToolError
from hil.boards.tool_run import run_tool

TIMEOUT_S = 60.0
"""Longest run of the command: a hub or a relay takes a few seconds."""


def cycle_power(
    command: str | None,
    on_progress: Callable[[str], None] = lambda line: None,
    *,
    timeout_s: float = TIMEOUT_S,
) -> bool:
    """Run the command; False where there is none.

    Raises ToolError where it is no command, fails or hangs.
    """
    if command is None:
        return False
    try:
        words = shlex.split(command)
    except ValueError as error:
        words, why = [], str(error)
    else:
        why = "it is empty"
    if not words:
        raise ToolError(
            f"power_cycle: {command!r}: {why}", "mend it in the inventory, as in 'uhubctl -a cycle'"
        )
    on_progress(f"[power]    {shlex.join(words)}")
    run_tool(
        words,
        "the inventory's power_cycle",
        on_progress=lambda line: on_progress(f"[power]      {line}"),
        timeout_s=timeout_s,
    )
    return True
