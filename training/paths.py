# SPDX-License-Identifier: Apache-2.0
"""Default folders and files: runs, models, the data set, the backbone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.errors import Fault, InputError, ToolError
from generator.repository import DEFAULT_MODEL, WORK_DIR, command
from sounds.place import DEFAULT_DIRECTORY, DIRECTORY_VARIABLE
from training.configs import DEFAULT_CONFIG, SHIPPED_CONFIGS
from training.dataset import ESC50_CLIP, Clip

RUNS = WORK_DIR / "runs"
"""The run folders; ignored by git."""

MODELS = WORK_DIR / "models"
"""Where models of the shipped configurations go; in a checkout those are the shipped models."""

PUBLISHED_BACKBONE = Path("st_yamnet_256") / "yamnet_256_f32.h5"
"""The published backbone, relative to MODELS_DIR: from ST's model zoo, Apache-2.0."""

DATASET_REMEDY = (
    "name your sounds by data.folder of the configuration, by --data, or by ESC10_DIR; "
    f"or fetch ESC-10 with `{command('dataset')}`"
)


def find_dataset(
    named: str | None,
    environment: Mapping[str, str],
    configured: str | None = None,
    config: Path = DEFAULT_CONFIG,
    *,
    repository: Path = WORK_DIR,
) -> Path:
    """The folder of sounds: `named` (the option), else `configured`, relative to the file `config`,
    else ESC10_DIR, else `data/ESC-50` of the repository. Raises InputError or ToolError if it does
    not exist."""
    if named:
        given: Path | None = Path(named)
    elif configured:
        given = config.parent / Path(configured).expanduser()
    else:
        named_there = environment.get(DIRECTORY_VARIABLE)
        given = Path(named_there) if named_there else None
    if given is not None and not given.is_dir():
        raise InputError([Fault(str(given), "there is no such folder of sounds", DATASET_REMEDY)])
    folder = given or repository / DEFAULT_DIRECTORY
    if not folder.is_dir():
        raise ToolError(f"no sounds at {folder}", DATASET_REMEDY)
    return folder


def default_out(config: Path) -> Path:
    """The output folder: `models/` for a shipped configuration, else the one of `config`."""
    return MODELS if config.resolve() in SHIPPED_CONFIGS else config.resolve().parent


def find_published_backbone(environment: Mapping[str, str]) -> Path | None:
    """The published backbone in MODELS_DIR, not trained on ESC-10; None if MODELS_DIR is not set.

    Raises ToolError if MODELS_DIR holds no backbone.
    """
    folder = environment.get("MODELS_DIR")
    if not folder:
        return None
    path = Path(folder) / PUBLISHED_BACKBONE
    if not path.is_file():
        raise ToolError(
            f"MODELS_DIR holds no {PUBLISHED_BACKBONE}",
            "correct MODELS_DIR, or unset it to start from the shipped model",
        )
    return path


def find_backbone(environment: Mapping[str, str]) -> Path:
    """The start of fine-tuning: the published backbone (MODELS_DIR), else the shipped model."""
    return find_published_backbone(environment) or DEFAULT_MODEL.with_suffix(".keras")


def find_backbone_for_cross_validation(
    clips: Iterable[Clip], environment: Mapping[str, str]
) -> Path:
    """The start of cross-validation: a backbone that was not trained on any of these clips.

    The shipped model was trained on ESC-10 and is not used if clips of ESC-50 are among them.
    Raises ToolError if there is no other backbone.
    """
    published = find_published_backbone(environment)
    if published is not None:
        return published
    if any(ESC50_CLIP.match(clip.path.stem) for clip in clips):
        raise ToolError(
            "cross-validation needs a backbone that was not trained on these clips; "
            "the shipped model was trained on ESC-10",
            f"set MODELS_DIR to a folder with {PUBLISHED_BACKBONE}",
        )
    return find_backbone(environment)
