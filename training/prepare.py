# SPDX-License-Identifier: Apache-2.0
"""The checked inputs of a training: configuration, features of all clips, backbone, digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from generator.host.model_twin import label_faults
from generator.repository import SOURCE_ROOT
from training.card import versions
from training.config import DecisionConfig, TrainingConfig
from training.dataset import DataSet, sha256_of_clips, training_faults
from training.features import ClipFrames, FrontEnd, compile_front_end, extract, front_end_digest
from training.patches import InputScale
from training.run_folder import digest_of, sha256_of

HASHED_CODE = (
    "generator/bounded_json.py",
    "generator/model/patches.py",
    "scoring",
    "sounds",
    "training",
)
"""Packages and modules, relative to the repository, that a trained network depends on."""

NOT_HASHED = frozenset(
    {
        *(f"sounds/{name}.py" for name in ("arguments", "download", "fetch_esc50")),
        *(
            f"training/{name}.py"
            for name in ("__main__", "arguments", "card", "card_text", "commands", "plots")
        ),
        *(f"training/{name}.py" for name in ("input_range", "published_models", "rejections")),
        *(f"training/{name}.py" for name in ("chip_features", "convert", "converted_card")),
        *(f"training/{name}.py" for name in ("float_models", "tables", "tensorboard")),
        *(f"training/{name}.py" for name in ("threshold", "train")),
        *(f"training/event_{name}.py" for name in ("command", "evaluation", "plot")),
        *(f"training/event_{name}.py" for name in ("search", "tables")),
        *("scoring/event_match.py", "sounds/mixture.py", "sounds/recording.py"),
    }
)
"""Modules of these packages that only download, print, use finished decisions, or are for models of
somebody's own (docs/bring-your-own-model.md)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The inputs of a training."""

    config: TrainingConfig
    data: DataSet
    clips: tuple[ClipFrames, ...]
    """The frames of all clips of `data`, in the same order."""
    backbone: Path
    front_end_sha256: str
    digest: str
    """SHA-256 over all inputs, the code and the libraries' versions; see `digest_of_run`."""


def input_scale(config: TrainingConfig) -> InputScale:
    """The quantisation of the input cells in this configuration."""
    return InputScale(config.input.scale, config.input.zero_point)


def prepare(
    config: TrainingConfig,
    data: DataSet,
    backbone: Path,
    *,
    progress: Progress | None = None,
    on_message: Callable[[str], None] = lambda line: None,
) -> Prepared:
    """Read every clip, extract its features and check the data set.

    Raises InputError with every clip that cannot be used and every class with too few clips.
    """
    record = config.frontend
    front_end = compile_front_end(input_scale(config), record)
    faults = [*label_faults(str(data.root), data.labels), *training_faults(data)]
    clips = extract(data.clips, front_end, record, progress, on_message=on_message, faults=faults)
    return Prepared(
        config=config,
        data=data,
        clips=clips,
        backbone=backbone,
        front_end_sha256=front_end_digest(front_end, record),
        digest=digest_of_run(config, data, backbone, front_end),
    )


def digest_of_run(
    config: TrainingConfig, data: DataSet, backbone: Path, front_end: FrontEnd
) -> str:
    """SHA-256 over configuration, data, backbone, front-end, library versions and training code.

    Not over the `decision` section: thresholds are chosen again from the saved decisions.
    """
    return digest_of(
        config.model_copy(update={"decision": DecisionConfig()}),
        sha256_of_clips(data.clips),
        sha256_of(backbone),
        config.frontend.sha256,
        front_end_digest(front_end, config.frontend),
        digest_of_code(),
        *(f"{name}={version}" for name, version in versions().items()),
    )


def digest_of_code(root: Path = SOURCE_ROOT) -> str:
    """SHA-256 over the sources of `hashed_sources`: results of other code are not reused."""
    names = hashed_sources(root)
    return digest_of(*(f"{name}={sha256_of(root / name)}" for name in names))


def hashed_sources(root: Path = SOURCE_ROOT) -> tuple[str, ...]:
    """The files of HASHED_CODE without NOT_HASHED, relative to `root`, sorted.

    Raises ValueError if an entry of HASHED_CODE has no source, or NOT_HASHED an unknown file.
    """
    names: set[str] = set()
    for entry in HASHED_CODE:
        path = root / entry
        files = [path] if path.is_file() else list(path.rglob("*.py"))
        if not files:
            raise ValueError(f"{entry}: no source to hash in {root}")
        names |= {file.relative_to(root).as_posix() for file in files}
    if not names >= NOT_HASHED:
        raise ValueError(f"not there: {', '.join(sorted(NOT_HASHED - names))}")
    return tuple(sorted(names - NOT_HASHED))
