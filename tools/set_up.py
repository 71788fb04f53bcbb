# SPDX-License-Identifier: Apache-2.0
"""`python tools/set_up.py venv`, or `... set NAME`: the virtual environment of this checkout.

One process at a time works there, and one that was killed in the middle of it is waited for as long
as its pip still writes. pip takes a package for installed whose files a full disk cut short: so
before anything is installed the files of all packages are held against their lists, and where one
is not whole, the environment is made anew. Only the standard library: it runs before anything is
there.
"""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

VENV = Path(".venv")
LOCK = Path(".venv.lock")
MADE, MAKING, TEMPORARY = ".created", ".making", ".tmp"
"""In the environment: the marks that it is whole, and ours and not whole yet; what pip works in."""

NEEDS = {"firmware": "", "test": "firmware", "train": "test", "dev": "test", "live": "test"}
"""Each set of packages, and the one that it stands on."""

PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
PINNED = ("--only-binary=:all:", "--require-hashes", "-r")
"""Only wheels, only pinned ones, only with the right hash."""

OURSELVES = ("--no-deps", "--no-build-isolation", "--editable", ".")
EXIT_INPUT, EXIT_TOOL = 2, 3


class SetUpError(Exception):
    """What the user must know, with the exit code."""

    def __init__(self, text: str, code: int = EXIT_TOOL) -> None:
        self.code = code
        super().__init__(text)


@contextmanager
def hold_lock() -> Iterator[int]:
    """Hold the lock, and tell whoever has to wait for whom; its handle goes on to the children."""
    handle = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() or "another process"
            print(f"[lock]     {VENV} is being set up by {owner}; waiting", file=sys.stderr)
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()}\n".encode(), 0)
        yield handle
    finally:
        os.close(handle)  # not unlocked: a child that still writes holds it


def damaged_packages() -> list[str]:
    """The packages of the environment whose files are not of the sizes that their lists give."""
    damaged = []
    for folder in sorted(VENV.glob("lib/python*/site-packages/*.dist-info")):
        site, record = folder.parent, folder / "RECORD"
        try:
            with record.open(encoding="utf-8", newline="") as stream:
                rows = [row for row in csv.reader(stream) if len(row) == 3 and row[2]]
            sizes = ((site / path).stat().st_size == int(size) for path, _, size in rows)
            is_whole = bool(rows) and all(sizes) and (folder / "METADATA").stat().st_size > 0
        except (OSError, ValueError, csv.Error):
            is_whole = False
        if not is_whole:
            damaged.append(folder.name.removesuffix(".dist-info"))
    return damaged


def make_venv(lock: int) -> None:
    """Make the environment; what is there is ours, and moves out of the way first."""
    for old in VENV.parent.glob(f"{VENV.name}.old-*"):
        shutil.rmtree(old, ignore_errors=True)
    if VENV.is_symlink():
        raise SetUpError(f"{VENV} is a link, and packages in it are not whole: remove the link")
    if VENV.exists():
        old = VENV.with_name(f"{VENV.name}.old-{os.getpid()}")
        VENV.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    VENV.mkdir()
    (VENV / MAKING).touch()
    version = sys.version.split()[0]
    print(f"[venv]     {VENV} with Python {version}", flush=True)
    for module in ("venv", "virtualenv"):
        if _run([sys.executable, "-m", module, str(VENV)], lock) == 0:
            (VENV / MAKING).rename(VENV / MADE)
            return
    raise SetUpError(
        f"{sys.executable} cannot make a virtual environment in {VENV.absolute()}. Is there room "
        "on the disk? Install its venv module (Debian, Ubuntu: python3-venv), or virtualenv (pip)."
    )


def set_up_venv(lock: int) -> None:
    """Make the environment where there is none, or none that is whole."""
    if (VENV / MADE).exists():
        return
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / MAKING).exists():
        what = f"{VENV} is here, and mel2metal did not make it. Move it away, then run make again."
        raise SetUpError(what, EXIT_INPUT)
    make_venv(lock)


def set_up(name: str, lock: int) -> None:
    """Install a set of packages, unless another process has done so meanwhile."""
    stamp, pins = VENV / f".{name}", Path("requirements") / f"{name}.txt"
    if _is_newer(stamp, (pins, Path("pyproject.toml"), VENV / MADE)):
        stamp.touch()
        return
    set_up_venv(lock)
    if damaged := damaged_packages():
        some = ", ".join(damaged[:5]) + (", ..." if len(damaged) > 5 else "")
        print(f"[venv]     {VENV} is made anew: not whole are {some}", flush=True)
        make_venv(lock)
    if NEEDS[name] and not (VENV / f".{NEEDS[name]}").exists():
        set_up(NEEDS[name], lock)
    is_large = " (TensorFlow: some minutes)" if name == "train" else ""
    print(f"[install]  {pins}{is_large}", flush=True)
    python = str(VENV / "bin" / "python")
    commands = [[python, *PIP, *PINNED, str(pins)]]
    commands += [[python, *PIP, *OURSELVES]] if name == "firmware" else []
    for command in commands:
        if code := _run(command, lock):
            raise SetUpError(
                f"pip could not install {pins} in {VENV} (exit code {code}; its own words are "
                "above). Mend what it says, and run make again: it looks at what is there first."
            )
    stamp.touch()


def _is_newer(stamp: Path, than: Sequence[Path]) -> bool:
    try:
        return all(stamp.stat().st_mtime_ns >= one.stat().st_mtime_ns for one in than)
    except OSError:
        return False


def _run(command: Sequence[str], lock: int) -> int:
    # What a pip that is killed leaves behind is in the environment, and goes before the next one.
    temporary = (VENV / TEMPORARY).absolute()
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        environment = {**os.environ, "TMPDIR": str(temporary)}
        return subprocess.run(command, check=False, pass_fds=[lock], env=environment).returncode
    except OSError as error:
        raise SetUpError(f"{command[0]} does not run: {error.strerror}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def main(words: Sequence[str]) -> int:
    """Run one step; the exit code."""
    try:
        with hold_lock() as lock:
            set_up(words[1], lock) if words[0] == "set" else set_up_venv(lock)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"cannot set up {VENV}: {error}", file=sys.stderr)
        return EXIT_TOOL
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
