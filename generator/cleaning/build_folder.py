# SPDX-License-Identifier: Apache-2.0
"""What is in a build folder: projects, caches, results, and what somebody else put there.

Projects go file by file (`generator/cleaning/project.py`). Of the caches goes what is named by its
content's hash. Results of runs are the user's measurements: they go only where that is asked for.
All else stays, and is named. Only the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from generator.cleaning.project import clean_project, is_project
from generator.cleaning.removal import IN_USE, UNKNOWN, Cleaning, try_lock

HASH = r"[0-9a-f]{16,64}"
CACHES: Mapping[str, str] = {
    "bench/nets": r"(keyword_49x40|residual_64x32|deep_96x64)\.(tflite|labels\.txt|frontend\.yaml)",
    "flash_algorithms": rf"\w+-{HASH}\.elf",
    "fuzz/corpus/*": HASH,
    "fuzz/current": r"[a-z-]+",
    "fuzz/merged/*": HASH,
    "host": rf"{HASH}|\.{HASH}\..*",
    "locks": r".*\.owner\.json",
    "qemu/images": r"(plain|taps|exceptions|operations)-[\w-]+",
    "stand-in": rf"{HASH}|tmp\w+",
    "tests/*": rf"{HASH}|\.{HASH}\..*",
}
"""Folders of caches below the build folder, and the names that mel2metal gives in them."""

PROJECT_FOLDERS = (".", "bench/images", "profile/images", "qemu")
"""Where projects are; the first is the build folder itself."""

RESULT_FOLDERS = ("hil", "compare", "bench", "fuzz", "profile")
RESULT_FILE = re.compile(
    r"(report|details|evidence|junit|PARTIAL|bench|layers|lines|stacks|profile|flame|history|summary)"
    r"[\w.-]*\.(json|html|png|svg|txt|xml|folded)|latest|latest\.txt"
    rf"|(crash-|timeout-|oom-|leak-|slow-unit-)?{HASH}"  # an input that a fuzz target fails for
)
RESULTS = "holds results of runs, which stay (make clean REPORTS=1, or --reports, removes them)"
KEPT_FOLDER = re.compile(r".+\.kept-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?")
KEPT = "holds files of yours that a build moved aside"
LOCK = re.compile(r"\..+\.lock")
LOG_START = "$ "
"""The first line of a log is the command that it is of."""


def clean_build_folder(build: Path, cleaning: Cleaning, *, reports: bool = False) -> None:
    """Remove what mel2metal made in `build`; `reports`: results of runs as well."""
    if build.is_symlink() or not build.is_dir():
        if build.exists() or build.is_symlink():
            cleaning.keep(build, "is no folder, or a link to one")
        return
    for place in PROJECT_FOLDERS:
        _clean_projects(build / place, cleaning)
    for place, names in CACHES.items():
        for folder in sorted(build.glob(place)):
            _clean_cache(folder, re.compile(names), cleaning)
    for place in PROJECT_FOLDERS:
        _clean_cache(build / place / "locks", re.compile(CACHES["locks"]), cleaning)
    for place in RESULT_FOLDERS:
        if (build / place).is_dir() and not (build / place).is_symlink():
            _clean_results(build / place, cleaning, reports=reports)
    _remove_empty(build, cleaning)
    _name_what_is_left(build, cleaning)


def _clean_projects(folder: Path, cleaning: Cleaning) -> None:
    """Every project in `folder`, what killed builds left of others, and logs beside them."""
    if folder.is_symlink() or not folder.is_dir():
        return
    folders = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    names = {path.name for path in folders if is_project(path)}
    names |= {
        match[1]
        for path in folder.iterdir()
        if (match := re.fullmatch(r"\.(.+)\.(?:build-\w+|lock)", path.name))
    }
    for name in sorted(names):
        clean_project(folder / name, cleaning)
        log = folder / f"{name}.log"
        if log.is_file() and _starts_with(log, LOG_START):
            cleaning.remove(log)


def _clean_cache(folder: Path, names: re.Pattern[str], cleaning: Cleaning) -> None:
    """Remove what has one of `names`, and locks that nobody holds; the rest stays."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.endswith(".lock") and path.is_file():
            with try_lock(path) as is_ours:
                if not is_ours:
                    cleaning.fail(path, IN_USE)
        elif names.fullmatch(path.name):
            cleaning.remove(path)
        else:
            cleaning.keep(path, UNKNOWN)
    cleaning.remove_if_empty(folder)


def _clean_results(folder: Path, cleaning: Cleaning, *, reports: bool) -> None:
    """Results in `folder`, with those in folders below it."""
    inside = [path for path in folder.rglob("*") if _is_result(path, folder)]
    if not reports:
        if inside:
            cleaning.keep(folder, RESULTS)
        return
    if inside and all([cleaning.remove(path) for path in sorted(inside, reverse=True)]):
        cleaning.removed = [path for path in cleaning.removed if path not in inside]
        cleaning.removed.append(folder)


def _is_result(path: Path, folder: Path) -> bool:
    inner = path.relative_to(folder).parts
    is_file = path.is_file() or path.is_symlink()
    return is_file and inner[0] not in {"images", "nets"} and bool(RESULT_FILE.fullmatch(path.name))


def _remove_empty(folder: Path, cleaning: Cleaning) -> None:
    """Remove folders with nothing in them where we make such folders, from the innermost on."""
    ours = [folder / place for place in (*RESULT_FOLDERS, "qemu", "tests")]
    for place in ours:
        below = [path for path in place.rglob("*") if path.is_dir() and not path.is_symlink()]
        for path in (*sorted(below, reverse=True), place):
            cleaning.remove_if_empty(path)
    cleaning.remove_if_empty(folder)


def _name_what_is_left(build: Path, cleaning: Cleaning) -> None:
    """What is in the build folder and in its folders of results, and was not named yet."""
    if not build.is_dir():
        return
    for path in sorted(build.iterdir()):
        is_named = any(path == left.path or path in left.path.parents for left in cleaning.left)
        if not is_named and not LOCK.fullmatch(path.name):
            cleaning.keep(path, KEPT if KEPT_FOLDER.fullmatch(path.name) else UNKNOWN)


def _starts_with(path: Path, text: str) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(len(text)) == text
    except OSError:
        return False
