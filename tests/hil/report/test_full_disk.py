# SPDX-License-Identifier: Apache-2.0
"""A disk that is full when a run ends: its numbers stand, and what is missing is said in words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.small_disk import needs_small_disk, on_small_disk

__all__ = ["needs_small_disk"]

RUN = """
import os
import sys
from pathlib import Path
from generator.errors import ToolError
from tests.hil.report.test_run import NAME, Terminal, run_in

root, left = Path(sys.argv[1]), int(sys.argv[2])
run = run_in(root)
folder = run.open_folder("u585")
with (root / "others").open("wb", buffering=0) as stream:  # all of it, while the run goes on
    try:
        while stream.write(bytes(4096)):
            pass
    except OSError as error:
        print(error)
    os.truncate(root / "others", os.path.getsize(root / "others") - left)
try:
    run.write()
except ToolError as error:
    print(error)
terminal = Terminal()
run.print_summary(terminal)
print(*terminal.lines, sep="\\n")
print(*sorted(path.name for path in folder.iterdir()))
print((folder / "report.json").stat().st_size)
"""


@pytest.mark.usefixtures("needs_small_disk")
def test_numbers_stand_where_pictures_have_no_room(tmp_path: Path) -> None:
    done = on_small_disk("500k", tmp_path, [sys.executable, "-c", RUN, str(tmp_path), "0"])
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "u585" / "20010203T040506Z-m"
    assert "No space left on device" in done.stdout.splitlines()[0]
    assert f"WARNING: {folder / 'report.png'} was not written: " in done.stdout
    assert f"written: {folder}/{{report.json,details.json,evidence.json}}" in done.stdout
    *_, names, size = done.stdout.splitlines()
    assert {"details.json", "evidence.json", "report.json"} == set(names.split())
    assert int(size) > 1000
