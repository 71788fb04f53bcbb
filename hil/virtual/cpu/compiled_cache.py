# SPDX-License-Identifier: Apache-2.0
"""Drops entries of numba's cache that are older than the native hooks.

numba caches a compiled function beside its module and compiles it again when that module's file
changes, but not when a module changes whose functions are compiled into it. The hooks are spread
over several files, so entries older than any of them are dropped here, before they are used.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
_SOURCES = (
    "counters.py",
    "cycles.py",
    "thumb.py",
    "native_calls.py",
    "byte_feed.py",
    "block_scan.py",
    "block_hook.py",
    "tlb_fill.py",
)


def drop_stale_entries(folder: Path = _HERE) -> int:
    """Delete cache indexes older than the newest source; return how many there were."""
    newest = max((folder / name).stat().st_mtime_ns for name in _SOURCES)
    dropped = 0
    for name in _SOURCES:
        for index in (folder / "__pycache__").glob(f"{name.removesuffix('.py')}.*.nbi"):
            try:
                if index.stat().st_mtime_ns < newest:
                    index.unlink()
                    dropped += 1
            except OSError:
                continue  # Another process was faster, or the folder is read-only.
    return dropped


drop_stale_entries()
