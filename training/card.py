# SPDX-License-Identifier: Apache-2.0
"""The provenance card of a model: what it was made of, how, and what it scores.

The JSON is the truth; the Markdown beside it is printed from it.
"""

from __future__ import annotations

import csv
import importlib.metadata
import platform
from collections import Counter
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from training.config import TrainingConfig
from training.dataset import DataSet
from training.scores import Decision, Share, by_fold, share_of

LIBRARIES = ("tensorflow", "keras", "numpy", "soxr", "soundfile", "ai-edge-litert")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Files(_Strict):
    """SHA-256 of each file by its name."""

    tflite: dict[str, str]
    keras: dict[str, str]
    labels: dict[str, str]


class Data(_Strict):
    """The clips that trained the model."""

    name: str
    folds: tuple[int, ...]
    clips: int
    sha256: str
    """Over names, folds, labels and bytes of all clips, see `dataset.sha256_of_clips`."""
    licences: dict[str, int]
    """Clips by licence, from ATTRIBUTION.csv; empty if the data set brought none."""


class Origin(_Strict):
    """A file that training started from."""

    name: str
    sha256: str
    licence: str


class Scores(_Strict):
    """Clip accuracy: each fold decided by a model trained on the other ones."""

    float32: dict[int, Share]
    int8: dict[int, Share]
    float32_all: Share
    int8_all: Share


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
    training_clips: Share
    """The shipped int8 model on the clips that trained it: a check of the files, no accuracy."""


def scores_of(float32: list[Decision], int8: list[Decision]) -> Scores:
    """Fold by fold and over all clips."""
    return Scores(
        float32=by_fold(float32),
        int8=by_fold(int8),
        float32_all=share_of(float32),
        int8_all=share_of(int8),
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
        licence = {row["filename"]: row["licence"] for row in csv.DictReader(stream)}
    counts = Counter(licence.get(clip.path.name, "not stated") for clip in data.clips)
    return dict(sorted(counts.items()))


def read_card(path: Path) -> Card:
    """Parse a card; raises pydantic's ValidationError for another schema."""
    return Card.model_validate_json(path.read_text(encoding="utf-8"))


def trained_folds(model: Path, sha256: str) -> tuple[int, ...]:
    """The folds that a model was trained on, by the card beside it; none without a card of it."""
    try:
        card = read_card(model.with_suffix(".json"))
    except (OSError, ValidationError):
        return ()
    return card.data.folds if sha256 in card.files.tflite.values() else ()


def _percent(share: Share) -> str:
    return f"{100 * share.value:.2f} % | {100 * share.low:.1f} to {100 * share.high:.1f} %"


def print_card(card: Card) -> str:
    """The card as Markdown."""
    lines = [
        f"# {card.name}",
        "",
        "Int8 audio classifier for microcontrollers: the first six blocks of YAMNet, a global",
        "average and a dense head. Input: patches of "
        f"{card.config.input.frames} frames x {card.config.input.bands} mel bands, int8, scale "
        f"{card.config.input.scale:.9f}, zero",
        f"point {card.config.input.zero_point}, from this project's own fixed-point front-end "
        "(docs/frontend.md). Output: a softmax over",
        f"{len(card.labels)} classes: {', '.join(card.labels)}.",
        "",
        "Written by `make train` from the JSON file of the same name.",
        "",
        "## What it scores",
        "",
    ]
    if card.cross_validation is None:
        lines += ["Not measured with this configuration: run `make cv`, then `make train`.", ""]
    else:
        scores = card.cross_validation
        lines += [
            f"Clip accuracy, cross-validated over folds {_listed(card.data.folds)}: each fold is "
            "decided by a model that was",
            "trained, by the same configuration, on the other ones. Int8 is what the chip "
            "computes: fixed-point",
            "front-end with the silence gate, reference int8 kernels. The interval is Wilson's, "
            "95 %.",
            "",
            "| fold | float32 | interval | int8 | interval |",
            "|---|---|---|---|---|",
            *(
                f"| {fold} | {_percent(scores.float32[fold])} | {_percent(scores.int8[fold])} |"
                for fold in scores.int8
            ),
            f"| all | {_percent(scores.float32_all)} | {_percent(scores.int8_all)} |",
            "",
        ]
    lines += [
        f"The shipped model itself was trained on all of folds {_listed(card.data.folds)}. "
        f"On those very clips it decides {card.training_clips.correct} of",
        f"{card.training_clips.total} rightly, which checks the files and is no accuracy.",
        "Any other fold was neither trained on nor looked at: `make evaluate FOLDS=5` measures it.",
        "",
        "## What it was made of",
        "",
        f"- Data: {card.data.name}, folds {_listed(card.data.folds)}, {card.data.clips} clips, "
        f"sha256 over all of them `{card.data.sha256}`.",
    ]
    if card.data.licences:
        counted = ", ".join(f"{name}: {count}" for name, count in card.data.licences.items())
        lines.append(f"  Licences of the clips: {counted}.")
    lines += [
        f"- Start: `{card.backbone.name}`, {card.backbone.licence}, "
        f"sha256 `{card.backbone.sha256}`.",
        f"- Front-end: sha256 over its cells for a fixed signal `{card.front_end_sha256}`.",
        f"- Seed {card.config.seed}; "
        + ", ".join(f"{name} {version}" for name, version in card.versions.items())
        + ".",
        "",
        "## How to make it again",
        "",
        "```",
        *card.commands,
        "```",
        "",
        "## Files",
        "",
        "| file | sha256 |",
        "|---|---|",
        *(
            f"| `{name}` | `{digest}` |"
            for files in (card.files.tflite, card.files.keras, card.files.labels)
            for name, digest in files.items()
        ),
        "",
    ]
    return "\n".join(lines)


def _listed(folds: tuple[int, ...]) -> str:
    return ", ".join(str(fold) for fold in folds)
