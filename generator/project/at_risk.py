# SPDX-License-Identifier: Apache-2.0
"""What of a build folder is the user's: a generated file that was changed, or one that is foreign.

A file is ours where one of these holds, and else it is at risk when its folder is replaced:
- its hash is that of the folder's list (`generator/project/file_list.py`);
- the project's own Makefile makes a file of that name, and may have made this one: an image counts
  only where the compiler is another one too, since the same sources and compiler give the same
  bytes;
- the new project has the same bytes at the same place, so that nothing is lost.

Without a list, as folders of earlier versions are, the last two decide, and what is built passes by
its name. Only the standard library.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Fault, InputError
from generator.project.file_list import empty_folders_in, file_hash, files_in, read_file_list
from generator.project.names import (
    COMPILER_FILE,
    FILE_LIST,
    FOOTPRINT_FILE,
    IMAGE_FILES,
    MAP_FILE,
    MARKER,
    OTHER_TOOLS,
    OUTPUT_DIR,
    README_FILE,
    SBOM_FILE,
    SOURCE_SUFFIXES,
    STACK_USAGE_SUFFIX,
)

CHANGED = "was changed since mel2metal wrote it"
FOREIGN = "was not written by mel2metal"
UNKNOWN = "differs from what mel2metal would write now, and the folder has no whole files.sha256"
SHOWN_FILES = 10

EMPTY = hashlib.sha256(b"").hexdigest()
"""The hash of an emptied file: there is nothing in it to lose."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A file, link or empty folder that would be lost: its path in the folder, and why."""

    path: str
    why: str


def find_at_risk(directory: Path, fresh: Path | None = None) -> tuple[AtRisk, ...]:
    """What of `directory` is not ours, sorted by path; nothing where there is no such folder.

    `fresh`: the project that is to take its place; None where it is not known yet. Then a folder
    with a generated README.md and without a list passes, to be judged later.
    """
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        return (AtRisk("", "is no folder"),)
    listed = read_file_list(directory)
    if listed is None and has_marker(directory):
        if fresh is None:
            return ()
        made, unknown = declared_outputs(files_in(fresh)), UNKNOWN
        if not os.path.lexists(directory / FILE_LIST):  # of an earlier version
            made |= {FOOTPRINT_FILE, SBOM_FILE, *IMAGE_FILES}
    elif listed is None:
        made, fresh, unknown = set(), None, FOREIGN
    else:
        made, unknown = declared_outputs(listed), FOREIGN
        if file_hash(directory / COMPILER_FILE) != listed.get(COMPILER_FILE):
            made |= set(IMAGE_FILES)
    found = []
    for path in files_in(directory):
        value = file_hash(directory / path)
        is_ours = value is not None and (path in made or (listed or {}).get(path) == value)
        is_ours |= value == EMPTY and listed is not None and path in IMAGE_FILES
        if is_ours or (listed is not None and path == FILE_LIST) or is_of_other_tools(path):
            continue
        if fresh is None or value is None or value != file_hash(fresh / path):
            found.append(AtRisk(path, CHANGED if path in (listed or {}) else unknown))
    folders = (f"{path}/" for path in empty_folders_in(directory))
    found += [
        AtRisk(path, FOREIGN)
        for path in folders
        if not path.startswith(f"{OUTPUT_DIR}/") and not is_of_other_tools(path)
    ]
    return tuple(sorted(found, key=lambda one: one.path))


def is_of_other_tools(path: str) -> bool:
    """Whether a path in a project lies in a folder that CMake or clangd work in."""
    return path.startswith(tuple(f"{folder}/" for folder in OTHER_TOOLS))


def refuse_at_risk(directory: Path, fresh: Path | None = None) -> None:
    """Raise `InputError` that names what would be lost if `directory` were replaced."""
    found = find_at_risk(directory, fresh)
    if refuses(found):
        raise InputError(at_risk_faults(directory, found))


def refuses(found: Sequence[AtRisk]) -> bool:
    """Whether a build may not go on without the user's word.

    Not where images alone were changed: the same sources make them again, so that they are damaged,
    or patched by hand. They are moved aside, and the build makes good ones.
    """
    return any(one.path not in IMAGE_FILES or one.why != CHANGED for one in found)


def at_risk_faults(directory: Path, found: Sequence[AtRisk]) -> list[Fault]:
    """One fault for each of the first files, and one for the count of the rest."""
    remedy = (
        f"move them away, or have them moved to {directory}.kept-<time>/: FORCE=1 for make, "
        "--force for `mel2metal firmware`, --force-build for hil, flash, bench and compare"
    )
    faults = [
        Fault(readable(f"{directory}/{one.path}".rstrip("/")), one.why, remedy)
        for one in found[:SHOWN_FILES]
    ]
    if len(found) > SHOWN_FILES:
        faults.append(Fault(str(directory), f"and {len(found) - SHOWN_FILES} more", remedy))
    return faults


def declared_outputs(sources: Iterable[str]) -> set[str]:
    """What the project's Makefile makes of these sources, the images apart."""
    made = {COMPILER_FILE, MAP_FILE}
    for source in sources:
        if source.endswith(SOURCE_SUFFIXES):
            stem = f"{OUTPUT_DIR}/{source.removesuffix('.c')}"  # the .S stays in the name
            made |= {f"{stem}.o", f"{stem}.d", f"{stem}{STACK_USAGE_SUFFIX}"}
    return made


def has_marker(directory: Path) -> bool:
    """Whether its README.md says that mel2metal generated it."""
    try:
        return MARKER in (directory / README_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def readable(path: str) -> str:
    """A path for the terminal: bytes that are no text, and control characters, are escaped."""
    plain = path.encode("utf-8", "backslashreplace").decode()
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in plain)
