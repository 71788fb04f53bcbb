# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.errors import ToolError
from training.checkpoint import Checkpoint, FitState
from training.run_folder import lock_run_folder, write_atomically

STATE = FitState(
    losses=(0.1 + 0.2, 1 / 3),
    validation_losses=(1.0, 0.5, 0.25),
    random=np.random.default_rng(3).bit_generator.state,
    variables=tuple(np.full((2, 2), index, np.float32) for index in range(12)),
    best=(np.arange(3, dtype=np.int64),),
)


def test_a_state_comes_back_bit_for_bit(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "a.npz", "digest")
    assert checkpoint.load() is None
    checkpoint.save(STATE)
    found = checkpoint.load()
    assert found is not None
    assert (found.losses, found.validation_losses) == (STATE.losses, STATE.validation_losses)
    for mine, theirs in zip((*found.variables, *found.best), (*STATE.variables, *STATE.best),
                            strict=True):  # fmt: skip
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs)
    first, second = np.random.default_rng(), np.random.default_rng(3)
    first.bit_generator.state = dict(found.random)
    assert first.integers(1 << 40) == second.integers(1 << 40)
    checkpoint.clear()
    assert checkpoint.load() is None


def test_a_state_of_another_digest_or_a_truncated_file_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    Checkpoint(path, "digest").save(STATE)
    assert Checkpoint(path, "another").load() is None
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert Checkpoint(path, "digest").load() is None, length


def test_a_run_folder_is_locked_and_partial_files_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".fold-1.json.4711.part").write_text("{")
    (tmp_path / ".scratch").mkdir()
    (tmp_path / ".scratch" / "half.keras").touch()
    write_atomically(tmp_path / "fold-1.json", "{}")
    with lock_run_folder(tmp_path) as scratch:
        assert list(scratch.iterdir()) == []
        with (
            pytest.raises(ToolError, match="another process is writing"),
            lock_run_folder(tmp_path),
        ):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "fold-1.json"]
