# SPDX-License-Identifier: Apache-2.0
"""`python -m training train|cv|quantize|evaluate`: what the make targets of these names call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from generator.errors import EXIT_TOOL, Mel2metalError
from generator.repository import DEFAULT_MODEL
from training.commands import COMMANDS, check_command
from training.engines import ENGINES, TWIN
from training.paths import DEFAULT_CONFIG

EXIT_INTERRUPTED = 130

HELP = {
    "train": "fine-tune on all folds of the configuration, quantise, write the model's files",
    "cv": "cross-validate: each fold decided by a model trained on the others",
    "quantize": "a trained .keras to int8, calibrated on the configuration's clips",
    "evaluate": "what an int8 model decides on each clip, as the chip would",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in HELP.items():
        one = commands.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
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
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 for a faulty input, 3 for a missing tool."""
    options = _parser().parse_args(arguments)
    console = Console(soft_wrap=True)
    try:
        is_check = getattr(options, "check", False)
        (check_command if is_check else COMMANDS[options.command])(options, console)
    except Mel2metalError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return EXIT_TOOL
    except KeyboardInterrupt:
        can_resume = options.command in ("train", "cv")
        more = "; run it again to resume" if can_resume else ""
        print(f"interrupted{more}", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
