# SPDX-License-Identifier: Apache-2.0
"""A model with what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.frontend.record_file import frontend_path
from generator.model.labels import labels_path

OURS = "preset: yamnet\n"
"""The record of a model that hears what our own front-end makes."""


def write_model(path: Path, content: bytes, labels: Sequence[str] = (), record: str = OURS) -> Path:
    """The model, the record of its front-end, and its labels if there are any; returns its path."""
    path.write_bytes(content)
    frontend_path(path).write_text(record, encoding="utf-8")
    if labels:
        text = "".join(f"{label}\n" for label in labels)
        labels_path(path).write_text(text, encoding="utf-8")
    return path
