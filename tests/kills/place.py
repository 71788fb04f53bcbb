# SPDX-License-Identifier: Apache-2.0
"""Throw-away clones of this checkout in which runs are killed, and what lies in them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.repository import REPO_ROOT

NOT_PASSED_ON = ("MAKE", "PYTHON", "PYTEST", "MEL2METAL", "MFLAGS")
"""Beginnings of the names of variables that a run does not get."""

NOT_LOOKED_INTO = {".git", ".venv", ".tools", "__pycache__", ".pytest_cache"}


@dataclass(frozen=True)
class Place:
    """A clone with its own folder for temporary files."""

    root: Path
    temporary: Path
    scratch: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a run in it gets."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(NOT_PASSED_ON)}
        return {**kept, "TMPDIR": str(self.temporary), "PYTHONHASHSEED": "0"}

    def clear(self, *names: str) -> None:
        """Remove files and folders of the clone, and all that is in the temporary folder."""
        for path in (*(self.root / name for name in names), *self.temporary.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def clone_into(folder: Path) -> Place:
    """A clone of what is committed here."""
    place = Place(folder / "clone", folder / "tmp", folder / "scratch")
    folder.mkdir()
    subprocess.run(["git", "clone", "--quiet", str(REPO_ROOT), str(place.root)], check=True)
    place.temporary.mkdir()
    place.scratch.mkdir()
    return place


def lend_environment(place: Place) -> None:
    """An environment of the clone's own that sees this one's packages, and a link to the tools.

    No run in the clone can install into this checkout's: what is asked for counts as installed.
    """
    venv = place.root / ".venv"
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", "--without-pip", str(venv)], check=True)
    (own,) = venv.glob("lib/python*/site-packages")
    lent = [place.root, *site.getsitepackages()]  # as an editable install is there
    (own / "lent.pth").write_text("".join(f"{path}\n" for path in lent))
    for pinned in (*(place.root / "requirements").iterdir(), place.root / "pyproject.toml"):
        os.utime(pinned, (1, 1))
    for number, name in enumerate((".created", ".firmware", ".test", ".train"), start=2):
        (venv / name).touch()
        os.utime(venv / name, (number, number))
    tools = REPO_ROOT / ".tools"
    (place.root / ".tools").mkdir()
    for tool in tools.resolve().iterdir():
        (place.root / ".tools" / tool.name).symlink_to(tool)


def sha256_of(path: Path) -> str:
    """The hash of a file; of a link, where it leads."""
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """All files, links among them, but what Python and git keep for themselves."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NOT_LOOKED_INTO)
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        yield from (Path(parent) / name for name in (*sorted(files), *links))


def held_locks(folder: Path) -> list[str]:
    """The lock files that somebody holds."""
    held = []
    for path in files_below(folder):
        if path.name.endswith(".lock") and path.is_file():
            with path.open("rb") as stream:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    held.append(str(path.relative_to(folder)))
    return held
