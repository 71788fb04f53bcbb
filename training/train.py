# SPDX-License-Identifier: Apache-2.0
"""A model on all folds of the configuration, quantised, with its labels, thresholds and card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from generator.model.decision import Head
from generator.model.decision_file import DecisionSettings, settings_path, settings_text
from training.card import Card, Data, Files, Origin, licences_of, versions
from training.card_text import print_card
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.cross_validate import (
    CrossValidation,
    cross_validate,
    plain_rule,
    read_cross_validation,
)
from training.dataset import DataSet, sha256_of_clips
from training.engines import TWIN, open_engines
from training.evaluate import decide_clips
from training.learn import learn
from training.plots import draw_curves
from training.prepare import Prepared
from training.run_folder import check_writable, sha256_of, sweep, write_whole
from training.scores import accuracy_of
from training.tensorboard import Board

ESC10_TITLE = "ESC-10 (K. J. Piczak, ESC: Dataset for Environmental Sound Classification, 2015)"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a training writes."""

    run: Path
    scratch: Path
    """Below `run`: what is only needed until the end."""
    out: Path
    """Where the finished files go."""


def train(
    prepared: Prepared,
    places: Places,
    *,
    progress: Progress,
    tell: Callable[[str], None],
    board: Board | None = None,
) -> Card:
    """Train, quantise, check and write `<name>.{keras,tflite,labels.txt,json,md}` into `out`.

    `<name>.decision.yaml` joins them where the configuration asks for a threshold or a class for
    other sounds. All is made in the run folder first; `out` changes only when everything is there.
    The card takes the cross-validated scores from the run folder if they belong to this very
    configuration; `threshold: auto` needs them, and cross-validates if they are not there.
    """
    config, data, digest = prepared.config, prepared.data, prepared.digest
    check_writable(places.out)
    measured = read_cross_validation(prepared, places.run)
    if config.decision.threshold == "auto":
        if measured is None:
            tell("threshold: auto takes held-out clips: cross-validating first")
        measured = cross_validate(
            prepared, places.run, places.scratch, progress=progress, tell=tell, board=board
        )
        tell("cross-validated; now the model on all folds")
    checkpoint = Checkpoint(places.run / "train.checkpoint.npz", digest)
    learnt = learn(
        prepared.clips, len(data.labels), prepared.backbone, config,
        progress=progress, title="training", checkpoint=checkpoint,
        on_epoch=board.of("train") if board is not None else None,
    )  # fmt: skip

    model = places.run / f"{config.name}.tflite"
    saved = places.scratch / f"{config.name}.keras"
    learnt.network.save(saved)
    write_whole(model.with_suffix(".keras"), saved.read_bytes())
    write_whole(model, learnt.tflite)
    labels = model.with_name(f"{config.name}.labels.txt")
    write_whole(labels, "".join(f"{label}\n" for label in data.labels))
    write_whole(places.run / "curves-final.png", draw_curves({"all folds": learnt.curves}))
    settings = decision_settings(config, data, measured)
    settings_path(model).unlink(missing_ok=True)
    if settings is not None:
        write_whole(settings_path(model), settings_text(settings))

    decisions = decide_clips(open_engines(TWIN, model), data.clips, progress)
    card = Card(
        name=config.name,
        labels=data.labels,
        files=Files(
            tflite=_hashed(model),
            keras=_hashed(model.with_suffix(".keras")),
            labels=_hashed(labels),
            decision=_hashed(settings_path(model)) if settings is not None else {},
        ),
        data=Data(
            name=config.data.title or (ESC10_TITLE if _is_esc10(config, data) else data.root.name),
            folds=data.folds,
            clips=len(data.clips),
            sha256=sha256_of_clips(data.clips),
            folds_of_esc50=data.is_esc50 and data.has_table,
            licences=licences_of(data),
        ),
        backbone=Origin(
            name=prepared.backbone.name,
            sha256=sha256_of(prepared.backbone),
            licence="Apache-2.0",
        ),
        front_end_sha256=prepared.front_end_sha256,
        config=config,
        versions=versions(),
        commands=_commands(config, data),
        cross_validation=measured.scores if measured is not None else None,
        thresholds=measured.thresholds if measured is not None else (),
        thresholded=measured.thresholded if measured is not None else None,
        training_clips=accuracy_of(decisions),
    )
    write_whole(model.with_suffix(".json"), card.model_dump_json(indent=1) + "\n")
    write_whole(model.with_suffix(".md"), print_card(card))
    _install(model, places.out)
    checkpoint.clear()
    return card


def decision_settings(
    config: TrainingConfig, data: DataSet, measured: CrossValidation | None
) -> DecisionSettings | None:
    """What stands in the model's decision file; None where the head's own rule will do."""
    rule = plain_rule(config, data)
    other = data.labels[rule.other] if rule.other is not None else None
    threshold: float | None = None
    thresholds: dict[str, float] = {}
    if config.decision.threshold == "auto":
        if measured is None:
            raise ValueError("thresholds are chosen on cross-validated decisions")
        shares = [one.share for one in measured.thresholds]
        threshold = shares[0]
        if rule.head is Head.SIGMOID and len(shares) > 1:
            threshold = sorted(shares)[len(shares) // 2]
            named = zip(data.labels, shares, strict=True)
            thresholds = {label: share for label, share in named if share != threshold}
    elif config.decision.threshold is not None:
        threshold = config.decision.threshold
    if threshold is None and other is None:
        return None
    return DecisionSettings(threshold=threshold, thresholds=thresholds, other=other)


def _hashed(path: Path) -> dict[str, str]:
    return {path.name: sha256_of(path)}


def _is_esc10(config: TrainingConfig, data: DataSet) -> bool:
    return data.is_esc50 and data.has_table and not config.data.whole


def _commands(config: TrainingConfig, data: DataSet) -> tuple[str, ...]:
    if _is_esc10(config, data):
        return ("make cv      # with ESC10_DIR and MODELS_DIR set", "make train")
    return (f"make train CONFIG={config.name}.yaml      # the configuration in the JSON file",)


def _install(model: Path, out: Path) -> None:
    """Put the finished files in place; the card, which has the others' hashes, comes last."""
    out.mkdir(parents=True, exist_ok=True)
    sweep(out)
    settings = settings_path(model)
    labels = model.with_name(f"{model.stem}.labels.txt")
    for path in (model.with_suffix(".keras"), model, labels):
        write_whole(out / path.name, path.read_bytes())
    if settings.is_file():
        write_whole(out / settings.name, settings.read_bytes())
    else:
        (out / settings.name).unlink(missing_ok=True)
    for suffix in (".md", ".json"):
        write_whole(out / f"{model.stem}{suffix}", model.with_suffix(suffix).read_bytes())
