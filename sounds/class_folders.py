# SPDX-License-Identifier: Apache-2.0
"""One folder per class: `dog/bark.wav`, `rain/roof.flac`, `dog+rain/both.wav`.

What belongs to one recording is known by a subfolder (`dog/kitchen/1.wav`, `dog/kitchen/2.wav`) or
by two hyphens in the file's name (`dog/kitchen--1.wav`); the same recording may have pieces in
several classes. Any other file is a recording of its own. Folds are assigned by recording.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from generator.errors import Fault, InputError
from sounds.folds import FOLDS, assign_folds
from sounds.plain_file import file_fault
from sounds.sound import Sound, SoundSet, classes_of, split_category

PIECE = "--"
"""In a file's name: before it the recording, after it the piece's own name."""

NO_SOUNDS = {
    *(".csv", ".db", ".htm", ".html", ".ini", ".jpeg", ".jpg", ".json", ".log", ".md"),
    *(".pdf", ".png", ".py", ".sh", ".toml", ".txt", ".xml", ".yaml", ".yml"),
}
"""Files that may lie about. All others are taken for sounds, so that none is left out silently."""


SOUNDS = {".aif", ".aiff", ".au", ".caf", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".w64", ".wav"}
"""A folder's name that ends so is one by mistake."""

REMEDY = "put the sound itself there, or remove it"


def read_class_folders(root: Path, folds: Sequence[int] = ()) -> SoundSet:
    """The sounds of `folds` (none given: of all), by class and name.

    Raises InputError with all faults: an empty class, files beside the class folders, two classes
    or two sounds that differ in nothing that can be distinguished, a fold that does not exist.
    """
    faults: list[Fault] = []
    folders = sorted(path for path in root.iterdir() if path.is_dir() and _is_shown(path))
    for path in sorted(path for path in root.iterdir() if not path.is_dir() and _may_sound(path)):
        no_file = file_fault(path, "is not there", REMEDY)
        faults.append(no_file or Fault(str(path), "is in no class's folder", "move it into one"))
    if not folders:
        what = "has neither ESC-50's layout (no meta/esc50.csv) nor one folder per class"
        faults.append(Fault(str(root), what, "make a folder for each class, its sounds in there"))
    faults += _clashes(root, folders)
    faults += _unreadable_names(root)
    found: list[tuple[str, Path]] = []
    for folder in folders:
        inside = [path for path in sorted(folder.rglob("*")) if _all_shown(path, folder)]
        odd = [fault for path in inside if (fault := _odd(path))]
        faults += odd
        files = [path for path in inside if path.is_file() and _may_sound(path)]
        if not files and not odd:
            remedy = "put sounds in there, or take the folder away"
            faults.append(Fault(str(folder), "the class has no sound", remedy))
        found += [(folder.name, path) for path in files]
    names = Counter(_name(root, path) for _, path in found)
    for name, count in sorted(names.items()):
        if count > 1:
            what = f"{count} files differ in nothing but their suffix"
            faults.append(Fault(str(root / name), what, "rename them, or keep one"))
    faults += [
        Fault("folds", f"there is no fold {fold}", f"sounds in folders have folds {FOLDS}")
        for fold in sorted(set(folds) - set(FOLDS))
    ]
    if faults:
        raise InputError(faults)
    recordings = {path: recording_of(path, root / category) for category, path in found}
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for category, path in found:
        classes[recordings[path]].update(split_category(category))
    assigned = assign_folds(classes)
    sounds = tuple(
        Sound(_name(root, path), path, assigned[recordings[path]], category, recordings[path])
        for category, path in found
    )
    wanted = set(folds or FOLDS)
    chosen = tuple(sound for sound in sounds if sound.fold in wanted)
    return SoundSet(root, None, chosen, classes_of(folder.name for folder in folders))


def recording_of(path: Path, folder: Path) -> str:
    """The recording that a file of a class's folder is a piece of."""
    inner = path.relative_to(folder)
    if len(inner.parts) > 1:
        return inner.parts[0]
    before, mark, _ = path.stem.partition(PIECE)
    if mark and before:
        return before
    return f"{folder.name}/{path.stem}"


def _odd(path: Path) -> Fault | None:
    """What is no sound, and would be left out without a word."""
    if path.is_dir():
        if path.is_symlink():
            what = "is a link to a folder, which is not followed"
            return Fault(str(path), what, "put the folder itself there")
        named_as_sound = path.suffix.lower() in SOUNDS
        return Fault(str(path), "is a folder, no file", REMEDY) if named_as_sound else None
    return file_fault(path, "is not there", REMEDY) if _may_sound(path) else None


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).with_suffix("").as_posix()


def _clashes(root: Path, folders: Sequence[Path]) -> list[Fault]:
    """Class folders whose names are the same but for case, spaces or the order of their parts."""
    seen: dict[tuple[str, ...], str] = {}
    faults = []
    for folder in folders:
        classes = split_category(folder.name)
        key = tuple(sorted("_".join(name.casefold().split()) for name in classes))
        if not classes:
            faults.append(Fault(str(folder), "names no class", "rename it"))
        elif key in seen:
            what = f"clashes with {seen[key]!r}: the same label but for case, spaces or order"
            faults.append(Fault(str(folder), what, "make one folder of the two, or rename one"))
        else:
            seen[key] = folder.name
    return faults


def _unreadable_names(root: Path) -> list[Fault]:
    """Names that are no text: no message could name such a file."""
    faults = []
    for path in sorted(root.rglob("*")):
        try:
            path.name.encode("utf-8")
        except UnicodeEncodeError:
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            faults.append(Fault(shown, "its name is not UTF-8", "rename it"))
    return faults


def _is_shown(path: Path) -> bool:
    return not path.name.startswith((".", "__"))


def _all_shown(path: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _may_sound(path: Path) -> bool:
    return _is_shown(path) and path.suffix.lower() not in NO_SOUNDS
