# SPDX-License-Identifier: Apache-2.0
"""The options that name a model and what stands beside it, and the file of boards."""

from __future__ import annotations

import argparse
from pathlib import Path

from generator.engines.engine import Optimise
from generator.errors import ToolError
from generator.network import Network, read_network
from generator.repository import DEFAULT_BOARDS_FILE, DEFAULT_MODEL

FRONTEND_HELP = (
    "what the model was trained on: a front-end with a name (yamnet) or a record's file, instead "
    "of <model>.frontend.yaml beside it (docs/frontends.md)"
)


def add_model_settings(parser: argparse.ArgumentParser) -> None:
    """Add --labels, --threshold, --frontend and --optimise."""
    parser.add_argument("--labels", type=Path, metavar="FILE", help="class names, one per line")
    parser.add_argument("--frontend", metavar="NAME_OR_FILE", help=FRONTEND_HELP)
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="SHARE",
        help="mean score, 0 to 1, that a class must reach, whatever the model's settings say",
    )
    parser.add_argument(
        "--optimise",
        choices=[one.value for one in Optimise],
        default=Optimise.MEMORY.value,
        help="memory (default): rings of rows a third smaller for less than 1 %% of the time; time",
    )


def add_boards_file(parser: argparse.ArgumentParser) -> None:
    """Add --boards-file."""
    parser.add_argument(
        "--boards-file",
        type=Path,
        metavar="FILE",
        default=DEFAULT_BOARDS_FILE,
        help="records of boards (default: boards.yaml of mel2metal)",
    )


def model_path(named: Path | None) -> Path:
    """The model: the named one, or the shipped one. ToolError where that is missing."""
    if named is None and not DEFAULT_MODEL.is_file():
        raise ToolError(
            f"no model was named, and the shipped one is not at {DEFAULT_MODEL}",
            "name one with --model (make: MODEL=…), or check out models/ again",
        )
    return named or DEFAULT_MODEL


def network_of(options: argparse.Namespace) -> Network:
    """Read what the options name. InputError with every fault."""
    return read_network(
        model_path(options.model),
        options.labels,
        options.threshold,
        options.frontend,
        optimise=Optimise(options.optimise),
    )
