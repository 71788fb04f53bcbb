# SPDX-License-Identifier: Apache-2.0
"""The options of every command that makes a board run an image: one text for pytest and others.

A command of its own has them as they stand here (`--port`). In pytest, where other plug-ins have
options as well, each is there as `--m2m-port`, and as `--port` where no other plug-in has that name
(hil/pytest_options.py).

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from generator.engines.engine import BUILTIN, ENGINES
from hil.gates.options import add_gate_options

ONLY_MEASURE = "sounds are played over the link, which only the application measure speaks"
WHY_NOT = {"--app": f"{ONLY_MEASURE}; leave it out: firmware and flash take any"}
"""Of a command whose board answers a host."""

PREFIX = "m2m"
"""Before the name of everything that pytest may have from another plug-in too."""


def prefixed_name(name: str) -> str:
    """The name that an option always has in pytest: `--m2m-port` for `--port`."""
    return f"--{PREFIX}-{name.removeprefix('--')}"


def prefixed_arguments(arguments: Sequence[str]) -> list[str]:
    """Arguments for a pytest of which nobody knows what other plug-ins it has.

    This project's options get the names that they always have. What follows `--`, and what is no
    option of this project, stays as it is.
    """
    ours: set[str] = set()
    add_options(lambda *names, **attributes: ours.update(names))
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return [*with_prefixes(options, ours), *arguments[len(options) :]]


def with_prefixes(arguments: Sequence[str], names: set[str]) -> list[str]:
    """The arguments with these names of options in their prefixed form."""
    parts = (argument.partition("=") for argument in arguments)
    return [
        "".join((prefixed_name(name) if name in names else name, equals, value))
        for name, equals, value in parts
    ]


def add_options(add: Callable[..., Any]) -> None:
    """Add every option of the pytest plug-in by `add`, which takes their short names."""
    add_suite_options(add)
    add_board_options(add)
    add_gate_options(add)


def add_suite_options(add: Callable[..., Any]) -> None:
    """Add what only the suite takes, which plays clips to several boards in one run."""
    add("--board", action="append", default=[], metavar="NAME", help="board of boards.yaml; or all")
    add(
        "--virtual-fault",
        action="append",
        default=[],
        metavar="NAME",
        help="fault that the virtual board has, as a desk may (docs/virtual-board.md; repeatable)",
    )
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME@RATE",
        help="fault that strikes clips, RATE from 0 to 1 how likely each; all@RATE, link@RATE and "
        "so on: a group (docs/faults.md; repeatable)",
    )
    add(
        "--fault-seed", type=int, metavar="N", help="what strikes where follows from N (default: 1)"
    )
    add("--require-board", action="store_true", help="fail instead of skipping without a board")
    add("--no-flash", action="store_true", help="the board carries its image already")
    add("--folds", metavar="1,2,...", help="folds of the data set (default: all there are)")
    add("--clips", type=int, metavar="N", help="at most N clips, the same number of each class")
    add(
        *("--sounds", "--esc10-dir"),
        dest="sounds",
        metavar="DIR",
        help="folder in ESC-50's layout, or with one folder per class (default: $ESC10_DIR)",
    )
    add(
        "--resume",
        action="store_true",
        help="go on with the latest unfinished run of this board, image, clips and options",
    )
    add("--report-dir", metavar="DIR", help="where reports go (default: BUILD_DIR/hil)")


def add_board_options(add: Callable[..., Any]) -> None:
    """Add them by `add`, argparse's `add_argument` or one that takes the same arguments."""
    add("--boards-file", metavar="FILE", help="another boards.yaml")
    add("--virtual", action="store_true", help="run the image on the virtual board")
    add("--probe", metavar="ID", help="debug probe of the board, by its whole id (make boards)")
    add("--port", metavar="PORT", help="its serial port or pyserial URL (default: the probe's own)")
    add("--inventory", metavar="FILE", help="boards that stand here (default: boards.local.yaml)")
    add("--lg-env", metavar="FILE", help="labgrid's environment file: its place")
    add(
        "--lock-timeout",
        type=float,
        metavar="SECONDS",
        help="longest wait for a board that another job uses (default: 600)",
    )
    add("--pack", metavar="FILE", help="CMSIS pack of the part, for pyOCD's flash algorithm")
    add("--flash-command", metavar="CMD", help="program by CMD with {hex}, {elf}, {bin}, {probe}")
    add("--model", metavar="TFLITE", help="int8 model (default: the one in models/)")
    add("--labels", metavar="FILE", help="its labels (default: <stem>.labels.txt beside it)")
    add("--frontend", metavar="NAME_OR_FILE", help="its front-end (default: the record beside it)")
    add("--threshold", type=float, metavar="SHARE", help="mean score that a class must reach")
    add(
        "--optimise",
        choices=("time", "memory"),
        default="memory",
        help="what the network's schedule spares (default: memory)",
    )
    add(
        "--kernels",
        choices=("assembly", "portable"),
        default="assembly",
        help="portable: the kernels' C twins, to compare (default: assembly)",
    )
    add("--build-dir", metavar="DIR", help="where firmware and reports go (default: build)")
    add(
        "--force-build",
        action="store_true",
        help="build where you changed or added files: they move to BUILD_DIR/<project>.kept-<time>",
    )
    add("--cross-compile", metavar="PREFIX", help="another compiler (default: the pinned one)")
    add(
        "--engine",
        choices=ENGINES,
        default=BUILTIN,
        help="what runs the network (docs/stedgeai.md)",
    )
    add("--stedgeai", metavar="PATH", help="ST's program or installation (default: $STEDGEAI)")
    add("--c-api", choices=("st-ai", "legacy"), help="interface that ST's tool generates")
