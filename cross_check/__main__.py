# SPDX-License-Identifier: Apache-2.0
"""`make qemu`: compare QEMU with Unicorn, bit for bit and instruction for instruction.

Exit codes: 0: equal on every selected core. 1: a difference. 2: an input is wrong. 3: a tool is
missing or failed.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.status import Status

from cross_check.core_comparison import ComparisonInputs, CoreComparison, Samples, compare_core
from cross_check.dsp_operations import all_operands
from cross_check.image import render
from cross_check.machines import MACHINES
from cross_check.on_qemu import find_qemu, qemu_version
from generator.errors import EXIT_TOOL, Mel2metalError, ToolError
from generator.host.twin import HostTwin, build_host_twin
from generator.network import read_network
from generator.project.manifest import Project, project_lock
from generator.repository import DEFAULT_MODEL, DEFAULT_OUT_DIR, REPO_ROOT
from generator.terminal.fitted_table import FittedTable, numbers, words
from generator.toolchain.locate import find_toolchain
from hil.clips.clip_set import load_clips
from sounds.place import find_directory

EXIT_DIFFERENT = 1
EXIT_INTERRUPTED = 130
MAX_DIFFERENCES_SHOWN = 8
LOCK = "qemu"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and print it; returns the exit code."""
    options = _make_parser().parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        return _run(options, console)
    except (Mel2metalError, OSError) as error:
        errors.print(f"make qemu: {error}", style="red", markup=False)
        return error.exit_code if isinstance(error, Mel2metalError) else EXIT_TOOL
    except KeyboardInterrupt:
        errors.print("make qemu: interrupted", style="red")
        return EXIT_INTERRUPTED


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cross_check", description=__doc__)
    parser.add_argument("--core", action="append", choices=tuple(MACHINES), help="default: all")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--frontend", metavar="NAME_OR_FILE", help="default: the record beside it")
    parser.add_argument(
        "--clips",
        type=int,
        default=0,
        metavar="N",
        help="recorded clips, in addition to the synthetic ones",
    )
    parser.add_argument("--cross-compile", metavar="PREFIX")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT_DIR / "qemu", metavar="DIR")
    parser.add_argument(
        "--force",
        action="store_true",
        help="where you changed or added files in DIR/u585: they move to DIR/u585.kept-<time>/",
    )
    return parser


def _run(options: argparse.Namespace, console: Console) -> int:
    qemu = find_qemu()
    toolchain = find_toolchain(options.cross_compile)
    network = read_network(options.model, options.labels, frontend=options.frontend)
    clips = _clips(options.clips, network.frontend.sample_rate_hz)
    console.print(
        f"QEMU {qemu_version(qemu)}, gcc {toolchain.version}, {network.graph.name}:"
        f" {len(clips)} clips and one patch layer by layer",
        markup=False,
    )
    comparisons = []
    with project_lock(options.out, LOCK):
        project = render(network, options.out, force=options.force)
        inputs = ComparisonInputs(network, project, clips, _twin(project, console), qemu, toolchain)
        for core in options.core or MACHINES:
            began_s = time.monotonic()
            with console.status(core) as status:

                def show(step: str, core: str = core, status: Status = status) -> None:
                    status.update(f"{core}: {step}")

                comparison = compare_core(inputs, MACHINES[core], show)
            comparisons.append(comparison)
            _print_result(comparison, time.monotonic() - began_s, console)
    _print_table(comparisons, console)
    return EXIT_DIFFERENT if any(one.differences for one in comparisons) else 0


def _clips(recorded: int, sample_rate_hz: int) -> tuple[tuple[str, Samples], ...]:
    """The synthetic clips, and `recorded` ones; raises ToolError without a data set for them."""
    clips = load_clips(None).clips
    if recorded:
        directory = find_directory(None, os.environ, REPO_ROOT)
        if directory is None:
            raise ToolError(
                "there are no recorded clips", "run `make dataset`, set ESC10_DIR, or omit CLIPS"
            )
        clips += load_clips(directory, limit=recorded).clips
    return tuple((clip.name, clip.read(sample_rate_hz)) for clip in clips)


def _twin(project: Project, console: Console) -> HostTwin | None:
    try:
        return build_host_twin(project.directory)
    except ToolError as error:
        console.print(f"not compared with a host build: {error.what}", markup=False)
        return None


def _print_result(comparison: CoreComparison, seconds: float, console: Console) -> None:
    machine = comparison.machine
    result = f"{len(comparison.differences)} DIFFERENCES" if comparison.differences else "equal"
    console.print(f"{machine.core} on {machine.qemu_name}: {result} ({seconds:.0f} s)")
    for difference in comparison.differences[:MAX_DIFFERENCES_SHOWN]:
        console.print(f"    {difference}", markup=False)
    if len(comparison.differences) > MAX_DIFFERENCES_SHOWN:
        console.print(f"    and {len(comparison.differences) - MAX_DIFFERENCES_SHOWN} more")
    if comparison.mel_instructions and comparison.patch_instructions:
        mel, patch = map(_mean, (comparison.mel_instructions, comparison.patch_instructions))
        console.print(f"    on average {mel} instructions a mel frame, {patch} an inference")
    if comparison.operations:
        operands = len(all_operands())
        console.print(f"    {comparison.operations} DSP operations on {operands:,} operands each")
    if comparison.board:
        console.print(
            f"    {comparison.scenarios} scenarios of exceptions, with {comparison.board}"
        )


def _print_table(comparisons: Sequence[CoreComparison], console: Console) -> None:
    headings = ("outputs", "bytes", "on host", "calls", "QEMU instr.", "Unicorn instr.")
    table = FittedTable(words("core"), *numbers(*headings))
    for comparison in comparisons:
        table.add_row(
            comparison.machine.core,
            "DIFFERENT" if comparison.differences else "equal",
            f"{comparison.cells:,}",
            f"{comparison.host_cells:,}" if comparison.host_cells else "-",
            f"{comparison.calls:,}",
            f"{comparison.qemu_instructions:,}",
            f"{comparison.unicorn_instructions:,}",
        )
    console.print(table)


def _mean(counts: Sequence[int]) -> str:
    return f"{sum(counts) / len(counts):,.0f}"


if __name__ == "__main__":
    raise SystemExit(main())
