# SPDX-License-Identifier: Apache-2.0
"""Cross-validation: each fold decided by a model that was trained on the other ones.

A fold that is done is kept in the run folder together with a digest of all that it depends on, so a
run that was cut goes on with the next fold.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from rich.progress import Progress

from generator.errors import Fault, InputError
from training.card import Scores, scores_of, versions
from training.classifier import Classifier
from training.config import TrainingConfig
from training.dataset import DataSet, sha256_of_clips
from training.evaluate import decide_clips
from training.features import FrontEnd, compile_front_end, extract, front_end_digest
from training.learn import decide_by_network, input_scale, learn
from training.plots import draw_confusion, draw_losses
from training.run_folder import digest_of, sha256_of, write_whole
from training.scores import Decision, confusion


class FoldResult(BaseModel):
    """What one fold gave, and the digest of what it depends on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    fold: int
    losses: tuple[float, ...]
    float32: tuple[Decision, ...]
    int8: tuple[Decision, ...]


class CrossValidation(BaseModel):
    """All folds together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    scores: Scores


def digest_of_run(
    config: TrainingConfig, data: DataSet, backbone: Path, front_end: FrontEnd
) -> str:
    """A hash over configuration, data, backbone, front-end and versions."""
    return digest_of(
        config,
        sha256_of_clips(data.clips),
        sha256_of(backbone),
        front_end_digest(front_end),
        *(f"{name}={version}" for name, version in versions().items()),
    )


def cross_validate(
    config: TrainingConfig,
    data: DataSet,
    backbone: Path,
    folder: Path,
    *,
    progress: Progress,
    tell: Callable[[str], None],
) -> CrossValidation:
    """Train and test fold by fold; writes the folds, their sum and two pictures into `folder`.

    `backbone` must not have seen any clip of `data`. `tell` is given a line a fold.
    """
    if len(data.folds) < 2:
        raise InputError([Fault("folds", "cross-validation needs two folds or more")])
    front_end = compile_front_end(input_scale(config))
    digest = digest_of_run(config, data, backbone, front_end)
    clips = extract(data.clips, front_end, progress)
    results = []
    for fold in data.folds:
        path = folder / f"fold-{fold}.json"
        result = _kept(path, digest)
        if result is None:
            learnt = learn(
                [one for one in clips if one.clip.fold != fold],
                len(data.labels), backbone, config,
                progress=progress, title=f"all but fold {fold}",
            )  # fmt: skip
            held_out = [one for one in clips if one.clip.fold == fold]
            result = FoldResult(
                digest=digest,
                fold=fold,
                losses=learnt.losses,
                float32=decide_by_network(learnt.network, held_out, config),
                int8=decide_clips(_classifier(learnt.tflite), held_out),
            )
            write_whole(folder / f"fold-{fold}.tflite", learnt.tflite)
            write_whole(path, result.model_dump_json(indent=1) + "\n")
        else:
            tell(f"fold {fold} is kept from an earlier run")
        results.append(result)
        scores = scores_of(list(result.float32), list(result.int8))
        tell(f"fold {fold}: float32 {scores.float32_all}, int8 {scores.int8_all}")
    float32 = [one for result in results for one in result.float32]
    int8 = [one for result in results for one in result.int8]
    whole = CrossValidation(digest=digest, scores=scores_of(float32, int8))
    write_whole(folder / "cross_validation.json", whole.model_dump_json(indent=1) + "\n")
    write_whole(
        folder / "confusion.png",
        draw_confusion(
            confusion(int8, len(data.labels)), data.labels, "int8, each fold by the other folds"
        ),
    )
    write_whole(
        folder / "loss.png",
        draw_losses({f"all but fold {result.fold}": result.losses for result in results}),
    )
    return whole


def read_cross_validation(folder: Path, digest: str) -> Scores | None:
    """The scores of an earlier run with this digest, or None."""
    try:
        text = (folder / "cross_validation.json").read_text(encoding="utf-8")
        found = TypeAdapter(CrossValidation).validate_json(text)
    except (OSError, ValidationError):
        return None
    return found.scores if found.digest == digest else None


def _kept(path: Path, digest: str) -> FoldResult | None:
    try:
        found = FoldResult.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None
    return found if found.digest == digest else None


def _classifier(tflite: bytes) -> Classifier:
    with tempfile.TemporaryDirectory(prefix="mel2metal-") as scratch:
        path = Path(scratch) / "fold.tflite"
        path.write_bytes(tflite)
        return Classifier(path)
