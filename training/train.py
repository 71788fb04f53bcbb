# SPDX-License-Identifier: Apache-2.0
"""The final model on all folds: training, quantisation, labels, thresholds and model card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from generator.frontend.record_file import frontend_path
from generator.model.decision import Head
from generator.model.decision_file import DecisionSettings, settings_path, settings_text
from training.card import Card, Data, Files, Origin, licences_of, versions
from training.card_text import print_card
from training.checkpoint import Checkpoint
from training.config import TrainingConfig
from training.configs import CAUSAL_CONFIG
from training.cross_validate import (
    CrossValidation,
    cross_validate,
    default_rule,
    read_cross_validation,
)
from training.dataset import DataSet, sha256_of_clips
from training.earlier_events import with_earlier_events
from training.engine_names import TWIN
from training.engines import open_engines
from training.evaluate import decide_clips
from training.features import front_end_text
from training.plots import plot_losses
from training.prepare import Prepared
from training.run_folder import check_writable, remove_partial_files, sha256_of, write_atomically
from training.scores import accuracy_of
from training.tensorboard import TensorBoardLog
from training.trained_model import train_model

ESC10_TITLE = "ESC-10 (K. J. Piczak, ESC: Dataset for Environmental Sound Classification, 2015)"


@dataclass(frozen=True, slots=True)
class OutputPaths:
    """The folders that a training writes to."""

    run: Path
    """The run folder, with checkpoints and intermediate results."""
    scratch: Path
    """For temporary files."""
    out: Path
    """For the finished files."""


def train(
    prepared: Prepared,
    paths: OutputPaths,
    *,
    progress: Progress,
    on_message: Callable[[str], None],
    tensorboard: TensorBoardLog | None = None,
) -> Card:
    """Train, quantise, check and write the model's files into `out`.

    They are `<name>.{keras,tflite,frontend.yaml,labels.txt,json,md}`.
    `<name>.decision.yaml` is written too if the configuration sets a threshold or a class for other
    sounds. All files are written to the run folder first and copied to `out` at the end. The card
    takes the cross-validated scores from the run folder if their digest matches. `threshold: auto`
    needs them: without saved ones, cross-validation runs first.
    """
    config, data, digest = prepared.config, prepared.data, prepared.digest
    check_writable(paths.out)
    measured = read_cross_validation(prepared, paths.run)
    if config.decision.threshold == "auto":
        if measured is None:
            on_message("threshold: auto needs held-out clips: cross-validating first")
        measured = cross_validate(
            prepared, paths.run, paths.scratch,
            progress=progress, on_message=on_message, tensorboard=tensorboard,
        )  # fmt: skip
        on_message("cross-validated; now the model on all folds")
    checkpoint = Checkpoint(paths.run / "train.checkpoint.npz", digest)
    trained = train_model(
        prepared.clips, len(data.labels), prepared.backbone, config,
        progress=progress, title="training", checkpoint=checkpoint,
        on_epoch=tensorboard.on_epoch("train") if tensorboard is not None else None,
    )  # fmt: skip

    model = paths.run / f"{config.name}.tflite"
    saved = paths.scratch / f"{config.name}.keras"
    trained.network.save(saved)
    write_atomically(model.with_suffix(".keras"), saved.read_bytes())
    write_atomically(model, trained.tflite)
    write_atomically(frontend_path(model), front_end_text(config.frontend, config.name))
    labels = model.with_name(f"{config.name}.labels.txt")
    write_atomically(labels, "".join(f"{label}\n" for label in data.labels))
    write_atomically(paths.run / "curves-final.png", plot_losses({"all folds": trained.curves}))
    settings = decision_settings(config, data, measured)
    settings = with_earlier_events(settings, paths.out / model.name, data.labels, on_message)
    settings_path(model).unlink(missing_ok=True)
    if settings is not None:
        write_atomically(settings_path(model), settings_text(settings))

    decisions = decide_clips(open_engines(TWIN, model), data.clips, progress)
    card = Card(
        name=config.name,
        labels=data.labels,
        files=Files(
            tflite=_hashed(model),
            keras=_hashed(model.with_suffix(".keras")),
            frontend=_hashed(frontend_path(model)),
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
        rejections=measured.rejections if measured is not None else None,
        rejections_text=measured.rejections_text if measured is not None else "",
        training_clips=accuracy_of(decisions),
    )
    write_atomically(model.with_suffix(".json"), card.model_dump_json(indent=1) + "\n")
    write_atomically(model.with_suffix(".md"), print_card(card))
    _install(model, paths.out)
    checkpoint.clear()
    return card


def decision_settings(
    config: TrainingConfig, data: DataSet, measured: CrossValidation | None
) -> DecisionSettings | None:
    """The contents of the model's decision file; None if the head's default rule applies.

    Raises ValueError for `threshold: auto` without cross-validated decisions.
    """
    rule = default_rule(config, data)
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
        causal = config.network.time_padding == "causal"
        named = f" CONFIG=training/{CAUSAL_CONFIG.name}" if causal else ""
        first = f"make cv{named}      # after `make dataset` and `make models`"
        return (first, f"make train{named}")
    return (f"make train CONFIG={config.name}.yaml      # the configuration in the JSON file",)


def _install(model: Path, out: Path) -> None:
    """Copy the finished files to `out`; the card, with the others' hashes, is the last."""
    out.mkdir(parents=True, exist_ok=True)
    remove_partial_files(out)
    settings = settings_path(model)
    labels = model.with_name(f"{model.stem}.labels.txt")
    for path in (model.with_suffix(".keras"), model, frontend_path(model), labels):
        write_atomically(out / path.name, path.read_bytes())
    if settings.is_file():
        write_atomically(out / settings.name, settings.read_bytes())
    else:
        (out / settings.name).unlink(missing_ok=True)
    for suffix in (".md", ".json"):
        write_atomically(out / f"{model.stem}{suffix}", model.with_suffix(suffix).read_bytes())
