# SPDX-License-Identifier: Apache-2.0
"""A build folder that is replaced as a whole: nothing of the user is lost, whenever it ends.

Everything is made in a scratch folder beside it. At the end the two change places, and what stood
there before is looked at once more, out of everybody's reach: files that are at risk go to
`<folder>.kept-<time>/`, or the old folder comes back. What a killed run left is cleared up by the
next one that holds the folder's lock. Only the standard library.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from generator.errors import InputError
from generator.kept_folder import kept_folder
from generator.no_room import telling_of_no_room
from generator.notices import KEPT, notice, notify
from generator.project.at_risk import (
    FOREIGN,
    AtRisk,
    at_risk_faults,
    declared_outputs,
    find_at_risk,
    refuses,
)
from generator.project.exchange import NoExchangeError, exchange
from generator.project.file_list import file_hash, read_file_list
from generator.project.names import FILE_LIST, FOOTPRINT_FILE, IMAGE_FILES, MAP_FILE, OTHER_TOOLS

SCRATCH_MARK = ".made-by-mel2metal"
"""In each scratch folder: without it a folder is not ours to clear up."""

OLD = "old"
"""In a scratch folder, what stood in the project's place. All else there is ours."""


@contextmanager
def scratch_folder(out_dir: Path, name: str) -> Iterator[Path]:
    """A folder beside `out_dir/<name>` for its next contents; it goes in the end.

    The caller holds the lock of `out_dir/<name>`.
    """
    remedy = "make room there, or name another folder (--out, --build-dir); what was there is whole"
    with telling_of_no_room(out_dir / name, remedy):
        scratch = Path(tempfile.mkdtemp(prefix=scratch_prefix(name), dir=out_dir))
        (scratch / SCRATCH_MARK).touch()
        try:
            yield scratch
        finally:
            clear_scratch(scratch, out_dir / name)


def scratch_prefix(name: str) -> str:
    """How scratch folders of a project begin."""
    return f".{name}.build-"


def recover(directory: Path, on_notice: Callable[[str], None] = notify) -> None:
    """Clear up what killed runs left beside `directory`, whose lock the caller holds."""
    for scratch in sorted(directory.parent.glob(f"{scratch_prefix(directory.name)}*")):
        if scratch.is_dir() and not scratch.is_symlink():
            clear_scratch(scratch, directory, on_notice)


def clear_scratch(
    scratch: Path, directory: Path, on_notice: Callable[[str], None] = notify
) -> None:
    """Remove a scratch folder of `directory`; what is the user's in it is put back, or kept."""
    if not (scratch / SCRATCH_MARK).is_file():
        if not any(scratch.iterdir()):  # killed before the mark was made
            scratch.rmdir()
        return
    old = scratch / OLD
    if os.path.lexists(old):
        if not os.path.lexists(directory):  # killed between two renames
            old.rename(directory)
        else:
            _save(old, find_at_risk(old, directory), directory, on_notice)
            if os.path.lexists(old):
                old.rename(scratch / "done")
    for path in scratch.iterdir():  # the mark goes last
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != SCRATCH_MARK:
            path.unlink()
    shutil.rmtree(scratch)


def copy_ours(directory: Path, fresh: Path, *, outputs_only: bool = False) -> None:
    """Copy what is as the list of `directory` has it, and outputs that it does not have.

    All keep their times, so that make rebuilds little. `outputs_only`: no sources, and no list.
    """
    listed = read_file_list(directory)
    if listed is None:
        return
    outputs = declared_outputs(listed) | {FOOTPRINT_FILE, *IMAGE_FILES}
    present = {path: file_hash(directory / path) for path in {*listed, *outputs}}
    wanted = {
        path
        for path, value in present.items()
        if value is not None and listed.get(path, value) == value
    }
    linked = {*IMAGE_FILES, MAP_FILE}
    if not linked <= wanted:  # one is damaged: make links all of them again
        wanted -= linked
    for path in sorted(wanted & outputs if outputs_only else {*wanted, FILE_LIST}):
        if path.endswith(".o") and path.removesuffix(".o") + ".d" not in wanted:
            continue  # make would not know what it depends on
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(directory / path, fresh / path)


def replace_folder(
    fresh: Path,
    directory: Path,
    scratch: Path,
    *,
    force: bool,
    on_notice: Callable[[str], None] = notify,
) -> None:
    """Put `fresh` instead of `directory`, which goes to `scratch`, if nothing is at risk.

    What is at risk raises `InputError`, and `directory` is what it was; with `force`, or where that
    is images alone, it moves to `<directory>.kept-<time>/`, which a notice names. All lie on one
    file system.
    """
    old = scratch / OLD
    if not os.path.lexists(directory):
        fresh.rename(directory)
        return
    _swap(fresh, directory, old)
    found = find_at_risk(old, directory)
    if refuses(found) and not force:  # changed while the build ran, or earlier and not looked at
        _swap_back(old, directory, scratch / "refused")
        raise InputError(at_risk_faults(directory, found))
    _save(old, found, directory, on_notice)


def _save(
    old: Path, found: Sequence[AtRisk], directory: Path, on_notice: Callable[[str], None]
) -> None:
    """Give the new project the folders of other tools, and move what is at risk aside."""
    left = []
    for folder in OTHER_TOOLS:
        source, target = old / folder, directory / folder
        if not source.is_dir() or source.is_symlink():
            continue
        if os.path.lexists(target):
            left.append(AtRisk(folder, FOREIGN))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
    _keep_aside(old, (*found, *left), directory, on_notice)


def _keep_aside(
    old: Path, found: Sequence[AtRisk], directory: Path, on_notice: Callable[[str], None]
) -> None:
    """Move what is at risk from `old` to `<directory>.kept-<time>/`, and say so."""
    if not found:
        return
    kept = kept_folder(directory)
    if found[0].path == "":  # no folder: a link, or a file
        old.rename(kept)
    for one in found if found[0].path else ():
        source, target = old / one.path, kept / one.path
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        with suppress(OSError):  # up to the first folder that still holds something
            for folder in source.parents:
                folder.rmdir()
    files = f"{len(found)} file{'s' * (len(found) > 1)}"
    on_notice(notice(KEPT, f"{files} that mel2metal did not write so: moved to {kept}/"))


def _swap(fresh: Path, directory: Path, old: Path) -> None:
    """Exchange `fresh` and `directory`, which then is called `old`: at once where that can be.

    `fresh` is called `old` before, so that a killed run leaves nothing under another name there.
    """
    fresh.rename(old)
    try:
        exchange(old, directory)
        return
    except NoExchangeError:
        old.rename(fresh)
    except OSError:
        old.rename(fresh)
        raise
    directory.rename(old)
    try:
        fresh.rename(directory)
    except OSError:
        old.rename(directory)
        raise


def _swap_back(old: Path, directory: Path, fresh: Path) -> None:
    """Undo `_swap`: `old` is the user's, and keeps its name until it is back."""
    try:
        exchange(old, directory)
    except NoExchangeError:
        directory.rename(fresh)
        old.rename(directory)
