# SPDX-License-Identifier: Apache-2.0
"""What else is made in a checkout: caches of other tools, .venv and .tools. Standard library."""

from __future__ import annotations

from pathlib import Path

from generator.cleaning.removal import IN_USE, UNKNOWN, Cleaning, try_lock

TOOL_CACHES = (
    *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"),
)
"""Of pytest, mypy, ruff, import-linter and hypothesis: what they find there they make again."""

EGG_INFO = "mel2metal.egg-info"
"""What pip leaves of an editable installation."""

ENVIRONMENTS = {
    ".venv": (".created", ".making"),
    ".venv-labgrid": (".created", ".making", ".installed"),
}
"""Virtual environments, and the files in each by which the Makefile marks it as its own."""

TOOLS_DIR = ".tools"
TOOL_MARK = ".installed"
NOT_OURS = "was not made by mel2metal (it has no {mark}): remove it by hand"
A_LINK = "is a link: remove it by hand"


def clean_caches(root: Path, cleaning: Cleaning) -> None:
    """Remove the caches that tools keep in a checkout."""
    for name in TOOL_CACHES:
        if (root / name).is_symlink():
            cleaning.keep(root / name, A_LINK)
        elif (root / name).is_dir():
            cleaning.remove(root / name)


def clean_environments(root: Path, cleaning: Cleaning) -> None:
    """Remove .venv, .venv-labgrid and what was installed in .tools, where they are ours."""
    _clean_tools(root / TOOLS_DIR, cleaning)
    if (root / EGG_INFO).is_dir():
        cleaning.remove(root / EGG_INFO)
    for name, marks in ENVIRONMENTS.items():
        folder = root / name
        if folder.is_symlink():
            cleaning.keep(folder, A_LINK)
        elif folder.exists() and not any((folder / mark).is_file() for mark in marks):
            cleaning.keep(folder, NOT_OURS.format(mark=marks[0]))
        else:
            _clean_environment(folder, cleaning)


def _clean_environment(folder: Path, cleaning: Cleaning) -> None:
    """Remove an environment of ours, what a killed set-up left beside it, and its lock."""
    lock = folder.with_name(f"{folder.name}.lock")
    beside = sorted(folder.parent.glob(f"{folder.name}.old-*"))
    if not (folder.exists() or beside or lock.exists()):
        return
    with try_lock(lock) as is_free:
        for path in (folder, *beside):
            if is_free and path.exists():
                cleaning.remove(path)
            elif path.exists():
                cleaning.fail(path, IN_USE)


def _clean_tools(folder: Path, cleaning: Cleaning) -> None:
    if folder.is_symlink():
        cleaning.keep(folder, A_LINK)
        return
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".lock"):
            continue
        lock = folder / f"{path.name.partition('.part-')[0]}.lock"
        is_part = ".part-" in path.name
        if path.is_symlink() or not (is_part or (path / TOOL_MARK).is_file()):
            cleaning.keep(path, UNKNOWN)
            continue
        with try_lock(lock) as is_free:
            if is_free:
                cleaning.remove(path)
            else:
                cleaning.fail(path, IN_USE)
    for path in sorted(folder.glob("*.lock")):
        with try_lock(path):
            pass
    cleaning.remove_if_empty(folder)
