# SPDX-License-Identifier: Apache-2.0
"""Files that stand whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f"{path.suffix}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)  # it may have filled the disk


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file likewise; raises ValueError for what JSON cannot say (NaN)."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")
