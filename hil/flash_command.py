# SPDX-License-Identifier: Apache-2.0
"""The words of `--flash-command`, and what is wrong with them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from generator.errors import ToolError

FILES = ("hex", "elf", "bin")
PLACEHOLDERS = (*FILES, "probe")
"""What a command may name: the image's files, and the probe's unique id."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def command_fault(command: str) -> str | None:
    """What is wrong with a command as it was given; None if nothing is."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        return f"{command!r}: {error}"
    if not words:
        return "an empty command"
    strange = [name for word in words for name in _PLACEHOLDER.findall(word)]
    strange = [f"{{{name}}}" for name in dict.fromkeys(strange) if name not in PLACEHOLDERS]
    if strange:
        return f"unknown placeholder {', '.join(strange)}"
    if not any(f"{{{kind}}}" in word for word in words for kind in FILES):
        return "it names no file to write"
    return None


def fill_command(command: str, files: Mapping[str, Path], probe: str | None) -> list[str]:
    """The command's words, with files and probe in the places of their names.

    Raises ToolError for a command with a fault, or one that wants a probe where there is none.
    """
    fault = command_fault(command)
    if fault is not None:
        raise ToolError(f"--flash-command: {fault}")
    values = {kind: str(path) for kind, path in files.items()}
    if probe is not None:
        values["probe"] = probe
    elif "{probe}" in command:
        raise ToolError(
            "--flash-command names {probe}, and this board has none",
            "name it by --probe or in the inventory, or leave {probe} out",
        )
    return [_PLACEHOLDER.sub(lambda m: values[m[1]], word) for word in shlex.split(command)]
