# SPDX-License-Identifier: Apache-2.0
"""Temporary folders: one that lives stays, one whose process was killed goes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from generator.temporary import remove_abandoned, temporary_folder

HOLDER = """
import sys
from pathlib import Path
from generator.temporary import temporary_folder
with temporary_folder(Path(sys.argv[1]), "mine-") as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_folder_goes_with_its_block(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_one_that_lives_stays_and_one_that_was_killed_goes(tmp_path: Path) -> None:
    (tmp_path / "mine-elsewhere").symlink_to(tmp_path)
    (tmp_path / "mine.txt").touch()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        with temporary_folder(tmp_path, "mine-") as other:
            assert (folder / "deep" / "file").is_file()
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert folder.is_dir(), "it cannot clear up itself"
            remove_abandoned(tmp_path, "mine-")
            assert other.is_dir()
        assert not folder.exists()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"mine-elsewhere", "mine.txt"}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"), temporary_folder(tmp_path / "absent"):
        pass
