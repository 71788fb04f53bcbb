# SPDX-License-Identifier: Apache-2.0
"""The four commands: options in, files and tables out."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from generator.errors import Fault, InputError
from generator.model.decision_file import settings_path, settings_text
from sounds.layouts import read_sounds
from sounds.sound import BOTH
from training.config import TrainingConfig, load_config
from training.dataset import label_by_model, load_dataset
from training.places import (
    RUNS,
    default_out,
    find_backbone,
    find_backbone_for_testing,
    find_dataset,
)
from training.prepare import Prepared, prepare
from training.run_folder import hold_run, write_whole
from training.shipped import check_folds_of_shipped, check_sounds_of_shipped


def parse_folds(text: str) -> tuple[int, ...]:
    """`1,2,3` to (1, 2, 3); raises InputError for anything else."""
    try:
        folds = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError([Fault("--folds", f"{text!r} is no list like 1,2,3,4")]) from None
    return tuple(dict.fromkeys(folds))


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        console=console,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What a training starts from, and its folder, which is held."""

    prepared: Prepared
    folder: Path
    scratch: Path


@contextmanager
def _open_run(
    options: Namespace,
    console: Console,
    *,
    held_out: bool | None = None,
    out: Path | None = None,
) -> Iterator[_Run]:
    """Read the configuration, hear the sounds, hold the run's folder, start TensorFlow.

    `held_out`: whether clips will be decided that the training must not have heard; None: only if
    the configuration asks for `threshold: auto`. `out`: where the finished model would go; sounds
    or folds that are not the shipped model's do not go over it.
    """
    from training.start_tensorflow import start_tensorflow

    config = load_config(options.config)
    if options.folds:
        config = config.model_copy(update={"folds": parse_folds(options.folds)})
    if out is not None:
        check_folds_of_shipped(out, config)
    root = find_dataset(options.data, os.environ, config.data.folder, options.config)
    data = load_dataset(
        root,
        config.folds,
        classes=config.data.classes,
        other=config.data.other,
        several=config.head.kind == "sigmoid",
        whole=config.data.whole,
    )
    if out is not None:
        check_sounds_of_shipped(out, config, data)
    if held_out is None:
        held_out = config.decision.threshold == "auto"
    backbone = (
        find_backbone_for_testing(data.clips, os.environ) if held_out else find_backbone(os.environ)
    )
    with _progress(console) as progress:
        tell = progress.console.print
        prepared = prepare(config, data, backbone, progress=progress, tell=tell)
    folder = options.run or RUNS / config.name
    with hold_run(folder) as scratch:
        plain = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        write_whole(folder / "config.yaml", f"# Every key of the run, defaults included.\n{plain}")
        console.print(start_tensorflow(options.threads))
        yield _Run(prepared, folder, scratch)


def train_command(options: Namespace, console: Console) -> None:
    """`make train`."""
    out = options.out or default_out(options.config)
    with _open_run(options, console, out=out) as run:
        from training.tensorboard import Board
        from training.train import Places, train

        board = Board(run.folder / "tensorboard") if options.tensorboard else None
        places = Places(run.folder, run.scratch, out)
        with _progress(console) as progress:
            card = train(
                run.prepared, places, progress=progress, tell=progress.console.print, board=board
            )
    console.print(f"written to {out}: {', '.join(card.files.all())}, card (.json, .md)")
    console.print(f"on its own training clips: {card.training_clips}")
    if card.cross_validation is None:
        console.print("cross-validated: not measured (run `make cv`, then `make train`)")
        return
    console.print(f"cross-validated, float32: {card.cross_validation.float32_all}")
    console.print(f"cross-validated, int8:    {card.cross_validation.int8_all}")
    if card.thresholded is not None:
        console.print(f"  with thresholds, int8:  {card.thresholded.int8_all}")


def cv_command(options: Namespace, console: Console) -> None:
    """`make cv`."""
    with _open_run(options, console, held_out=True) as run:
        from training.cross_validate import cross_validate
        from training.tensorboard import Board

        board = Board(run.folder / "tensorboard") if options.tensorboard else None
        with _progress(console) as progress:
            whole = cross_validate(
                run.prepared, run.folder, run.scratch,
                progress=progress, tell=progress.console.print, board=board,
            )  # fmt: skip
    console.print(f"all folds, float32: {whole.scores.float32_all}")
    console.print(f"all folds, int8:    {whole.scores.int8_all}")
    if whole.thresholded is not None:
        names = whole.labels if len(whole.thresholds) > 1 else ("all classes",)
        for name, one in zip(names, whole.thresholds, strict=True):
            console.print(f"threshold, {name}: {one.share:.3f} ({one.measure} {one.value:.3f})")
        console.print(f"  with thresholds, int8: {whole.thresholded.int8_all}")
    console.print(f"written to {run.folder}")


def quantize_command(options: Namespace, console: Console) -> None:
    """`make quantize`."""
    if not options.keras.is_file():
        what = "there is no such model"
        raise InputError([Fault(str(options.keras), what, "train one with `make train`")])
    with _open_run(options, console, held_out=False) as run:
        from training.learn import representative_patches
        from training.network import load_network
        from training.prepare import input_scale
        from training.quantize import quantize
        from training.start_tensorflow import muted
        from training.train import decision_settings

        config = run.prepared.config
        network = load_network(options.keras, "give a .keras that `make train` wrote")
        labels = run.prepared.data.labels
        _check_network(network, options.keras, config, labels)
        patches = representative_patches(run.prepared.clips, config)
        with muted():
            tflite = quantize(
                network, patches, input_scale(config), equalise=config.quantize.equalise
            )
        write_whole(options.out, tflite)
        is_auto = config.decision.threshold == "auto"
        decision = None if is_auto else decision_settings(config, run.prepared.data, None)
    beside = options.out.with_name(f"{options.out.stem}.labels.txt")
    write_whole(beside, "".join(f"{label}\n" for label in labels))
    written = [str(options.out), beside.name]
    settings = settings_path(options.out)
    if decision is not None:
        write_whole(settings, settings_text(decision))
        written.append(settings.name)
    console.print(f"written: {', '.join(written)}")
    if decision is None and settings.is_file():
        console.print(f"note: {settings.name} stands beside it and is in force, as it was")
    elif is_auto:
        console.print(
            f"note: threshold: auto is `make train`'s to choose: copy its {config.name}"
            f".decision.yaml to {settings}, or set decision.threshold to a number"
        )


def _check_network(network: Any, path: Path, config: TrainingConfig, labels: Sequence[str]) -> None:
    """Raise InputError for a network that is not of this configuration."""
    remedy = "give the configuration that it was trained by"
    faults = []
    wanted = (None, config.input.frames, config.input.bands, 1)
    if network.input_shape != wanted:
        faults.append(Fault(str(path), f"takes {network.input_shape}, not {wanted}", remedy))
    classes = network.output_shape[-1]
    if classes != len(labels):
        what = f"has {classes} classes, the sounds have {len(labels)}: {', '.join(labels)}"
        faults.append(Fault(str(path), what, remedy))
    missing = {"average", "head"} - {layer.name for layer in network.layers}
    if missing:
        what = f"is no network of ours: it has no layer {', '.join(sorted(missing))}"
        faults.append(Fault(str(path), what, "give a .keras that `make train` wrote"))
    if faults:
        raise InputError(faults)


def evaluate_command(options: Namespace, console: Console) -> None:
    """`make evaluate`."""
    from training.engines import open_engines
    from training.evaluate import evaluate, to_json
    from training.heard import what_was_heard
    from training.tables import print_evaluation

    folds = parse_folds(options.folds) if options.folds else (1, 2, 3, 4)
    root = find_dataset(options.data, os.environ)
    engines = open_engines(options.engine, options.model, options.labels, options.threshold)
    labels, rule = engines[0].labels, engines[0].rule
    sounds = read_sounds(root, folds, whole=options.whole)
    data, left_out = label_by_model(sounds, labels, rule)
    for category, count in left_out.items():
        what = "several classes" if BOTH in category else "no class that the model knows"
        console.print(f"note: {category}: {what}: {count} clips are left out")
    with _progress(console) as progress:
        tell = progress.console.print
        result = evaluate(
            options.model, options.engine, engines, data, progress=progress, tell=tell
        )
    print_evaluation(result, console)
    warning = what_was_heard(options.model, result.sha256, data)
    if warning:
        console.print(warning)
    if options.json:
        write_whole(options.json, to_json(result))


COMMANDS: dict[str, Callable[[Namespace, Console], None]] = {
    "train": train_command,
    "cv": cv_command,
    "quantize": quantize_command,
    "evaluate": evaluate_command,
}
