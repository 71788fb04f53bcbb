# SPDX-License-Identifier: Apache-2.0
"""Who has to wait for another process is told at once for whom, and goes on when it has ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.locks import describe_owner, hold_file
from generator.notices import is_notice, notices_apart
from generator.project.manifest import project_lock

HOLDER = """
import sys
from pathlib import Path
from generator.locks import hold_file
with hold_file(Path(sys.argv[1]), "the folder"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """One that holds the lock file until it is sent a line, or killed."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def release(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_wait_is_told_at_once_and_ends_with_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "folder.lock"
    lines: list[str] = []
    with another_process(path) as process:

        def on_wait(line: str) -> None:
            lines.append(line)
            release(process)  # not before the wait was told

        with hold_file(path, "build/u585", on_wait=on_wait):
            assert process.wait() == 0
    (line,) = lines
    assert is_notice(line)
    start = f"[lock]     build/u585 is in use by process {process.pid} on "
    assert line.startswith(start)
    assert " since " in line
    assert line.endswith("; waiting")


def test_the_wait_is_told_on_the_error_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with another_process(tmp_path / ".u585.lock") as process:
        written = sys.stderr.write

        def write(text: str) -> int:
            release(process) if is_notice(text) else None
            return written(text)

        monkeypatch.setattr(sys.stderr, "write", write)
        with project_lock(tmp_path, "u585"), project_lock(tmp_path, "u585"):
            pass
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors.startswith(f"[lock]     {tmp_path / 'u585'} is in use by process {process.pid}")


def test_a_killed_owner_leaves_no_lock_and_its_name_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "folder.lock"
    with another_process(path) as process:
        process.kill()
        process.wait()
    assert json.loads(path.read_text())["pid"] == process.pid
    assert describe_owner(path) == "a process that has not left its name yet"
    with hold_file(path, "the folder", on_wait=pytest.fail):
        assert json.loads(path.read_text())["pid"] == os.getpid()
    assert path.read_text() == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}'])
def test_an_owner_without_a_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.lock").write_text(text)
    assert describe_owner(tmp_path / "a.lock") == "a process that left no name"


def test_no_wait_is_an_error_at_once_with_the_owner(tmp_path: Path) -> None:
    path = tmp_path / "folder.lock"
    with (
        another_process(path) as process,
        pytest.raises(ToolError, match=rf"the folder is in use by another run: .*{process.pid}"),
        hold_file(path, "the folder", wait_s=0, on_wait=pytest.fail),
    ):
        pytest.fail("locked twice")


def test_notices_go_their_own_way() -> None:
    said: list[str] = []
    told: list[str] = []
    show = notices_apart(said.append, told.append)
    for line in ("[lock]     a", "[kept]     b", "[board]    c"):
        show(line)
    assert (said, told) == (["[board]    c"], ["[lock]     a", "[kept]     b"])
