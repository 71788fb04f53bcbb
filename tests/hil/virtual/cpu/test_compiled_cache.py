# SPDX-License-Identifier: Apache-2.0
"""A change in one source of the native hooks must not leave compiled code of before in use."""

from __future__ import annotations

import os
from pathlib import Path

from hil.virtual.cpu.compiled_cache import _SOURCES, drop_stale_entries


def test_entries_older_than_any_source_are_dropped(tmp_path: Path) -> None:
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    for name in _SOURCES:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000, 1000))
    index = cache / "block_hook.on_block-1.py311.nbi"
    index.touch()
    os.utime(index, (2000, 2000))
    assert drop_stale_entries(tmp_path) == 0
    os.utime(tmp_path / "thumb.py", (3000, 3000))
    assert drop_stale_entries(tmp_path) == 1
    assert not index.exists()
