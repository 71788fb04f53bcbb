# SPDX-License-Identifier: Apache-2.0
"""Hostile files end in one message and exit code 2 or 3, soon, in little memory, changing nothing.

Measured of the command's own process: processor seconds and the peak of its memory, the start of
Python included. `make hostile-files` runs all of them; `make test` one of each kind.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.errors import EXIT_INPUT, EXIT_TOOL
from generator.plain_text import unprintable
from generator.repository import REPO_ROOT
from tests.mel2metal.hostile_files import FEW, GIVEN, MADE, Hostile, given_folder
from tests.support.measured_run import run_measured

MOST_CPU_S = 2.0
MOST_BYTES = 300_000_000
IS_WHOLE = bool(os.environ.get("HOSTILE_FILES"))
"""Whether all of them are run, and held against `MOST_CPU_S` as on a machine that does no more.

Beside other work a processor second brings less: `make test` allows three times as many.
"""

ALLOWED_CPU_S = MOST_CPU_S if IS_WHOLE else 3 * MOST_CPU_S


def chosen() -> Iterator[Hostile]:
    """Those of this run."""
    for one in (*MADE, *GIVEN):
        if IS_WHOLE or one.name in FEW:
            yield one


def state_of(folder: Path) -> dict[str, object]:
    """Every file and folder with its content and time."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            path.is_file() and path.read_bytes(),
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.slow
@pytest.mark.parametrize("hostile", list(chosen()), ids=lambda one: one.name)
def test_it_ends_in_one_message(hostile: Hostile, tmp_path: Path) -> None:
    if hostile in GIVEN and given_folder() is None:
        pytest.skip("no such cases: they lie in cases/hostile beside the folder ESC10_DIR")
    words = [sys.executable, "-m", "mel2metal", *hostile.make(tmp_path)]
    before = state_of(tmp_path)
    done = run_measured(words, tmp_path, {"PYTHONPATH": str(REPO_ROOT), "COLUMNS": "120"})
    print(
        f"{hostile.name:24} {done.cpu_s:5.2f} s {done.peak_bytes / 1e6:6.0f} MB  exit {done.code}"
    )
    text = done.stdout + done.stderr
    assert done.code in (EXIT_INPUT, EXIT_TOOL), text
    assert "Traceback" not in text
    assert text.count("mel2metal: ") == 1, text
    assert hostile.said in text
    assert not [one for one in text if unprintable(one) and one not in "\n\t"]
    assert state_of(tmp_path) == before
    assert done.cpu_s <= ALLOWED_CPU_S
    assert done.peak_bytes <= MOST_BYTES
