# SPDX-License-Identifier: Apache-2.0
"""A folder of the user's own C as the application of a project. It is only read.

Every .c, .h and .S directly in it is copied to `app/` of the project, as it is. What is wrong with
the folder is told in one report, before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from generator.errors import Fault, InputError
from generator.project.applications import MONITOR, OWN_APPLICATIONS, Application
from generator.project.names import FILE_LIST

SUFFIXES = (".c", ".h", ".S")
"""Of what is copied; .s, .cpp and the like would be missed, and are told."""

OTHER_SOURCES = (".s", ".cc", ".cpp", ".cxx", ".hpp", ".ino", ".C", ".H")

VARIANTS = ("library", "portable", "stedgeai", "tap")
"""Words that end the name of a project's folder (`generator/project/manifest.py`)."""

OUR_HEADER = "mel2metal.h"
MAX_NAME = 40
MAX_FILE_BYTES = 4 << 20

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_PAGE = "docs/your-own-application.md"
_FIRST = "make one by `mel2metal new-app my_app`"


def application_of(named: str, out_dir: Path, actions: Path | None = None) -> Application:
    """The application that `--app` names: one of mel2metal's, or the folder at that path.

    `out_dir`: where projects are written; a user's folder is none of those. `actions`: what
    `--actions` names. Raises `InputError` with everything that is wrong.
    """
    own = OWN_APPLICATIONS.get(named)
    if actions is not None and (own is None or not own.actions):
        what = f"{named} does nothing by a file"
        raise InputError([Fault(f"--actions {actions}", what, f"only {MONITOR.name} does")])
    if own is not None:
        return replace(own, actions_file=actions)
    folder = Path(named)
    faults = list(_folder_faults(named, folder, out_dir))
    if faults:
        raise InputError(faults)
    folder = folder.resolve()
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    faults = [*_file_faults(folder, names), *_clashes(folder, names)]
    sources = [name for name in names if name.endswith(SUFFIXES)]
    if not any(name.endswith(".c") for name in sources):
        faults.append(Fault(str(folder), "no .c file is in it", f"a main.c at least; or {_FIRST}"))
    files: dict[str, bytes] = {}
    for name in sources if not faults else ():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            faults.append(Fault(str(folder / name), error.strerror or str(error)))
    if faults:
        raise InputError(faults)
    return Application(name=folder.name, files=files, folder=folder)


def left_out(application: Application) -> tuple[str, ...]:
    """Folders within the user's folder that hold C sources, which are not taken."""
    if application.folder is None:
        return ()
    folders = (path for path in sorted(application.folder.iterdir()) if path.is_dir())
    return tuple(
        path.name
        for path in folders
        if not path.name.startswith(".")
        and any(name.suffix in SUFFIXES for name in path.iterdir() if name.is_file())
    )


def _folder_faults(named: str, folder: Path, out_dir: Path) -> Iterator[Fault]:
    names = " or ".join(OWN_APPLICATIONS)
    if not named.strip() or not folder.exists():
        yield Fault(f"--app {named}", "there is no such folder", f"say {names}; or {_FIRST}")
        return
    if not folder.is_dir():
        what = "is a file: an application is a folder of C files"
        yield Fault(f"--app {named}", what, "name the folder that it lies in")
        return
    yield from name_faults(f"--app {named}", folder.resolve().name)
    for place in (folder.resolve(), *folder.resolve().parents):
        if place.parent == out_dir.resolve() and (place / FILE_LIST).is_file():
            what = f"lies in {place}, which the next build replaces"
            yield Fault(f"--app {named}", what, "copy the folder to a place of your own")


def name_faults(where: str, name: str) -> Iterator[Fault]:
    """What is wrong with the name of an application's folder."""
    words = name.split("-")
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        what = f"the folder's name {name!r} becomes part of the project's, and cannot"
        remedy = f"letters, digits, _ and -, {MAX_NAME} at most"
        yield Fault(where, what, remedy)
    elif name in OWN_APPLICATIONS or any(word in VARIANTS for word in words):
        taken = name if name in OWN_APPLICATIONS else next(w for w in words if w in VARIANTS)
        what = f"the folder is called {name}, and {taken} is a name of mel2metal's own"
        yield Fault(where, what, "call it otherwise")


def _file_faults(folder: Path, names: list[str]) -> Iterator[Fault]:
    for name in names:
        path = folder / name
        if name.endswith(OTHER_SOURCES) and not path.is_dir():
            remedy = "C is in .c and .h, assembly in .S"
            yield Fault(str(path), "is no C file that mel2metal compiles", remedy)
        if not name.endswith(SUFFIXES) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            yield Fault(str(path), "is a symbolic link", "put the file itself there")
        elif not path.is_file():
            yield Fault(str(path), "is no plain file", "remove it")
        elif path.stat().st_size > MAX_FILE_BYTES:
            yield Fault(str(path), f"is larger than {MAX_FILE_BYTES >> 20} MB", "make it smaller")
        if not _FILE.fullmatch(name):
            what = f"{name!r} cannot be a file's name in a Makefile"
            yield Fault(str(path), what, "letters, digits, _, - and dots")
        elif name == OUR_HEADER:
            what = "is the name of the library's own header"
            yield Fault(str(path), what, f"remove it: the project brings it ({_PAGE})")


def _clashes(folder: Path, names: list[str]) -> Iterator[Fault]:
    """Two names that are one where capitals do not count."""
    seen: dict[str, str] = {}
    for name in names:
        if name.endswith(SUFFIXES) and (first := seen.setdefault(name.lower(), name)) != name:
            what = f"is {first} where a file system does not tell capitals apart"
            yield Fault(str(folder / name), what, "rename one of them")
