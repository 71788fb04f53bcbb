# SPDX-License-Identifier: Apache-2.0
"""The options of every command that makes a board run an image: one text for pytest and others.

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from generator.engines.engine import BUILTIN, ENGINES


def add_board_options(add: Callable[..., Any], *, with_lg_env: bool = True) -> None:
    """Add them by `add`, argparse's `add_argument` or pytest's `addoption`.

    `with_lg_env`: not where labgrid's own plug-in has added that one.
    """
    add("--boards-file", metavar="FILE", help="another boards.yaml")
    add("--virtual", action="store_true", help="run the image on the virtual board")
    add("--probe", metavar="ID", help="debug probe of the board, by its whole id (make boards)")
    add("--port", metavar="PORT", help="its serial port or pyserial URL (default: the probe's own)")
    add("--inventory", metavar="FILE", help="boards that stand here (default: boards.local.yaml)")
    if with_lg_env:
        add("--lg-env", dest="lg_env", metavar="FILE", help="labgrid's environment file: its place")
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
