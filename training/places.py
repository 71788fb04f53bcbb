# SPDX-License-Identifier: Apache-2.0
"""Where things stand: the repository's folders, the data set, the backbone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.errors import Fault, InputError, ToolError
from generator.repository import DEFAULT_MODEL, REPO_ROOT
from sounds.place import DEFAULT_DIRECTORY, DIRECTORY_VARIABLE
from training.dataset import ESC50_CLIP, Clip

RUNS = REPO_ROOT / "runs"
"""Where runs are kept; git ignores it."""

MODELS = REPO_ROOT / "models"
"""The shipped model and its card."""

DEFAULT_CONFIG = REPO_ROOT / "training" / "esc10.yaml"
PRISTINE_BACKBONE = Path("st_yamnet_256") / "yamnet_256_f32.h5"
"""The untouched backbone, relative to MODELS_DIR: from ST's public model zoo, Apache-2.0."""

DATASET_REMEDY = (
    "name your sounds by data.folder of the configuration, by --data, or by ESC10_DIR; "
    "or fetch ESC-10 with `make dataset`"
)


def find_dataset(
    named: str | None,
    environment: Mapping[str, str],
    configured: str | None = None,
    config: Path = DEFAULT_CONFIG,
    *,
    repository: Path = REPO_ROOT,
) -> Path:
    """The folder of sounds: the option, else the configuration's, relative to `config`, else
    ESC10_DIR, else `data/ESC-50` of the repository."""
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
    """Where a model's files go: `models/` for the shipped configuration, else beside its own."""
    return MODELS if config.resolve() == DEFAULT_CONFIG else config.resolve().parent


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


def find_backbone_for_testing(clips: Iterable[Clip], environment: Mapping[str, str]) -> Path:
    """Where cross-validation starts: a backbone that has not heard these clips.

    The shipped model has heard ESC-10, and so does not do for clips of ESC-50. Raises ToolError
    when there is no other.
    """
    pristine = find_pristine_backbone(environment)
    if pristine is not None:
        return pristine
    if any(ESC50_CLIP.match(clip.path.stem) for clip in clips):
        raise ToolError(
            "cross-validation needs a backbone that has not heard the clips, "
            "and the shipped model was trained on ESC-10",
            f"set MODELS_DIR to a folder with {PRISTINE_BACKBONE}",
        )
    return find_backbone(environment)
