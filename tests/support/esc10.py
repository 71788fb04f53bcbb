# SPDX-License-Identifier: Apache-2.0
"""The names and classes of ESC-10's 400 clips: the rows of ESC-50's table that it marks."""

from __future__ import annotations

from pathlib import Path

ESC10_CLIPS = [
    (name, category)
    for name, _, category in (
        line.partition(",")
        for line in (Path(__file__).parent / "esc10_clips.txt").read_text().splitlines()
    )
]
"""Name without suffix, class; by name."""
