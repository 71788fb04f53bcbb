# SPDX-License-Identifier: Apache-2.0
"""Cross-validation: each fold decided by a model that was trained on the other ones.

A fold that is done is kept in the run folder together with a digest of all that it depends on, so a
run that was cut goes on with the next fold; within a fold, after its last whole epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.progress import Progress

from generator.errors import Fault, InputError
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule, Head
from generator.model.decision_file import DEFAULT_SHARES
from training.card import Scores, scores_of
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.dataset import DataSet
from training.engines import TWIN, open_engines
from training.evaluate import decide_clips
from training.features import ClipFrames
from training.learn import decide_by_network, learn
from training.plots import draw_answers, draw_curves
from training.prepare import Prepared
from training.run_folder import write_whole
from training.scores import Curves, DecidedClip, decide_again
from training.tensorboard import Board
from training.threshold import Threshold, choose_thresholds, with_thresholds


class FoldResult(BaseModel):
    """What one fold gave, and the digest of what it depends on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    fold: int
    curves: Curves
    float32: tuple[DecidedClip, ...]
    int8: tuple[DecidedClip, ...]


class CrossValidation(BaseModel):
    """All folds together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    labels: tuple[str, ...]
    scores: Scores
    """By the head's own rule: the highest mean score, or those from one half on."""
    thresholds: tuple[Threshold, ...]
    """Chosen on these clips, of each label with a sigmoid head, else one for all; empty unless the
    configuration asks for `threshold: auto`."""
    thresholded: Scores | None
    """By those thresholds, which is a little flattered, since these very clips chose them; or by
    the one that the configuration gives."""


def plain_rule(config: TrainingConfig, data: DataSet) -> DecisionRule:
    """The head's own rule, before thresholds are chosen; `other` is the label that is none."""
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
    tell: Callable[[str], None],
    board: Board | None = None,
) -> CrossValidation:
    """Train and test fold by fold; writes the folds, their sum and pictures into `folder`.

    Its backbone must not have seen any of the clips. `tell` is given a line a fold.
    """
    config, data, clips, digest = prepared.config, prepared.data, prepared.clips, prepared.digest
    if len(data.folds) < 2:
        raise InputError([Fault("folds", "cross-validation needs two folds or more")])
    rule = plain_rule(config, data)
    results = []
    for fold in data.folds:
        path = folder / f"fold-{fold}.json"
        result = _kept(path, digest)
        if result is None:
            checkpoint = Checkpoint(folder / f"fold-{fold}.checkpoint.npz", digest)
            learnt = learn(
                [one for one in clips if one.clip.fold != fold],
                len(data.labels), prepared.backbone, config,
                progress=progress, title=f"all but fold {fold}", checkpoint=checkpoint,
                on_epoch=board.of(f"fold-{fold}") if board is not None else None,
            )  # fmt: skip
            held_out = [one for one in clips if one.clip.fold == fold]
            model = folder / f"fold-{fold}.tflite"
            write_whole(model, learnt.tflite)
            result = FoldResult(
                digest=digest,
                fold=fold,
                curves=learnt.curves,
                float32=decide_by_network(learnt.network, held_out, config, rule),
                int8=_decide_by_chip(learnt.tflite, data.labels, held_out, rule, scratch),
            )
            write_whole(path, result.model_dump_json(indent=1) + "\n")
            checkpoint.clear()
        else:
            tell(f"fold {fold} is kept from an earlier run")
        results.append(result)
        scores = scores_of(result.float32, result.int8)
        tell(f"fold {fold}: float32 {scores.float32_all}, int8 {scores.int8_all}")
    whole = _sum_up(prepared, results)
    title = "int8, each fold by the other folds"
    int8 = [one for result in results for one in result.int8]
    write_whole(folder / "confusion.png", draw_answers(int8, data.labels, rule.head, title))
    curves = {f"all but fold {result.fold}": result.curves for result in results}
    write_whole(folder / "curves.png", draw_curves(curves))
    write_whole(folder / "cross_validation.json", whole.model_dump_json(indent=1) + "\n")
    return whole


def _sum_up(prepared: Prepared, results: Sequence[FoldResult]) -> CrossValidation:
    config, data = prepared.config, prepared.data
    rule = plain_rule(config, data)
    float32 = [one for result in results for one in result.float32]
    int8 = [one for result in results for one in result.int8]
    thresholds: tuple[Threshold, ...] = ()
    thresholded = None
    if config.decision.threshold is not None:
        shares: list[float] = []
        if config.decision.threshold == "auto":
            thresholds = choose_thresholds(int8, rule, config.decision.precision)
            shares = [one.share for one in thresholds]
        else:
            shares = [config.decision.threshold]
        chosen = with_thresholds(rule, shares)
        thresholded = scores_of(decide_again(float32, chosen), decide_again(int8, chosen))
    return CrossValidation(
        digest=prepared.digest,
        labels=data.labels,
        scores=scores_of(float32, int8),
        thresholds=thresholds,
        thresholded=thresholded,
    )


def read_cross_validation(prepared: Prepared, folder: Path) -> CrossValidation | None:
    """What an earlier run found, or None if a fold is missing; thresholds by today's configuration.

    None, too, where there is but one fold.
    """
    kept = [_kept(folder / f"fold-{fold}.json", prepared.digest) for fold in prepared.data.folds]
    results = [one for one in kept if one is not None]
    if len(results) < max(2, len(kept)):
        return None
    return _sum_up(prepared, results)


def _kept(path: Path, digest: str) -> FoldResult | None:
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
) -> tuple[DecidedClip, ...]:
    """The firmware's own C decides, from samples on."""
    model = scratch / "fold.tflite"
    model.write_bytes(tflite)
    (scratch / "fold.labels.txt").write_text("".join(f"{label}\n" for label in labels), "utf-8")
    decisions = decide_clips(open_engines(TWIN, model), [one.clip for one in clips])
    return decide_again(decisions, rule)
