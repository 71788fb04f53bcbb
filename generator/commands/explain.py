# SPDX-License-Identifier: Apache-2.0
"""`mel2metal explain`: a network operator by operator, as a table and as a drawing."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.boards.boards_file import load_board
from generator.commands.model_options import add_model_settings, network_of
from generator.errors import ToolError
from generator.explanation import explain
from generator.terminal.explain_drawing import draw_explanation
from generator.terminal.explain_table import print_explanation

EXPLAIN_EXAMPLES = """\
examples:
  mel2metal explain model.tflite                          how each operator runs, and why
  mel2metal explain model.tflite --board l475 --svg net.svg
"""


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument(
        "model", type=Path, nargs="?", help="the .tflite (default: the shipped one)"
    )
    add_model_settings(parser)
    parser.add_argument(
        "--board", default="u585", metavar="ID", help="whose time is estimated (default: u585)"
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw it too")
    parser.set_defaults(run=run_explain)


def run_explain(options: argparse.Namespace, console: Console) -> int:
    """Print the table; write the drawing where one is asked for."""
    board = load_board(options.boards_file, options.board)
    network = network_of(options)
    explained = explain(network)
    print_explanation(console, network, board, explained)
    if options.svg is not None:
        _write(options.svg, draw_explanation(network.graph.name, explained))
        console.print(f"drawn: {options.svg}", markup=False, soft_wrap=True)
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = f"cannot write {path}: {error.strerror}"
        raise ToolError(what, "name a file in a folder that is there") from error
