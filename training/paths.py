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
from training.published_models import BACKBONE_FILE, DEFAULT_PLACE, MODELS_VARIABLE

RUNS = WORK_DIR / "runs"
"""The run folders; ignored by git."""

MODELS = WORK_DIR / "models"
"""Where models of the shipped configurations go; in a checkout those are the shipped models."""

BACKBONE_REMEDY = (
    f"fetch it with `make models` (to {DEFAULT_PLACE}), or set {MODELS_VARIABLE} to a folder with "
    f"{BACKBONE_FILE.path}"
)

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


def find_published_backbone(
    environment: Mapping[str, str], *, repository: Path = WORK_DIR
) -> Path | None:
    """The published backbone, not trained on ESC-10: of MODELS_DIR, else where `make models` puts
    it. None if MODELS_DIR is not set and nothing was fetched.

    Raises ToolError if MODELS_DIR holds no backbone.
    """
    folder = environment.get(MODELS_VARIABLE)
    if not folder:
        fetched = repository / DEFAULT_PLACE / BACKBONE_FILE.path
        return fetched if fetched.is_file() else None
    path = Path(folder) / BACKBONE_FILE.path
    if not path.is_file():
        raise ToolError(
            f"{MODELS_VARIABLE} holds no {BACKBONE_FILE.path}",
            f"correct {MODELS_VARIABLE}, or unset it and fetch the file with `make models`",
        )
    return path


def find_backbone(environment: Mapping[str, str], *, repository: Path = WORK_DIR) -> Path:
    """The start of fine-tuning: the published backbone, else the shipped model."""
    published = find_published_backbone(environment, repository=repository)
    return published or DEFAULT_MODEL.with_suffix(".keras")


def find_backbone_for_cross_validation(
    clips: Iterable[Clip], environment: Mapping[str, str], *, repository: Path = WORK_DIR
) -> Path:
    """The start of cross-validation: a backbone that was not trained on any of these clips.

    The shipped model was trained on ESC-10 and is not used if clips of ESC-50 are among them.
    Raises ToolError if there is no other backbone.
    """
    published = find_published_backbone(environment, repository=repository)
    if published is not None:
        return published
    if any(ESC50_CLIP.match(clip.path.stem) for clip in clips):
        raise ToolError(
            "cross-validation needs a backbone that was not trained on these clips; "
            "the shipped model was trained on ESC-10",
            BACKBONE_REMEDY,
        )
    return find_backbone(environment, repository=repository)
