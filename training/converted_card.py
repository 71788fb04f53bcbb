# SPDX-License-Identifier: Apache-2.0
"""The card of a model that `training.convert` made: what it is, and how close int8 is to float."""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

LIBRARIES = ("tensorflow", "keras", "numpy", "ai-edge-litert")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agreement(_Strict):
    """The int8 model beside the float one, on the patches that set its ranges."""

    patches: int
    same_class: int
    """Patches whose highest score is of the same class."""
    largest_difference: float
    """Of any score."""

    def sentence(self) -> str:
        """For people."""
        return (
            f"int8 beside float: the same class for {self.same_class} of {self.patches} patches, "
            f"scores differ by at most {self.largest_difference:.3f}"
        )


class ConvertedCard(_Strict):
    """What is known of a converted model; of its training, nothing."""

    kind: Literal["converted"] = "converted"
    name: str
    source: str
    """The float model in a few words."""
    labels: tuple[str, ...]
    files: dict[str, str]
    """SHA-256 by file name."""
    front_end_sha256: str
    """Of the front-end's record."""
    patches: int
    """Given for calibration."""
    input_scale: float
    input_zero_point: int
    agreement: Agreement
    versions: dict[str, str]

    @classmethod
    def is_one(cls, path: Path) -> bool:
        """Whether a file is such a card."""
        try:
            cls.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValidationError):
            return False
        return True


def libraries() -> dict[str, str]:
    """Versions of Python and of the libraries that the result depends on."""
    found = {"python": platform.python_version()}
    return found | {name: importlib.metadata.version(name) for name in LIBRARIES}


def print_converted_card(card: ConvertedCard) -> str:
    """The card as Markdown."""
    low, high = ((cell - card.input_zero_point) * card.input_scale for cell in (-128, 127))
    return "\n".join(
        [
            f"# {card.name}",
            "",
            f"Int8 model converted from {card.source}, with training.convert.to_int8.",
            f"{len(card.labels)} classes: {', '.join(card.labels)}.",
            "",
            f"- Input: int8, scale {card.input_scale:.9g}, zero point {card.input_zero_point}: "
            f"values from {low:.4g} to {high:.4g}.",
            f"- Calibrated on {card.patches} patches. {card.agreement.sentence().capitalize()}.",
            "  That compares the two models; it is no accuracy.",
            f"- Front-end: `{card.name}.frontend.yaml`, sha256 of the record "
            f"`{card.front_end_sha256}`.",
            f"- {', '.join(f'{name} {version}' for name, version in card.versions.items())}.",
            "",
            "| file | sha256 |",
            "|---|---|",
            *(f"| `{name}` | `{digest}` |" for name, digest in card.files.items()),
            "",
        ]
    )
