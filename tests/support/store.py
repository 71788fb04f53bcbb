# SPDX-License-Identifier: Apache-2.0
"""What tests compile, kept by content: made once for all processes of pytest-xdist, and all runs.

A key is a hash over everything that a result depends on; an entry is a folder under
`build/tests/<kind>/<key>`. It is made beside its place under a lock and renamed when it is
complete, so another process sees all of it or nothing. Entries are for reading: a test that changes
something works on a copy. `make clean` removes them all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

from generator.repository import REPO_ROOT

STORE = REPO_ROOT / "build" / "tests"

KEPT = {"firmware": 60}
KEPT_OTHERS = 4000
"""Entries of a kind that stay when older ones are removed."""

LEFT_S = 3600.0
"""An entry that is not complete by then never will be: whoever made it was killed."""


def digest(*parts: bytes | str | Path) -> str:
    """A hash over texts, bytes and the contents of files and folders, in order.

    Of a folder, the names below it count as well; of a file, only what is in it.
    """
    total = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            total.update(len(piece).to_bytes(8, "little") + piece)
    return total.hexdigest()[:32]


def _pieces(part: bytes | str | Path) -> Iterator[bytes]:
    if isinstance(part, Path):
        if part.is_dir():
            for path in sorted(_files(part)):
                yield path.relative_to(part).as_posix().encode()
                yield path.read_bytes()
        else:
            yield part.read_bytes()
    else:
        yield part.encode() if isinstance(part, str) else part


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (Path(place) / name for name in names)


def stored(
    kind: str,
    key: str,
    make: Callable[[Path], None],
    is_current: Callable[[], bool] = lambda: True,
    *,
    store: Path = STORE,
) -> Path:
    """The folder of an entry; if it is not there, `make` fills an empty one.

    What was made is kept only if `is_current` still holds then: sources that change while they are
    compiled would otherwise leave an entry that does not belong to its key.
    """
    folder = store / kind
    folder.mkdir(parents=True, exist_ok=True)
    entry = folder / key
    with FileLock(folder / f".{key[:2]}.lock"):  # so many locks at most, whatever is compiled
        if entry.is_dir():
            os.utime(entry)
            return entry
        scratch = Path(tempfile.mkdtemp(prefix=f".{key}.", dir=folder))
        try:
            make(scratch)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        return scratch.rename(entry) if is_current() else scratch


def tidy(store: Path = STORE) -> None:
    """Remove the oldest entries beyond those that are kept, and what killed runs left."""
    for folder in store.glob("*/"):
        used = {path: _used_s(path) for path in folder.iterdir() if path.is_dir()}
        whole = sorted((path for path in used if path.name[0] != "."), key=lambda path: -used[path])
        old = whole[KEPT.get(folder.name, KEPT_OTHERS) :]
        old += [path for path in used if path.name[0] == "." and used[path] < time.time() - LEFT_S]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)


def _used_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
