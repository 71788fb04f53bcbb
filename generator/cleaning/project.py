# SPDX-License-Identifier: Apache-2.0
"""A project is removed file by file, and what is not ours stays. Only the standard library."""

from __future__ import annotations

import os
from pathlib import Path

from generator.cleaning.removal import IN_USE, UNKNOWN, Cleaning, try_lock
from generator.project.at_risk import SHOWN_FILES, find_at_risk, has_marker, is_of_other_tools
from generator.project.file_list import files_in, read_file_list
from generator.project.names import FILE_LIST
from generator.project.replace import recover

NO_LIST = (
    "has no whole files.sha256, as projects of earlier versions: what is yours in it cannot be "
    "told; remove it by hand"
)
OTHER_TOOL = "was written by another tool, such as CMake"


def is_project(folder: Path) -> bool:
    """Whether mel2metal wrote a project there, whatever was changed since."""
    return read_file_list(folder) is not None or has_marker(folder)


def clean_project(folder: Path, cleaning: Cleaning) -> None:
    """Remove what is ours in `folder`, and what killed builds left beside it."""
    with try_lock(folder.with_name(f".{folder.name}.lock")) as is_ours:
        if not is_ours:
            cleaning.fail(folder, IN_USE)
            return
        recover(folder)
        if read_file_list(folder) is None:
            if folder.exists():
                cleaning.keep(folder, NO_LIST if has_marker(folder) else UNKNOWN)
            return
        at_risk = {one.path: one.why for one in find_at_risk(folder)}
        mine = Cleaning()
        for path in sorted(files_in(folder), key=lambda path: path == FILE_LIST):  # that one last
            if path not in at_risk and not is_of_other_tools(path):
                mine.remove(folder / path)
        _remove_empty_folders(folder, {path.rstrip("/") for path in at_risk})
        cleaning.left += mine.left
        if mine.removed:
            cleaning.removed.append(folder)
        for path, why in list(at_risk.items())[:SHOWN_FILES]:
            cleaning.keep(folder / path, why)
        if len(at_risk) > SHOWN_FILES:
            cleaning.keep(folder, f"{len(at_risk) - SHOWN_FILES} more files in it stay")
        if any(is_of_other_tools(path) for path in files_in(folder)):
            cleaning.keep(folder, OTHER_TOOL)


def _remove_empty_folders(folder: Path, kept: set[str]) -> None:
    """From the innermost to `folder` itself; those of the user, in `kept`, stay."""
    for place, _, _ in os.walk(folder, topdown=False):
        at = Path(place)
        if at.relative_to(folder).as_posix() not in kept:
            Cleaning().remove_if_empty(at)
