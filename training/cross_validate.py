# SPDX-License-Identifier: Apache-2.0
"""Cross-validation: each fold is tested with a model trained on the other folds.

The result of a fold is saved in the run folder with a digest of all its inputs. An interrupted run
resumes with the first fold that has no result; within a fold, after the last checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.progress import Progress

from generator.errors import Fault, InputError
from generator.frontend.record import FrontendRecord
from generator.frontend.record_file import frontend_path
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule, Head
from generator.model.decision_file import DEFAULT_SHARES
from training.card import Scores, scores_of
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.dataset import DataSet
from training.engine_names import TWIN
from training.engines import open_engines
from training.evaluate import decide_clips
from training.features import ClipFrames, front_end_text
from training.plots import plot_answers, plot_losses
from training.prepare import Prepared
from training.rejections import Rejections, count_rejections, describe_rejections
from training.run_folder import write_atomically
from training.scores import Curves, DecidedClip, decide_again
from training.tensorboard import TensorBoardLog
from training.threshold import Threshold, choose_thresholds, with_thresholds
from training.trained_model import decide_by_network, train_model


class FoldResult(BaseModel):
    """The decisions on one test fold, and the digest of all inputs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    fold: int
    curves: Curves
    float32: tuple[DecidedClip, ...]
    int8: tuple[DecidedClip, ...]


class CrossValidation(BaseModel):
    """The results over all folds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    labels: tuple[str, ...]
    scores: Scores
    """With the default rule: softmax, the highest mean score; sigmoid, a threshold of 0.5."""
    thresholds: tuple[Threshold, ...]
    """Chosen on these clips: one per label with a sigmoid head, else one for all. Empty unless the
    configuration says `threshold: auto`."""
    thresholded: Scores | None
    """With those thresholds (slightly optimistic: they were chosen on these clips), or with the
    threshold of the configuration."""
    rejections: Rejections | None = None
    """What those thresholds reject of these clips, int8."""
    rejections_text: str = ""
    """The same as a sentence."""


def default_rule(config: TrainingConfig, data: DataSet) -> DecisionRule:
    """The head's default decision rule, before thresholds are chosen."""
    head = Head(config.head.kind)
    share = DEFAULT_SHARES[head]
    steps = (round(share * SHARE_STEPS) + ZERO_SHARE_STEP,) * len(data.labels)
    is_label = head is Head.SOFTMAX and config.data.other is not None
    other = data.labels.index(config.data.other or "") if is_label else None
    return DecisionRule(head, steps, other)


def cross_validate(
    prepared: Prepared,
    folder: Path,
    scratch: Path,
    *,
    progress: Progress,
    on_message: Callable[[str], None],
    tensorboard: TensorBoardLog | None = None,
) -> CrossValidation:
    """Train and test fold by fold; write results and plots into `folder`.

    The backbone must not have been trained on any of the clips. `scratch`: for temporary files.
    `on_message` receives one line of text per fold. Raises InputError for fewer than two folds.
    """
    config, data, clips, digest = prepared.config, prepared.data, prepared.clips, prepared.digest
    if len(data.folds) < 2:
        raise InputError([Fault("folds", "cross-validation needs two folds or more")])
    rule = default_rule(config, data)
    results = []
    for fold in data.folds:
        path = folder / f"fold-{fold}.json"
        result = _load_fold(path, digest)
        if result is None:
            checkpoint = Checkpoint(folder / f"fold-{fold}.checkpoint.npz", digest)
            trained = train_model(
                [one for one in clips if one.clip.fold != fold],
                len(data.labels), prepared.backbone, config,
                progress=progress, title=f"all but fold {fold}", checkpoint=checkpoint,
                on_epoch=tensorboard.on_epoch(f"fold-{fold}") if tensorboard is not None else None,
            )  # fmt: skip
            held_out = [one for one in clips if one.clip.fold == fold]
            model = folder / f"fold-{fold}.tflite"
            write_atomically(model, trained.tflite)
            result = FoldResult(
                digest=digest,
                fold=fold,
                curves=trained.curves,
                float32=decide_by_network(trained.network, held_out, config, rule),
                int8=_decide_by_chip(
                    trained.tflite, data.labels, held_out, rule, scratch, record=config.frontend
                ),
            )
            write_atomically(path, result.model_dump_json(indent=1) + "\n")
            checkpoint.clear()
        else:
            on_message(f"fold {fold} is reused from an earlier run")
        results.append(result)
        scores = scores_of(result.float32, result.int8)
        on_message(f"fold {fold}: float32 {scores.float32_all}, int8 {scores.int8_all}")
    summary = _summarise(prepared, results)
    write_atomically(folder / "cross_validation.json", summary.model_dump_json(indent=1) + "\n")
    title = "int8, cross-validated"
    int8 = [one for result in results for one in result.int8]
    write_atomically(folder / "confusion.png", plot_answers(int8, data.labels, rule.head, title))
    curves = {f"all but fold {result.fold}": result.curves for result in results}
    write_atomically(folder / "curves.png", plot_losses(curves))
    return summary


def _summarise(prepared: Prepared, results: Sequence[FoldResult]) -> CrossValidation:
    config, data = prepared.config, prepared.data
    rule = default_rule(config, data)
    float32 = [one for result in results for one in result.float32]
    int8 = [one for result in results for one in result.int8]
    thresholds: tuple[Threshold, ...] = ()
    thresholded = rejections = None
    text = ""
    if config.decision.threshold is not None:
        shares: list[float] = []
        if config.decision.threshold == "auto":
            thresholds = choose_thresholds(int8, rule, config.decision.precision)
            shares = [one.share for one in thresholds]
        else:
            shares = [config.decision.threshold]
        chosen = with_thresholds(rule, shares)
        thresholded = scores_of(decide_again(float32, chosen), decide_again(int8, chosen))
        rejections = count_rejections(int8, chosen)
        if rejections is not None:
            text = describe_rejections(rejections, chosen, data.labels)
    return CrossValidation(
        digest=prepared.digest,
        labels=data.labels,
        scores=scores_of(float32, int8),
        thresholds=thresholds,
        thresholded=thresholded,
        rejections=rejections,
        rejections_text=text,
    )


def read_cross_validation(prepared: Prepared, folder: Path) -> CrossValidation | None:
    """The saved results of an earlier run, with thresholds by the current configuration.

    None if the result of a fold is missing or of another digest, or if there is only one fold.
    """
    folds = prepared.data.folds
    saved = [_load_fold(folder / f"fold-{fold}.json", prepared.digest) for fold in folds]
    results = [one for one in saved if one is not None]
    if len(results) < max(2, len(saved)):
        return None
    return _summarise(prepared, results)


def _load_fold(path: Path, digest: str) -> FoldResult | None:
    try:
        found = FoldResult.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None
    return found if found.digest == digest else None


def _decide_by_chip(
    tflite: bytes,
    labels: Sequence[str],
    clips: Sequence[ClipFrames],
    rule: DecisionRule,
    scratch: Path,
    *,
    record: FrontendRecord,
) -> tuple[DecidedClip, ...]:
    """Decisions of the int8 model by the firmware's C (host twin), starting from samples."""
    model = scratch / "fold.tflite"
    model.write_bytes(tflite)
    frontend_path(model).write_text(front_end_text(record, "fold"), encoding="utf-8")
    (scratch / "fold.labels.txt").write_text("".join(f"{label}\n" for label in labels), "utf-8")
    decisions = decide_clips(open_engines(TWIN, model), [one.clip for one in clips])
    return decide_again(decisions, rule)
