# SPDX-License-Identifier: Apache-2.0
"""Where things stand: the repository's folders, the data set, the backbone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from generator.errors import ToolError

REPOSITORY = Path(__file__).resolve().parents[1]

RUNS = REPOSITORY / "runs"
"""Where runs are kept; git ignores it."""

MODELS = REPOSITORY / "models"
"""The shipped model and its card."""

DEFAULT_CONFIG = REPOSITORY / "training" / "esc10.yaml"
DEFAULT_MODEL = MODELS / "yamnet_256_esc10.tflite"
PRISTINE_BACKBONE = Path("st_yamnet_256") / "yamnet_256_f32.h5"
"""The untouched backbone, relative to MODELS_DIR: from ST's public model zoo, Apache-2.0."""

DATASET_REMEDY = "set ESC10_DIR to a folder in ESC-50's layout, or run `make dataset`"


def find_dataset(named: str | None, environment: Mapping[str, str]) -> Path:
    """The data set's folder: the option, else ESC10_DIR, else `data/ESC-50` of the repository."""
    given = named or environment.get("ESC10_DIR")
    folder = Path(given) if given else REPOSITORY / "data" / "ESC-50"
    if not folder.is_dir():
        raise ToolError(f"no data set at {folder}", DATASET_REMEDY)
    return folder


def find_pristine_backbone(environment: Mapping[str, str]) -> Path | None:
    """The backbone that has not seen any clip of ESC-10, from MODELS_DIR; None if it is unset.

    Raises ToolError when MODELS_DIR is set but holds no backbone.
    """
    folder = environment.get("MODELS_DIR")
    if not folder:
        return None
    path = Path(folder) / PRISTINE_BACKBONE
    if not path.is_file():
        raise ToolError(
            f"MODELS_DIR holds no {PRISTINE_BACKBONE}",
            "mend MODELS_DIR, or unset it to start from the shipped model",
        )
    return path


def find_backbone(environment: Mapping[str, str]) -> Path:
    """Where fine-tuning starts: the untouched backbone if there is one, else the shipped model."""
    return find_pristine_backbone(environment) or DEFAULT_MODEL.with_suffix(".keras")
