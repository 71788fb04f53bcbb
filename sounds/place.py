# SPDX-License-Identifier: Apache-2.0
"""Where the data set is: what the user named, else `ESC10_DIR`, else `data/ESC-50`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sounds.esc50 import TABLE

DIRECTORY_VARIABLE = "ESC10_DIR"
DEFAULT_DIRECTORY = Path("data") / "ESC-50"


def find_directory(option: str | None, environment: Mapping[str, str], root: Path) -> Path | None:
    """The data set's folder: the option, else ESC10_DIR, else `data/ESC-50` if it is there.

    A folder that the user named is returned whether it exists or not, so that the reader of it
    refuses it instead of falling back to synthetic sounds unasked.
    """
    named = option or environment.get(DIRECTORY_VARIABLE)
    if named:
        return Path(named)
    default = root / DEFAULT_DIRECTORY
    return default if (default / TABLE).is_file() else None
