# SPDX-License-Identifier: Apache-2.0
"""A folder of sounds in whichever layout it has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.errors import Fault, InputError
from generator.repository import command
from sounds.class_folders import read_class_folders
from sounds.esc50 import TABLE, read_esc50
from sounds.sound import SoundSet


def read_sounds(root: Path, folds: Sequence[int] = (), *, whole: bool = False) -> SoundSet:
    """ESC-50's layout where `meta/esc50.csv` is there, else one folder per class.

    `folds`: those to take, none given for all. `whole`: also the table's rows that are not of
    ESC-10. Raises InputError with all faults of the set, ToolError for a table that cannot be read.
    """
    if not root.is_dir():
        own = "name a folder in ESC-50's layout or one folder per class"
        remedy = f"{own}, or run `{command('dataset')}`"
        raise InputError([Fault(str(root), "there is no such folder of sounds", remedy)])
    if (root / TABLE).is_file() or all((root / name).is_dir() for name in ("meta", "audio")):
        return read_esc50(root, folds, whole=whole)
    return read_class_folders(root, folds)
