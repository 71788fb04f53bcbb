# SPDX-License-Identifier: Apache-2.0
"""The model card: training data, configuration, versions, hashes and scores.

The JSON file is the source; the Markdown file beside it is printed from it (`card_text`).
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
from training.rejections import Rejections
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
    frontend: dict[str, str] = Field(default_factory=dict)
    """The record of the front-end; cards from before there were such files have none."""
    decision: dict[str, str] = Field(default_factory=dict)
    """Empty if the model has no decision file: the head's default rule applies."""

    def all(self) -> dict[str, str]:
        """Every file of the model."""
        parts = (self.tflite, self.keras, self.frontend, self.labels, self.decision)
        return {name: digest for part in parts for name, digest in part.items()}


class Data(_Strict):
    """The training clips."""

    name: str
    folds: tuple[int, ...]
    clips: int
    sha256: str
    """Over names, folds, labels and bytes of all clips: `dataset.sha256_of_clips`."""
    folds_of_esc50: bool = True
    """True if all clips are ESC-50's and their folds come from its table."""
    licences: dict[str, int]
    """Number of clips by licence, from ATTRIBUTION.csv; empty if the data set has no such file."""


class Origin(_Strict):
    """The file with the pretrained weights."""

    name: str
    sha256: str
    licence: str


class Scores(_Strict):
    """Cross-validated clip accuracy: each fold is tested with a model trained on the others."""

    float32: dict[int, Accuracy]
    int8: dict[int, Accuracy]
    float32_all: Accuracy
    int8_all: Accuracy


class Card(_Strict):
    """The whole model card."""

    name: str
    labels: tuple[str, ...]
    files: Files
    data: Data
    backbone: Origin
    front_end_sha256: str
    """Over the front-end's cells for a fixed test signal: `features.front_end_digest`."""
    config: TrainingConfig
    versions: dict[str, str]
    commands: tuple[str, ...]
    cross_validation: Scores | None
    """With the default rule: softmax, the highest mean score; sigmoid, a threshold of 0.5."""
    thresholds: tuple[Threshold, ...] = ()
    """Chosen on the held-out clips, if the configuration says `threshold: auto`."""
    thresholded: Scores | None = None
    """As cross_validation, with those thresholds or with the one of the configuration."""
    rejections: Rejections | None = None
    """What those thresholds reject of the held-out clips, int8."""
    rejections_text: str = ""
    """The same as a sentence."""
    training_clips: Accuracy
    """The int8 model on its own training clips: a check of the files, not an accuracy."""


def scores_of(float32: Sequence[DecidedClip], int8: Sequence[DecidedClip]) -> Scores:
    """Accuracy by fold and over all clips."""
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
    """The number of clips by licence, from the data set's ATTRIBUTION.csv; empty without that file.

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
    """Read a card; raises OSError, or pydantic's ValidationError for another schema."""
    return Card.model_validate_json(path.read_text(encoding="utf-8"))
