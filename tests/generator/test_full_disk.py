# SPDX-License-Identifier: Apache-2.0
"""A build folder without room: one message that names it, and nothing left there."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from generator.errors import ToolError, in_words
from generator.no_room import refuse_no_room, telling_of_no_room
from generator.repository import REPO_ROOT
from tests.support.small_disk import needs_small_disk, on_small_disk

__all__ = ["needs_small_disk"]

FILES = """
ls -A "$0"; exit $code
"""


@pytest.mark.slow
@pytest.mark.usefixtures("needs_small_disk", "toolchain")
@pytest.mark.parametrize("size", ["16k", "1300k"])
def test_a_full_disk_is_told_with_its_folder(size: str, tmp_path: Path) -> None:
    """Where the project is written; where the compiler writes, which speaks of it at length."""
    model = REPO_ROOT / "tests" / "golden" / "tiny.tflite"
    command = [
        *(sys.executable, "-m", "generator", "firmware", "--board", "u585"),
        *("--model", str(model), "--out", str(tmp_path / "build"), "--jobs", "1"),
    ]
    script = '"$@"; code=$?; ls -A "$OUT"; exit $code'
    named = f"OUT={tmp_path / 'build'}"
    done = on_small_disk(size, tmp_path, ["env", named, "sh", "-c", script, "sh", *command])
    assert done.returncode == 3
    said = done.stderr.strip().splitlines()
    assert said == [
        f"mel2metal: no room on the disk for {tmp_path / 'build' / 'u585'}",
        "    remedy: make room there, or name another folder (--out, --build-dir); what was there "
        "is whole",
    ]
    assert done.stdout.splitlines()[-1] == ".u585.lock"


def test_a_folder_elsewhere_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(ToolError, match=r"no room on the disk for /elsewhere\n"),
        telling_of_no_room(tmp_path, "make room"),
    ):
        refuse_no_room(["x.c:1: fatal error: a.o: No space left on device"], Path("/elsewhere"))


def test_other_failures_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), telling_of_no_room(tmp_path, ""):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    refuse_no_room(["error: unknown type name"], tmp_path)


def test_failures_of_many_files_are_words() -> None:
    error = shutil.Error([("a", "b", "[Errno 28] No space left on device"), ("c", "d", "why")])
    assert in_words(error) == "b: [Errno 28] No space left on device; d: why"
