# SPDX-License-Identifier: Apache-2.0
"""The four commands of `python -m training`."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from generator.errors import Fault, InputError
from generator.frontend.record_file import frontend_path
from generator.model.decision_file import find_rule, settings_path, settings_text
from generator.terminal.frontend_lines import print_saturation
from sounds.layouts import read_sounds
from sounds.sound import BOTH
from training.config import TrainingConfig, load_config
from training.dataset import DataSet, label_by_model, load_dataset
from training.earlier_events import with_earlier_events
from training.features import front_end_text
from training.keras_bounds import check_keras_file
from training.paths import (
    BACKBONE_REMEDY,
    RUNS,
    default_out,
    find_backbone,
    find_backbone_for_cross_validation,
    find_dataset,
)
from training.prepare import Prepared, prepare
from training.run_folder import lock_run_folder, write_atomically
from training.shipped import check_folds_of_shipped, check_sounds_of_shipped

KERAS_REMEDY = "give a .keras that `make train` wrote"


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
    """The inputs of a training and its locked run folder."""

    prepared: Prepared
    folder: Path
    scratch: Path


def _find_inputs(
    options: Namespace, *, held_out: bool | None = None, out: Path | None = None
) -> tuple[TrainingConfig, DataSet, Path]:
    """The configuration, the sounds and the backbone, before anything that takes long.

    `held_out`: True if held-out clips are evaluated, so that the backbone must not have been
    trained on them; None: only if the configuration says `threshold: auto`. `out`: the folder for
    the finished model; other sounds or folds than the shipped model's must not overwrite it. Raises
    InputError or ToolError.
    """
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
        multi_label=config.head.kind == "sigmoid",
        whole=config.data.whole,
    )
    if out is not None:
        check_sounds_of_shipped(out, config, data)
    if held_out is None:
        held_out = config.decision.threshold == "auto"
    backbone = (
        find_backbone_for_cross_validation(data.clips, os.environ)
        if held_out
        else find_backbone(os.environ)
    )
    check_keras_file(backbone, BACKBONE_REMEDY)
    return config, data, backbone


@contextmanager
def _open_run(
    options: Namespace,
    console: Console,
    *,
    held_out: bool | None = None,
    out: Path | None = None,
) -> Iterator[_Run]:
    """Find the inputs (`_find_inputs`), extract features, lock the run folder, start TensorFlow."""
    from training.start_tensorflow import start_tensorflow

    config, data, backbone = _find_inputs(options, held_out=held_out, out=out)
    with _progress(console) as progress:
        prepared = prepare(
            config, data, backbone, progress=progress, on_message=progress.console.print
        )
    folder = options.run or RUNS / config.name
    with lock_run_folder(folder) as scratch:
        text = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
        comment = "# Every key of the run, defaults included.\n"
        write_atomically(folder / "config.yaml", f"{comment}{text}")
        console.print(start_tensorflow(options.threads))
        yield _Run(prepared, folder, scratch)


def check_command(name: str, options: Namespace, console: Console) -> None:
    """`--check` of train, cv and quantize: raises what they would before TensorFlow starts."""
    held_out = {"train": None, "cv": True, "quantize": False}[name]
    out = (options.out or default_out(options.config)) if name == "train" else None
    if name == "quantize":
        _check_keras(options.keras)
    config, data, backbone = _find_inputs(options, held_out=held_out, out=out)
    if name != "quantize":
        text = f"{config.name}: {len(data.clips)} clips, starting from {backbone}"
        console.print(text, markup=False)


def train_command(options: Namespace, console: Console) -> None:
    """`make train`."""
    out = options.out or default_out(options.config)
    with _open_run(options, console, out=out) as run:
        from training.tensorboard import TensorBoardLog
        from training.train import OutputPaths, train

        log = TensorBoardLog(run.folder / "tensorboard") if options.tensorboard else None
        paths = OutputPaths(run.folder, run.scratch, out)
        with _progress(console) as progress:
            card = train(
                run.prepared, paths,
                progress=progress, on_message=progress.console.print, tensorboard=log,
            )  # fmt: skip
    console.print(f"written to {out}: {', '.join(card.files.all())}, card (.json, .md)")
    console.print(f"on its own training clips: {card.training_clips}")
    if card.cross_validation is None:
        console.print("cross-validated: not measured (run `make cv`, then `make train`)")
        return
    console.print(f"cross-validated, float32: {card.cross_validation.float32_all}")
    console.print(f"cross-validated, int8:    {card.cross_validation.int8_all}")
    if card.thresholded is not None:
        console.print(f"  with thresholds, int8:  {card.thresholded.int8_all}")
    if card.rejections_text:
        console.print(f"  of the held-out clips, {card.rejections_text}", markup=False)


def cv_command(options: Namespace, console: Console) -> None:
    """`make cv`."""
    with _open_run(options, console, held_out=True) as run:
        from training.cross_validate import cross_validate
        from training.tensorboard import TensorBoardLog

        log = TensorBoardLog(run.folder / "tensorboard") if options.tensorboard else None
        with _progress(console) as progress:
            result = cross_validate(
                run.prepared, run.folder, run.scratch,
                progress=progress, on_message=progress.console.print, tensorboard=log,
            )  # fmt: skip
    console.print(f"all folds, float32: {result.scores.float32_all}")
    console.print(f"all folds, int8:    {result.scores.int8_all}")
    if result.thresholded is not None:
        names = result.labels if len(result.thresholds) > 1 else ("all classes",)
        for name, one in zip(names, result.thresholds, strict=True):
            console.print(f"threshold, {name}: {one.share:.3f} ({one.measure} {one.value:.3f})")
        console.print(f"  with thresholds, int8: {result.thresholded.int8_all}")
    if result.rejections_text:
        console.print(f"  of the held-out clips, {result.rejections_text}", markup=False)
    console.print(f"written to {run.folder}")


def quantize_command(options: Namespace, console: Console) -> None:
    """`make quantize`."""
    _check_keras(options.keras)
    with _open_run(options, console, held_out=False) as run:
        from training.network import load_network
        from training.prepare import input_scale
        from training.quantise import quantise
        from training.start_tensorflow import silence_stderr
        from training.train import decision_settings
        from training.trained_model import representative_patches

        config = run.prepared.config
        network = load_network(options.keras, KERAS_REMEDY)
        labels = run.prepared.data.labels
        _check_network(network, options.keras, config, labels)
        patches = representative_patches(run.prepared.clips, config)
        with silence_stderr():
            tflite = quantise(
                network, patches, input_scale(config), equalise=config.quantize.equalise
            )
        write_atomically(options.out, tflite)
        is_auto = config.decision.threshold == "auto"
        decision = None if is_auto else decision_settings(config, run.prepared.data, None)
    beside = options.out.with_name(f"{options.out.stem}.labels.txt")
    write_atomically(beside, "".join(f"{label}\n" for label in labels))
    record = frontend_path(options.out)
    write_atomically(record, front_end_text(config.frontend, options.out.stem))
    written = [str(options.out), record.name, beside.name]
    settings = settings_path(options.out)
    if decision is not None:
        said = partial(console.print, markup=False)
        whole = with_earlier_events(decision, options.out, labels, said) or decision
        write_atomically(settings, settings_text(whole))
        written.append(settings.name)
    console.print(f"written: {', '.join(written)}")
    if decision is None and settings.is_file():
        console.print(f"note: {settings.name} beside it was left unchanged and still applies")
    elif is_auto:
        console.print(
            f"note: only `make train` chooses `threshold: auto`: copy its {config.name}"
            f".decision.yaml to {settings}, or set decision.threshold to a number"
        )


def _check_keras(path: Path) -> None:
    if not path.exists():
        what = "there is no such model"
        raise InputError([Fault(str(path), what, "train one with `make train`")])
    check_keras_file(path, KERAS_REMEDY)


def _check_network(network: Any, path: Path, config: TrainingConfig, labels: Sequence[str]) -> None:
    """Raise InputError if the network does not match the configuration."""
    remedy = "give the configuration that it was trained with"
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
        what = f"was not written by `make train`: it has no layer {', '.join(sorted(missing))}"
        faults.append(Fault(str(path), what, "give a .keras that `make train` wrote"))
    if faults:
        raise InputError(faults)


def evaluate_command(options: Namespace, console: Console) -> None:
    """`make evaluate`."""
    from training.contamination import contamination_warning
    from training.engines import open_engines
    from training.evaluate import evaluate, to_json
    from training.input_range import hold_against_input
    from training.tables import print_evaluation

    folds = parse_folds(options.folds) if options.folds else (1, 2, 3, 4)
    if options.events:
        from training.event_command import events_command

        with _progress(console) as progress:
            events_command(options, folds, console, progress)
        return
    root = find_dataset(options.data, os.environ)
    engines = open_engines(
        options.engine, options.model, options.labels, options.threshold, options.frontend
    )
    labels, rule = engines[0].labels, engines[0].rule
    by_hand = options.threshold is not None
    own = find_rule(options.model, rule.head, labels) if by_hand else None
    sounds = read_sounds(root, folds, whole=options.whole)
    data, left_out = label_by_model(sounds, labels, rule)
    for category, count in left_out.items():
        what = "several classes" if BOTH in category else "no class that the model knows"
        console.print(f"note: {category}: {what}: {count} clips are left out")
    with _progress(console) as progress:
        result = evaluate(
            options.model, options.engine, engines, data, own_rule=own,
            progress=progress, on_message=progress.console.print,
        )  # fmt: skip
    features = hold_against_input(options.model, engines[0], data.clips)
    result = replace(result, features=features)
    print_evaluation(result, console)
    print_saturation(console, features)
    warning = contamination_warning(options.model, result.sha256, data)
    if warning:
        console.print(warning)
    if options.json:
        write_atomically(options.json, to_json(result))


COMMANDS: dict[str, Callable[[Namespace, Console], None]] = {
    "train": train_command,
    "cv": cv_command,
    "quantize": quantize_command,
    "evaluate": evaluate_command,
}
