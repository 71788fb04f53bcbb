# SPDX-License-Identifier: Apache-2.0
"""The pinned compiler for use by hand: small programs for PATH that know where its libgcc is.

Its wheel has one libgcc, in a folder where gcc looks for it for two cores only. `locate` finds it
for our own builds; here the wrapper of gcc names that folder by -B, so that `-lgcc` and
`-print-libgcc-file-name` work for every core.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from generator.errors import ToolError
from generator.repository import TOOLS_DIR, command
from generator.temporary import temporary_folder
from generator.toolchain.locate import PINNED_PREFIX, pinned_libgcc

WRAPPERS_DIR = TOOLS_DIR / "bin"


def write_wrappers(folder: Path = WRAPPERS_DIR) -> Path:
    """Write one for each program of the pinned compiler; returns `folder`. Raises ToolError."""
    programs = sorted(PINNED_PREFIX.parent.glob(f"{PINNED_PREFIX.name}*"))
    libgcc = pinned_libgcc()
    if not programs or libgcc is None:
        what = f"the pinned compiler is not in {PINNED_PREFIX.parent}"
        raise ToolError(what, f"run `{command('tools')}`")
    folder.mkdir(parents=True, exist_ok=True)
    for program in programs:
        words = [str(program)]
        if program.name.endswith("-gcc"):
            words.append(f"-B{libgcc.parent}/")
        _write(folder / program.name, f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    return folder


def _write(path: Path, text: str) -> None:
    """Write a program, unless it is there as it should be."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    with temporary_folder(path.parent, ".part-") as scratch:
        made = scratch / path.name
        made.write_text(text, encoding="utf-8")
        made.chmod(0o755)
        made.replace(path)


def path_with_compiler(folder: Path, environment: Mapping[str, str]) -> str:
    """PATH with `folder` at its head."""
    return os.pathsep.join(filter(None, [str(folder), environment.get("PATH", "")]))
