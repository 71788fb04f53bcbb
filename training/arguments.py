# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal train`, `cv`, `quantize` and `evaluate`.

Read at every start of the command: nothing heavy here.
"""

from __future__ import annotations

import argparse
import importlib.util
from functools import partial
from pathlib import Path

from rich.console import Console

from generator.errors import EXIT_INTERRUPTED, Fault, InputError
from generator.extras import HIL, TRAIN, missing_extra
from generator.plain_console import PlainConsole
from generator.repository import DEFAULT_MODEL, WORK_DIR
from generator.terminal.tool_progress import install_tools_outside_checkout
from training.configs import DEFAULT_CONFIG
from training.engine_names import ENGINES, TWIN
from training.published_models import DEFAULT_PLACE, SOURCE

HELP = {
    "train": "fine-tune on all folds, quantise, write the model's files",
    "cv": "cross-validate: each fold decided by training on the others",
    "quantize": "a trained .keras to int8, calibrated on clips",
    "evaluate": "what an int8 model decides on each clip, as the chip would",
}

RESUMED = ("train", "cv")
"""What goes on where it was interrupted."""


MODELS_HELP = """\
Fetches the published model that training starts from, some 600 KB: ST's Yamnet-256 without a head
(Apache-2.0), from ST's model zoo on GitHub at a pinned commit. Each file is checked by its SHA-256
before it takes its place. `make cv` and `make train` find it there; MODELS_DIR names another place.
"""

MODELS_EXAMPLES = """\
examples:
  mel2metal models                       to data/models; a second run fetches nothing
  mel2metal models --to ~/models         then MODELS_DIR=~/models make cv
  mel2metal models --source https://mirror.example/stm32ai-modelzoo-services/9bb116e
"""


def add_training(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the four commands to those of `mel2metal`."""
    for name, purpose in HELP.items():
        parser = commands.add_parser(
            name, help=purpose, description=f"{purpose}.".capitalize(), allow_abbrev=False
        )
        add_arguments(parser, name)
        extra = HIL if name == "evaluate" else TRAIN
        parser.set_defaults(run=partial(_run, name), extra=extra)


def add_arguments(one: argparse.ArgumentParser, name: str) -> None:
    """Add the arguments of the command `name`."""
    one.add_argument("--data", help="the folder of sounds (default: see the configuration)")
    one.add_argument("--folds", help="for example 1,2,3,4 (default: the configuration's)")
    if name != "evaluate":
        text = "the configuration (default: training/esc10.yaml)"
        one.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=text)
        one.add_argument("--run", type=Path, help="the run's folder (default: runs/<name>)")
        one.add_argument("--threads", type=int, default=2, help="TensorFlow's threads")
        text = "only look whether configuration, sounds and backbone are there; start nothing"
        one.add_argument("--check", action="store_true", help=text)
    if name in ("train", "cv"):
        one.add_argument("--tensorboard", action="store_true", help="write its logs as well")
    if name == "train":
        one.add_argument(
            "--out",
            type=Path,
            help="where the files go (default: beside the configuration; models/ for ESC-10)",
        )
    if name == "quantize":
        one.add_argument(
            "--keras",
            type=Path,
            default=DEFAULT_MODEL.with_suffix(".keras"),
            help="the trained network (default: the shipped one)",
        )
        one.add_argument("--out", type=Path, required=True, help="the .tflite to write")
    if name == "evaluate":
        one.add_argument(
            "--model", type=Path, default=DEFAULT_MODEL, help="default: the shipped one"
        )
        one.add_argument("--labels", type=Path, help="default: <stem>.labels.txt beside it")
        one.add_argument("--frontend", help="a named front-end or a record, instead of its own")
        one.add_argument("--threshold", type=float, help="instead of the model's own, 0 to 1")
        one.add_argument("--engine", choices=ENGINES, default=TWIN, help="what computes")
        one.add_argument("--whole", action="store_true", help="ESC-50's clips beyond ESC-10")
        one.add_argument("--json", type=Path, help="write every decision to this file")
        _add_events(one)


def _add_events(one: argparse.ArgumentParser) -> None:
    """Of the running decision (docs/events.md)."""
    group = one.add_argument_group(
        "events", "the running decision on labelled recordings: choose its settings"
    )
    group.add_argument("--events", action="store_true", help="choose the settings of `events:`")
    group.add_argument(
        "--recordings",
        type=Path,
        metavar="DIR",
        help="long sounds, each with its labels beside it (x.wav, x.txt as Audacity exports them); "
        "default: mixtures of the data set's sounds",
    )
    group.add_argument(
        "--false-alarms",
        type=float,
        default=1.0,
        metavar="N",
        help="how many an hour are allowed (default: 1)",
    )
    group.add_argument("--write", action="store_true", help="write the settings beside the model")
    group.add_argument(
        "--plot", type=Path, metavar="PNG", help="false alarms an hour against missed sounds"
    )
    group.add_argument(
        "--keep-recordings", type=Path, metavar="DIR", help="write the recordings and their labels"
    )


def _run(name: str, options: argparse.Namespace, console: Console) -> int:
    if name != "evaluate" and not options.config.is_file():
        what = "there is no such configuration"
        raise InputError([Fault(str(options.config), what, "name it: --config (make: CONFIG=…)")])
    is_check = getattr(options, "check", False)
    if name != "evaluate" and not is_check and importlib.util.find_spec("tensorflow") is None:
        raise missing_extra(name, "tensorflow", TRAIN)
    from training.commands import COMMANDS, check_command

    if is_check:
        check_command(name, options, console)
        return 0
    install_tools_outside_checkout(console, ["cmsis-dsp"])
    try:
        COMMANDS[name](options, PlainConsole(soft_wrap=True))
    except KeyboardInterrupt:
        more = "; run it again to resume" if name in RESUMED else ""
        console.print(f"interrupted{more}")
        return EXIT_INTERRUPTED
    return 0


def add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models`."""
    parser = commands.add_parser(
        "models",
        help="fetch the published model that training starts from",
        description=MODELS_HELP,
        epilog=MODELS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        default=WORK_DIR / DEFAULT_PLACE,
        help=f"where they go (default: {DEFAULT_PLACE} of mel2metal)",
    )
    parser.add_argument(
        "--source",
        metavar="URL",
        default=SOURCE,
        help="another address with the same files, such as a mirror; the hashes stay the same",
    )
    parser.set_defaults(run=_models)


def _models(options: argparse.Namespace, console: Console) -> int:
    from training.published_models import fetch_models

    def say(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    fetch_models(options.to.expanduser(), options.source.rstrip("/"), say)
    return 0
