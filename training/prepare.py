# SPDX-License-Identifier: Apache-2.0
"""All that a training starts from, read and checked: its configuration, sounds and backbone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from generator.host.model_twin import label_faults
from generator.repository import REPO_ROOT
from training.card import versions
from training.config import DecisionConfig, TrainingConfig
from training.dataset import DataSet, sha256_of_clips, training_faults
from training.features import ClipFrames, FrontEnd, compile_front_end, extract, front_end_digest
from training.patches import InputScale
from training.run_folder import digest_of, sha256_of

PRINTING = {
    *("__main__.py", "card.py", "card_text.py", "commands.py", "plots.py", "tables.py"),
    *("tensorboard.py", "threshold.py", "train.py"),
}
"""Modules of training that come after the decisions."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What goes into a training."""

    config: TrainingConfig
    data: DataSet
    clips: tuple[ClipFrames, ...]
    """Of all clips of `data`, in its order."""
    backbone: Path
    front_end_sha256: str
    digest: str
    """Over all of this, and the libraries' versions; not over when a score is high enough."""


def input_scale(config: TrainingConfig) -> InputScale:
    """The meaning of an int8 cell in this configuration."""
    return InputScale(config.input.scale, config.input.zero_point)


def prepare(
    config: TrainingConfig,
    data: DataSet,
    backbone: Path,
    *,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Prepared:
    """Hear every clip.

    Raises InputError with every clip that cannot be used and every class that has too few.
    """
    front_end = compile_front_end(input_scale(config))
    faults = [*label_faults(str(data.root), data.labels), *training_faults(data)]
    clips = extract(data.clips, front_end, progress, tell, faults)
    return Prepared(
        config=config,
        data=data,
        clips=clips,
        backbone=backbone,
        front_end_sha256=front_end_digest(front_end),
        digest=digest_of_run(config, data, backbone, front_end),
    )


def digest_of_run(
    config: TrainingConfig, data: DataSet, backbone: Path, front_end: FrontEnd
) -> str:
    """A hash over configuration, data, backbone, front-end, versions and the code that trains.

    Not over how to decide: thresholds are chosen anew from the same decisions.
    """
    return digest_of(
        config.model_copy(update={"decision": DecisionConfig()}),
        sha256_of_clips(data.clips),
        sha256_of(backbone),
        front_end_digest(front_end),
        digest_of_code(),
        *(f"{name}={version}" for name, version in versions().items()),
    )


def digest_of_code(root: Path = REPO_ROOT) -> str:
    """A hash over the sources that a trained network depends on.

    All of both packages but what only prints: scores of an older program are no scores of this one.
    """
    sources = sorted(
        path
        for package in ("sounds", "training")
        for path in (root / package).glob("*.py")
        if path.name not in PRINTING
    )
    return digest_of(*(f"{path.name}={sha256_of(path)}" for path in sources))
