# SPDX-License-Identifier: Apache-2.0
"""The provenance card of a model: what it was made of, how, and what it scores.

The JSON is the truth; the Markdown beside it is printed from it (`card_text`).
"""

from __future__ import annotations

import csv
import importlib.metadata
import platform
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from scoring.accuracy import Accuracy
from training.config import TrainingConfig
from training.dataset import DataSet
from training.scores import DecidedClip, accuracy_of, by_fold
from training.threshold import Threshold

LIBRARIES = ("tensorflow", "keras", "numpy", "soxr", "soundfile", "ai-edge-litert")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Files(_Strict):
    """SHA-256 of each file by its name."""

    tflite: dict[str, str]
    keras: dict[str, str]
    labels: dict[str, str]
    decision: dict[str, str] = Field(default_factory=dict)
    """Empty where the head's own rule decides."""

    def all(self) -> dict[str, str]:
        """Every file of the model."""
        return {**self.tflite, **self.keras, **self.labels, **self.decision}


class Data(_Strict):
    """The clips that trained the model."""

    name: str
    folds: tuple[int, ...]
    clips: int
    sha256: str
    """Over names, folds, labels and bytes of all clips, see `dataset.sha256_of_clips`."""
    folds_of_esc50: bool = True
    """The folds are those of ESC-50's own clips, by its table."""
    licences: dict[str, int]
    """Clips by licence, from ATTRIBUTION.csv; empty if the data set brought none."""


class Origin(_Strict):
    """A file that training started from."""

    name: str
    sha256: str
    licence: str


class Scores(_Strict):
    """Clip accuracy: each fold decided by a model trained on the other ones."""

    float32: dict[int, Accuracy]
    int8: dict[int, Accuracy]
    float32_all: Accuracy
    int8_all: Accuracy


class Card(_Strict):
    """All of it."""

    name: str
    labels: tuple[str, ...]
    files: Files
    data: Data
    backbone: Origin
    front_end_sha256: str
    """Over the cells that a fixed signal gives, see `features.front_end_digest`."""
    config: TrainingConfig
    versions: dict[str, str]
    commands: tuple[str, ...]
    cross_validation: Scores | None
    """By the head's own rule: the highest mean score, or those from one half on."""
    thresholds: tuple[Threshold, ...] = ()
    """Chosen on the held-out clips, where the configuration asks for it."""
    thresholded: Scores | None = None
    """As cross_validation, by those thresholds, or by the one that the configuration gives."""
    training_clips: Accuracy
    """The shipped int8 model on the clips that trained it: a check of the files, no accuracy."""


def scores_of(float32: Sequence[DecidedClip], int8: Sequence[DecidedClip]) -> Scores:
    """Fold by fold and over all clips."""
    return Scores(
        float32=by_fold(float32),
        int8=by_fold(int8),
        float32_all=accuracy_of(float32),
        int8_all=accuracy_of(int8),
    )


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result depends on."""
    return {
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def licences_of(data: DataSet) -> dict[str, int]:
    """How many clips stand under which licence, from the data set's ATTRIBUTION.csv if it has one.

    ESC-10 is the part of ESC-50 that is published under Creative Commons Attribution.
    """
    table = data.root / "ATTRIBUTION.csv"
    if not table.is_file():
        return {}
    with table.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        licence = {row.get("filename"): row.get("licence") or "not stated" for row in rows}
    counts = Counter(licence.get(clip.path.name, "not stated") for clip in data.clips)
    return dict(sorted(counts.items()))


def read_card(path: Path) -> Card:
    """Parse a card; raises pydantic's ValidationError for another schema."""
    return Card.model_validate_json(path.read_text(encoding="utf-8"))
