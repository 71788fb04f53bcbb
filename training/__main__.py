# SPDX-License-Identifier: Apache-2.0
"""`python -m training train|cv|quantize|evaluate`: what the make targets of these names call."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from generator.errors import EXIT_TOOL, Fault, InputError, Mel2metalError, ToolError
from training.config import TrainingConfig, load_config
from training.dataset import DataSet, load_dataset
from training.places import (
    DEFAULT_CONFIG,
    DEFAULT_MODEL,
    MODELS,
    PRISTINE_BACKBONE,
    RUNS,
    find_backbone,
    find_dataset,
    find_pristine_backbone,
)

EXIT_INTERRUPTED = 130


def parse_folds(text: str) -> tuple[int, ...]:
    """`1,2,3` to (1, 2, 3); raises InputError for anything else."""
    try:
        folds = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError([Fault("--folds", f"{text!r} is no list like 1,2,3,4")]) from None
    return tuple(dict.fromkeys(folds))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in {
        "train": "fine-tune on all folds of the configuration, quantise, write the model's files",
        "cv": "cross-validate: each fold decided by a model trained on the others",
        "quantize": "a trained .keras to int8, with the configuration's clips for the ranges",
        "evaluate": "what an int8 model decides on each clip, as the chip would",
    }.items():
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("--data", help="the data set's folder (default: ESC10_DIR)")
        one.add_argument("--folds", help="for example 1,2,3,4 (default: the configuration's)")
        if name != "evaluate":
            one.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
            one.add_argument("--run", type=Path, help="the run's folder (default: runs/<name>)")
            one.add_argument("--threads", type=int, default=2, help="TensorFlow's threads")
        if name == "train":
            one.add_argument("--out", type=Path, default=MODELS, help="where the files go")
        if name == "quantize":
            one.add_argument("--keras", type=Path, default=DEFAULT_MODEL.with_suffix(".keras"))
            one.add_argument("--out", type=Path, required=True, help="the .tflite to write")
        if name == "evaluate":
            one.add_argument("--model", type=Path, default=DEFAULT_MODEL)
            one.add_argument("--labels", type=Path, help="default: <stem>.labels.txt beside it")
            one.add_argument("--json", type=Path, help="write every decision to this file")
    return parser


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        console=console,
    )


def _configured(options: argparse.Namespace) -> tuple[TrainingConfig, DataSet, Path]:
    config = load_config(options.config)
    if options.folds:
        config = config.model_copy(update={"folds": parse_folds(options.folds)})
    data = load_dataset(find_dataset(options.data, os.environ), config.folds)
    return config, data, options.run or RUNS / config.name


def _start_tensorflow(threads: int) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from training.fit import use_threads
    except ModuleNotFoundError as error:
        raise ToolError(
            f"{error.name} is not installed",
            "use `make train` or `make cv`, which install the training packages",
        ) from error
    use_threads(threads)


def _train(options: argparse.Namespace, console: Console) -> None:
    config, data, run = _configured(options)
    _start_tensorflow(options.threads)
    from training.train import train

    with _progress(console) as progress:
        card = train(
            config,
            data,
            find_backbone(os.environ),
            run_folder=run,
            out=options.out,
            progress=progress,
        )
    console.print(f"written to {options.out}: {config.name}.tflite, .keras, .labels.txt, card")
    console.print(f"on its own training clips: {card.training_clips}")
    if card.cross_validation is None:
        console.print("cross-validated: not measured (run `make cv`, then `make train`)")
    else:
        console.print(f"cross-validated, float32: {card.cross_validation.float32_all}")
        console.print(f"cross-validated, int8:    {card.cross_validation.int8_all}")


def _cv(options: argparse.Namespace, console: Console) -> None:
    config, data, run = _configured(options)
    backbone = find_pristine_backbone(os.environ)
    if backbone is None:
        raise ToolError(
            "cross-validation needs a backbone that has not heard the clips, "
            "and the shipped model was trained on them",
            f"set MODELS_DIR to a folder with {PRISTINE_BACKBONE}",
        )
    _start_tensorflow(options.threads)
    from training.cross_validate import cross_validate

    with _progress(console) as progress:
        whole = cross_validate(
            config, data, backbone, run, progress=progress, tell=progress.console.print
        )
    console.print(f"all folds, float32: {whole.scores.float32_all}")
    console.print(f"all folds, int8:    {whole.scores.int8_all}")
    console.print(f"written to {run}")


def _quantize(options: argparse.Namespace, console: Console) -> None:
    config, data, _ = _configured(options)
    if not options.keras.is_file():
        raise ToolError(f"no model at {options.keras}", "train one with `make train`")
    _start_tensorflow(options.threads)
    import keras

    from training.features import compile_front_end, extract
    from training.learn import input_scale, representative_patches
    from training.quantize import quantize
    from training.run_folder import write_whole

    by = input_scale(config)
    with _progress(console) as progress:
        clips = extract(data.clips, compile_front_end(by), progress)
    network = keras.models.load_model(options.keras, compile=False)
    write_whole(options.out, quantize(network, representative_patches(clips, config), by))
    write_whole(
        options.out.with_name(f"{options.out.stem}.labels.txt"),
        "".join(f"{label}\n" for label in data.labels),
    )
    console.print(f"written: {options.out}")


def _evaluate(options: argparse.Namespace, console: Console) -> None:
    from training.card import trained_folds
    from training.classifier import Classifier, read_labels
    from training.evaluate import evaluate, print_evaluation, to_json
    from training.run_folder import write_whole

    folds = parse_folds(options.folds) if options.folds else (1, 2, 3, 4)
    data = load_dataset(find_dataset(options.data, os.environ), folds)
    labels = read_labels(options.model, options.labels, Classifier(options.model).classes)
    if labels != data.labels:
        raise InputError(
            [
                Fault(
                    str(options.model),
                    "its labels are not the data set's: accuracy cannot be measured",
                    f"the data set has {', '.join(data.labels)}",
                )
            ]
        )
    with _progress(console) as progress:
        result = evaluate(options.model, labels, data, progress)
    print_evaluation(result, console)
    heard = trained_folds(options.model, result.sha256)
    known = [fold for fold in data.folds if fold in heard]
    if known:
        folds_text = ", ".join(str(fold) for fold in known)
        console.print(
            f"By its card, this model was trained on fold {folds_text}: there, these numbers check "
            "the files and are no accuracy. The card has the cross-validated one."
        )
    if options.json:
        write_whole(options.json, to_json(result))


COMMANDS = {"train": _train, "cv": _cv, "quantize": _quantize, "evaluate": _evaluate}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 for a faulty input, 3 for a missing tool."""
    options = _parser().parse_args(arguments)
    console = Console(soft_wrap=True)
    try:
        COMMANDS[options.command](options, console)
    except Mel2metalError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return EXIT_TOOL
    except KeyboardInterrupt:
        print("interrupted; nothing half-written is left, run it again", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
