# SPDX-License-Identifier: Apache-2.0
"""The preloaded library: a process finds the disk full and the clock off, nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.soak.host_faults import (
    FULL_FOR_JOURNAL,
    FULL_FOR_REPORT,
    ROOM,
    HostFaults,
    why_impossible,
)

PROGRAM = """
import sys, time
from pathlib import Path
print(int(time.time()), int(time.monotonic()))
for path in map(Path, sys.argv[1:]):
    try:
        path.write_bytes(b"x" * 1000)
    except OSError as error:
        print(path.name, error.strerror)
    else:
        print(path.name, path.stat().st_size)
"""


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostFaults]:
    reason = why_impossible()
    if reason is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("faults")
    (folder / "full").mkdir()
    made = HostFaults(folder, folder / "full")
    yield made
    made.close()


def run(faults: HostFaults, *paths: Path) -> tuple[list[int], dict[str, str]]:
    """Both clocks, and what came of a write to each file."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, *map(str, paths)],
        env={**os.environ, **faults.environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    clocks, *rest = done.stdout.splitlines()
    return [int(word) for word in clocks.split()], dict(line.split(" ", 1) for line in rest)


@pytest.mark.parametrize(("state", "struck"), [(FULL_FOR_JOURNAL, 0), (FULL_FOR_REPORT, 1)])
def test_the_disk_is_full_for_what_it_should_be(
    faults: HostFaults, tmp_path: Path, state: int, struck: int
) -> None:
    full = Path(faults.environment["MEL2METAL_FULL_FOLDER"])
    names = ("journal.jsonl", "report.json")
    faults.set_room(state)
    _, written = run(faults, *(full / name for name in names), tmp_path / "elsewhere")
    assert written[names[struck]] == "No space left on device"
    assert (full / names[struck]).stat().st_size == 500  # there was some room
    assert (written[names[1 - struck]], written["elsewhere"]) == ("1000", "1000")
    assert faults.refused > 0
    faults.set_room(ROOM)
    _, written = run(faults, *(full / name for name in names))
    assert set(written.values()) == {"1000"}
    assert faults.refused == 0


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
def test_the_wall_clock_jumps_and_the_other_does_not(faults: HostFaults, jump_s: int) -> None:
    before, steady = time.time(), time.monotonic()
    faults.set_clock(jump_s)
    (wall, monotonic), _ = run(faults)
    faults.set_clock(0)
    assert before + jump_s - 1 <= wall <= time.time() + jump_s + 1
    assert int(steady) <= monotonic <= time.monotonic()
    assert faults.times_read == 0
