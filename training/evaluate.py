# SPDX-License-Identifier: Apache-2.0
"""What an int8 model decides about every clip, as the chip would: no TensorFlow needed.

Samples go through the firmware's own front-end, patches through LiteRT's reference kernels, which
the generated C equals bit for bit. A board that is streamed the same clips decides the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from training.classifier import Classifier
from training.dataset import DataSet
from training.features import ClipFrames, FrontEnd, compile_front_end, extract
from training.patches import OVERLAP, cut_patches
from training.scores import Decision, by_fold, confusion, share_of


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All decisions of one model over one data set."""

    model: Path
    sha256: str
    labels: tuple[str, ...]
    decisions: tuple[Decision, ...]


def decide_clips(
    classifier: Classifier, clips: Sequence[ClipFrames], progress: Progress | None = None
) -> tuple[Decision, ...]:
    """Decide each clip from its frames."""
    task = progress.add_task("network", total=len(clips)) if progress is not None else None
    step = classifier.frames - classifier.frames // OVERLAP
    decisions = []
    for one in clips:
        patches = cut_patches(one.frames, classifier.frames, step)
        decided = classifier.decide(patches)
        decisions.append(
            Decision(one.clip.name, one.clip.fold, one.clip.label, decided, len(patches))
        )
        if progress is not None and task is not None:
            progress.advance(task)
    return tuple(decisions)


def evaluate(
    model: Path,
    labels: tuple[str, ...],
    data: DataSet,
    progress: Progress | None = None,
    front_end: FrontEnd | None = None,
) -> Evaluation:
    """Decide every clip of a data set whose labels are the model's.

    The front-end is compiled for the model's own input scale unless one is given. Raises InputError
    or ToolError for a model, clip or compiler that cannot be used.
    """
    classifier = Classifier(model)
    twin = front_end or compile_front_end(classifier.input_scale)
    clips = extract(data.clips, twin, progress)
    decisions = decide_clips(classifier, clips, progress)
    return Evaluation(model, classifier.sha256, labels, decisions)


def print_evaluation(result: Evaluation, console: Console) -> None:
    """Accuracy over all clips, by fold and by class."""
    table = Table(title=f"{result.model.name}, int8, as the chip decides", title_justify="left")
    table.add_column("clips")
    table.add_column("right", justify="right")
    table.add_column("of", justify="right")
    table.add_column("accuracy", justify="right")
    table.add_column("95 % interval", justify="right")
    shares = {f"fold {fold}": share for fold, share in by_fold(result.decisions).items()}
    shares["all"] = share_of(result.decisions)
    for name, share in shares.items():
        table.add_row(
            name,
            str(share.correct),
            str(share.total),
            f"{100 * share.value:.2f} %",
            f"{100 * share.low:.1f} to {100 * share.high:.1f} %",
            end_section=name == list(shares)[-2],
        )
    console.print(table)
    matrix = confusion(result.decisions, len(result.labels))
    classes = Table(title="by class", title_justify="left")
    classes.add_column("class")
    classes.add_column("right", justify="right")
    classes.add_column("taken for")
    for index, label in enumerate(result.labels):
        row = matrix[index].tolist()
        names = [*result.labels, "no sound"]
        wrong = [f"{names[to]} {n}" for to, n in enumerate(row) if n and to != index]
        classes.add_row(label, f"{row[index]}/{sum(row)}", ", ".join(wrong))
    console.print(classes)


def to_json(result: Evaluation) -> str:
    """Every decision and the accuracy, as JSON."""
    share = share_of(result.decisions)
    return (
        json.dumps(
            {
                "model": result.model.name,
                "model_sha256": result.sha256,
                "labels": result.labels,
                "clips": share.total,
                "correct": share.correct,
                "accuracy": share.value,
                "accuracy_low": share.low,
                "accuracy_high": share.high,
                "decisions": [asdict(one) for one in result.decisions],
            },
            indent=1,
        )
        + "\n"
    )
