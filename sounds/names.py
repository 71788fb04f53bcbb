# SPDX-License-Identifier: Apache-2.0
"""What the sounds of a set are called: each by its path, so that no two share a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath, PurePosixPath


def names_of(paths: Sequence[PurePath]) -> list[str]:
    """The names of different files, all relative to one folder: the path without its suffix.

    So a sound has the same name in every edition of a set. The suffix stays where the name would
    otherwise be another file's as well: `a.wav` beside `a.flac`.
    """
    whole = [PurePosixPath(path).as_posix() for path in paths]
    short = [PurePosixPath(path).with_suffix("").as_posix() for path in paths]
    count = Counter(short)
    taken = set(whole)
    return [
        name if count[name] == 1 and (name == path or name not in taken) else path
        for name, path in zip(short, whole, strict=True)
    ]
