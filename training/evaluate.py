# SPDX-License-Identifier: Apache-2.0
"""Evaluation of an int8 model on a data set, with the decisions of the chip. No TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.progress import Progress

from generator.frontend.saturation import Saturation
from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, DecisionRule, Head, describe_rule
from training.dataset import Clip, DataSet
from training.engine_names import ENGINES
from training.engines import Engine
from training.rejections import (
    Rejections,
    count_changed,
    count_rejections,
    describe_rejections,
)
from training.run_folder import sha256_of
from training.scores import DecidedClip, accuracy_of, decide_again
from training.sound_check import SoundCheck


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The decisions of one model on one data set."""

    model: Path
    sha256: str
    engine: str
    head: Head
    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    """By label, 0 to 1; 0: none."""
    rule: str
    """The decision rule as text."""
    decisions: tuple[DecidedClip, ...]
    rejections: Rejections | None = None
    """What the thresholds reject; None without thresholds."""
    threshold_notes: tuple[str, ...] = ()
    """Sentences on what the thresholds do to these clips."""
    changed: int | None = None
    """How many decisions differ from those of the model's own rule; None: it is the rule."""
    features: Saturation | None = None
    """Of the sounds, held against the model's input."""


def decide_clips(
    engines: Sequence[Engine],
    clips: Sequence[Clip],
    progress: Progress | None = None,
    on_message: Callable[[str], None] = lambda line: None,
) -> tuple[DecidedClip, ...]:
    """Decide each clip, with one thread per engine.

    `on_message` receives notes about unusual sounds. Raises InputError with every clip that cannot
    be read.
    """
    check = SoundCheck(engines[0].record)
    idle: SimpleQueue[Engine] = SimpleQueue()
    for engine in engines:
        idle.put(engine)
    task = progress.add_task("listening", total=len(clips)) if progress is not None else None

    def decide(clip: Clip) -> DecidedClip | None:
        samples = check.read(clip.path)
        engine = idle.get()
        try:
            decision = None if samples is None else engine.decide(clip, samples)
        finally:
            idle.put(engine)
        if decision is not None and decision.patches == 0:
            check.note_silent(clip.path)
        if progress is not None and task is not None:
            progress.advance(task)
        return decision

    with ThreadPoolExecutor(len(engines)) as pool:
        decisions = list(pool.map(decide, clips))
    check.finish(on_message)
    return tuple(decision for decision in decisions if decision is not None)


def evaluate(
    model: Path,
    engine: str,
    engines: Sequence[Engine],
    data: DataSet,
    *,
    own_rule: DecisionRule | None = None,
    progress: Progress | None = None,
    on_message: Callable[[str], None] = lambda line: None,
) -> Evaluation:
    """Decide every clip of a data set with the model's labels; raises as `decide_clips`.

    `own_rule`: the model's own, where another threshold was given by hand.
    """
    decisions = decide_clips(engines, data.clips, progress=progress, on_message=on_message)
    rule, labels = engines[0].rule, engines[0].labels
    notes: list[str] = []
    rejections = count_rejections(decisions, rule)
    if rejections is not None:
        notes.append(describe_rejections(rejections, rule, labels))
    changed = None
    if own_rule is not None:
        changed = count_changed(decide_again(decisions, own_rule), decisions)
        own = f"the model's own rule ({describe_rule(own_rule, labels)})"
        notes.append(
            f"--threshold changes {changed} of {len(decisions)} decisions of {own}"
            if changed
            else f"--threshold changes no decision: {own} decides each clip the same"
        )
    return Evaluation(
        model=model,
        sha256=sha256_of(model),
        engine=engine,
        head=rule.head,
        labels=labels,
        thresholds=tuple((step - ZERO_SHARE_STEP) / SHARE_STEPS for step in rule.thresholds),
        rule=describe_rule(rule, labels),
        decisions=decisions,
        rejections=rejections,
        threshold_notes=tuple(notes),
        changed=changed,
    )


def to_plain(result: Evaluation) -> dict[str, Any]:
    """All decisions and the accuracy as JSON values."""
    share = accuracy_of(result.decisions)
    return {
        "model": result.model.name,
        "model_sha256": result.sha256,
        "engine": ENGINES[result.engine],
        "head": result.head.value,
        "labels": result.labels,
        "thresholds": result.thresholds,
        "rule": result.rule,
        "rejections": None if result.rejections is None else result.rejections.model_dump(),
        "changed_by_threshold": result.changed,
        "clips": share.total,
        "correct": share.correct,
        "accuracy": share.value,
        "accuracy_low": share.low,
        "accuracy_high": share.high,
        "features": None if result.features is None else result.features.to_plain(),
        "decisions": [{**asdict(one), "right": one.right} for one in result.decisions],
    }


def to_json(result: Evaluation) -> str:
    """`to_plain` as JSON text."""
    return json.dumps(to_plain(result), indent=1) + "\n"
