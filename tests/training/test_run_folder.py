# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from training.config import TrainingConfig
from training.run_folder import digest_of, lock_run_folder, write_atomically


def test_a_write_that_fails_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a" / "scores.json"
    write_atomically(path, "old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_digest_depends_on_every_part_and_its_place() -> None:
    first = digest_of(TrainingConfig(), "a", "b")
    assert first == digest_of(TrainingConfig(), "a", "b")
    assert first != digest_of(TrainingConfig(), "b", "a")
    assert first != digest_of(TrainingConfig(seed=2), "a", "b")
    assert first != digest_of(TrainingConfig(), "ab")


def test_what_libraries_call_temporary_goes_with_the_run(tmp_path: Path) -> None:
    """Of a killed run too: the next one clears the scratch folder."""
    before = tempfile.gettempdir()
    (tmp_path / ".scratch").mkdir()
    (tmp_path / ".scratch" / "left.py").touch()
    with lock_run_folder(tmp_path) as scratch:
        assert list(scratch.iterdir()) == []
        with tempfile.NamedTemporaryFile(delete=False) as stream:
            assert Path(stream.name).parent == scratch
    assert not scratch.exists()
    assert tempfile.gettempdir() == before
