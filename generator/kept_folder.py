# SPDX-License-Identifier: Apache-2.0
"""Where files of the user go in place of being deleted: a dated folder beside theirs."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path


def kept_folder(folder: Path) -> Path:
    """`<folder>.kept-2026-11-29T16-05-12`, by the local time, with a number where that is taken.

    Nothing is made.
    """
    stamp = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    kept = folder.with_name(f"{folder.name}.kept-{stamp}")
    number = 1
    while os.path.lexists(kept):
        number += 1
        kept = folder.with_name(f"{folder.name}.kept-{stamp}-{number}")
    return kept
