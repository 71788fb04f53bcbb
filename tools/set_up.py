# SPDX-License-Identifier: Apache-2.0
"""`python tools/set_up.py venv`, or `... set NAME`: the virtual environments of this checkout.

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
from dataclasses import dataclass
from pathlib import Path

MADE, MAKING, TEMPORARY = ".created", ".making", ".tmp"
"""In the environment: the marks that it is whole, and ours and not whole yet; what pip works in."""

NEEDS = {"firmware": "", "test": "firmware", "train": "test", "dev": "test", "live": "test",
         "labgrid": ""}  # fmt: skip
"""Each set of packages, and the one that it stands on."""

PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
PINNED = ("--only-binary=:all:", "--require-hashes", "-r")
"""Only wheels, only pinned ones, only with the right hash."""

OURSELVES = ("--no-deps", "--no-build-isolation", "--editable", ".")
EXIT_INPUT, EXIT_TOOL = 2, 3


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the lock beside it."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held by whoever works in it."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    def stamp(self, name: str) -> Path:
        """The mark of a set of packages that is installed in it."""
        return self.folder / (".installed" if self is LABGRID else f".{name}")


VENV = Environment(Path(".venv"))
LABGRID = Environment(Path(".venv-labgrid"))
"""labgrid's own: its pyserial-labgrid would overwrite pyserial."""


class SetUpError(Exception):
    """What the user must know, with the exit code."""

    def __init__(self, text: str, code: int = EXIT_TOOL) -> None:
        self.code = code
        super().__init__(text)


@contextmanager
def hold_lock(venv: Environment) -> Iterator[int]:
    """Hold the lock, and tell whoever has to wait for whom; its handle goes on to the children."""
    handle = -1
    try:
        while handle < 0:
            handle = os.open(venv.lock, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
                owner = owner or "another process"
                text = f"[lock]     {venv.folder} is being set up by {owner}; waiting"
                print(text, file=sys.stderr)
                fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_file_of(handle, venv.lock):  # make distclean removed it meanwhile
                os.close(handle)
                handle = -1
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()}\n".encode(), 0)
        yield handle
    finally:
        if handle >= 0:
            os.close(handle)  # not unlocked: a child that still writes holds it


def _is_file_of(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def damaged_packages(venv: Environment) -> list[str]:
    """The packages of the environment that are not whole.

    Their files have the sizes that their lists give, and the list is pip's last one: it writes the
    programs of a package after its modules, then INSTALLER, then a list with that in it.
    """
    damaged = []
    for folder in sorted(venv.folder.glob("lib/python*/site-packages/*.dist-info")):
        site, record = folder.parent, folder / "RECORD"
        try:
            with record.open(encoding="utf-8", newline="") as stream:
                rows = [row for row in csv.reader(stream) if len(row) == 3]
            sizes = ((site / path).stat().st_size == int(size) for path, _, size in rows if size)
            is_last = any(path == f"{folder.name}/INSTALLER" for path, _, _ in rows)
            is_whole = is_last and all(sizes) and (folder / "METADATA").stat().st_size > 0
        except (OSError, ValueError, csv.Error):
            is_whole = False
        if not is_whole:
            damaged.append(folder.name.removesuffix(".dist-info"))
    return damaged


def make_venv(venv: Environment, lock: int) -> None:
    """Make the environment; what is there is ours, and moves out of the way first."""
    path = venv.folder
    for old in path.parent.glob(f"{path.name}.old-*"):
        shutil.rmtree(old, ignore_errors=True)
    if path.is_symlink():
        raise SetUpError(f"{path} is a link, and packages in it are not whole: remove the link")
    if path.exists():
        old = path.with_name(f"{path.name}.old-{os.getpid()}")
        path.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    path.mkdir()
    (path / MAKING).touch()
    version = sys.version.split()[0]
    print(f"[venv]     {path} with Python {version}", flush=True)
    for module in ("venv", "virtualenv"):
        if _run([sys.executable, "-m", module, str(path)], path, lock) == 0:
            (path / MAKING).rename(path / MADE)
            return
    raise SetUpError(
        f"{sys.executable} cannot make a virtual environment in {path.absolute()}. Is there room "
        "on the disk? Install its venv module (Debian, Ubuntu: python3-venv), or virtualenv (pip)."
    )


def set_up_venv(venv: Environment, lock: int) -> None:
    """Make the environment where there is none, or none that is whole."""
    path = venv.folder
    if (path / MADE).exists():
        return
    # labgrid's of an earlier version has no other mark than its stamp.
    is_ours = (path / MAKING).exists() or (venv is LABGRID and venv.stamp("labgrid").exists())
    if path.exists() and any(path.iterdir()) and not is_ours:
        what = f"{path} is here, and mel2metal did not make it. Move it away, then run make again."
        raise SetUpError(what, EXIT_INPUT)
    make_venv(venv, lock)


def set_up(venv: Environment, name: str, lock: int) -> None:
    """Install a set of packages, unless another process has done so meanwhile."""
    stamp, pins = venv.stamp(name), Path("requirements") / f"{name}.txt"
    if _is_newer(stamp, (pins, Path("pyproject.toml"), venv.folder / MADE)):
        stamp.touch()
        return
    set_up_venv(venv, lock)
    if damaged := damaged_packages(venv):
        some = ", ".join(damaged[:5]) + (", ..." if len(damaged) > 5 else "")
        print(f"[venv]     {venv.folder} is made anew: not whole are {some}", flush=True)
        make_venv(venv, lock)
    if NEEDS[name] and not venv.stamp(NEEDS[name]).exists():
        set_up(venv, NEEDS[name], lock)
    is_large = " (TensorFlow: some minutes)" if name == "train" else ""
    print(f"[install]  {pins}{is_large}", flush=True)
    python = str(venv.folder / "bin" / "python")
    commands = [[python, *PIP, *PINNED, str(pins)]]
    commands += [[python, *PIP, *OURSELVES]] if name == "firmware" else []
    for command in commands:
        if code := _run(command, venv.folder, lock):
            raise SetUpError(
                f"pip could not install {pins} in {venv.folder} (exit code {code}; its own words "
                "are above). Mend what it says, and run make again: it looks at what is there "
                "first."
            )
    stamp.touch()


def _is_newer(stamp: Path, than: Sequence[Path]) -> bool:
    try:
        return all(stamp.stat().st_mtime_ns >= one.stat().st_mtime_ns for one in than)
    except OSError:
        return False


def _run(command: Sequence[str], venv: Path, lock: int) -> int:
    # What a pip that is killed leaves behind is in the environment, and goes before the next one.
    temporary = (venv / TEMPORARY).absolute()
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
    venv = LABGRID if words[-1] == "labgrid" else VENV
    try:
        with hold_lock(venv) as lock:
            if words[0] == "set":
                set_up(venv, words[1], lock)
            else:
                set_up_venv(venv, lock)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return error.code
    except OSError as error:
        print(f"cannot set up {venv.folder}: {error}", file=sys.stderr)
        return EXIT_TOOL
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
