# SPDX-License-Identifier: Apache-2.0
"""What a model's card says of the clips that trained it: there, accuracy is no measure.

The card is `<stem>.json` beside the .tflite, written by the training. A model without a card, or
with one that names other bytes, counts as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.bounded_json import load_json


@dataclass(frozen=True, slots=True)
class Provenance:
    """Folds that trained a model, and what cross-validation says of it."""

    folds: tuple[int, ...] = ()
    cross_validated: str = ""
    """Accuracy of the int8 models on clips that did not train them; empty if unknown."""


def read_provenance(model: Path, sha256: str) -> Provenance:
    """The card's word on the .tflite with that hash; empty without a card of it."""
    try:
        card: dict[str, Any] = load_json(model.with_suffix(".json").read_text(encoding="utf-8"))
        if sha256 not in card["files"]["tflite"].values():
            return Provenance()
        folds = tuple(int(fold) for fold in card["data"]["folds"])
        return Provenance(folds, _cross_validated(card))
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ):
        return Provenance()


def _cross_validated(card: dict[str, Any]) -> str:
    """The int8 accuracy, by the model's own thresholds where the card has it by these."""
    scores = card.get("thresholded") or card.get("cross_validation")
    if not scores:
        return ""
    share = scores["int8_all"]
    text = (
        f"{100 * share['correct'] / share['total']:.2f} % "
        f"({100 * share['low']:.2f} to {100 * share['high']:.2f} %) of {share['total']} clips"
    )
    asked = card.get("config", {}).get("decision", {}).get("threshold")
    is_by_rule = asked is None or bool(card.get("thresholded"))
    return text if is_by_rule else f"{text}, without its thresholds"
