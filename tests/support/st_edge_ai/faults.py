# SPDX-License-Identifier: Apache-2.0
"""Faults that the stand-in has on request, and installations that have one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from generator.engines.stedgeai.locate import AI_FOLDER
from generator.repository import REPO_ROOT

STAND_IN = Path(__file__).parent / "stand-in"
"""The installation without faults, as STEDGEAI names it."""

FAULTS = (
    *("no-library", "question-for-ever", "hang", "crash", "refused-model", "other-version"),
    *("file-missing", "cut-off", "other-model", "too-large"),
)


def make_install(folder: Path, *options: str) -> Path:
    """An installation in `folder` whose program is called with `options`; returns the folder."""
    program = folder / "Utilities" / "linux" / "stedgeai"
    program.parent.mkdir(parents=True)
    shutil.copytree(STAND_IN / AI_FOLDER / "Inc", folder / AI_FOLDER / "Inc")
    words = " ".join(f"'{word}'" for word in ("--root", str(folder), *options))
    program.write_text(
        f"#!/bin/sh\nPYTHONPATH='{REPO_ROOT}' exec '{sys.executable}' "
        f'-m tests.support.st_edge_ai {words} "$@"\n'
    )
    program.chmod(0o755)
    return folder
