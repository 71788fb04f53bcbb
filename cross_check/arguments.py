# SPDX-License-Identifier: Apache-2.0
"""The arguments of `mel2metal qemu`. Read at every start of the command: nothing heavy here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.extras import HIL
from generator.repository import DEFAULT_MODEL, DEFAULT_OUT_DIR

DESCRIPTION = """\
Runs the network, the front-end and the DSP instructions on QEMU as well, and compares with Unicorn,
which the virtual board uses: bit for bit, and instruction for instruction (docs/qemu.md).
"""

EPILOG = """\
exit codes: 0 equal on every core, 1 a difference, 2 something given is wrong, 3 a tool is missing
or failed
"""


CORES = ("cortex-m4", "cortex-m33", "cortex-m7")
"""Those of `machines.MACHINES`."""


def add_qemu(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "qemu",
        help="check the emulated cores against QEMU",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--core", action="append", choices=CORES, help="default: all")
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODEL, metavar="TFLITE", help="default: the shipped"
    )
    parser.add_argument("--labels", type=Path, metavar="FILE", help="class names, one per line")
    parser.add_argument("--frontend", metavar="NAME_OR_FILE", help="default: the record beside it")
    parser.add_argument(
        "--clips",
        type=int,
        default=0,
        metavar="N",
        help="recorded clips, in addition to the synthetic ones",
    )
    parser.add_argument("--cross-compile", metavar="PREFIX", help="another compiler")
    parser.add_argument(
        "--out",
        type=Path,
        default=DEFAULT_OUT_DIR / "qemu",
        metavar="DIR",
        help="where projects and programs go (default: build/qemu)",
    )
    parser.set_defaults(run=_run, extra=HIL)


def _run(options: argparse.Namespace, console: Console) -> int:
    from cross_check.command import compare_with_qemu

    return compare_with_qemu(options, console)
