# SPDX-License-Identifier: Apache-2.0
"""`make qemu`: does QEMU agree with Unicorn, bit for bit and instruction for instruction?

0: yes, on every core asked for. 1: no. 2: an input is wrong. 3: a tool is missing or failed.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.table import Table

from cross_check.dsp_operations import all_operands
from cross_check.image import render
from cross_check.machines import MACHINES
from cross_check.on_qemu import find_qemu, qemu_version
from cross_check.second_opinion import Opinion, Question, Samples, ask
from generator.errors import EXIT_TOOL, Mel2metalError, ToolError
from generator.firmware import read_network
from generator.host.twin import HostTwin, build_host_twin
from generator.project.manifest import Project, project_lock
from generator.repository import DEFAULT_MODEL, DEFAULT_OUT_DIR, REPO_ROOT
from generator.toolchain.locate import find_toolchain
from hil.clips.clip_set import load_clips
from sounds.place import find_directory

EXIT_DIFFERENT = 1
EXIT_INTERRUPTED = 130
MOST_DIFFERENCES = 8
LOCK = "qemu"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask for the second opinion and print it; the exit code."""
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
    parser.add_argument("--clips", type=int, default=0, metavar="N", help="real ones as well")
    parser.add_argument("--cross-compile", metavar="PREFIX")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT_DIR / "qemu", metavar="DIR")
    return parser


def _run(options: argparse.Namespace, console: Console) -> int:
    qemu = find_qemu()
    toolchain = find_toolchain(options.cross_compile)
    network = read_network(options.model, options.labels)
    clips = _clips(options.clips)
    console.print(
        f"QEMU {qemu_version(qemu)}, gcc {toolchain.version}, {network.graph.name}:"
        f" {len(clips)} clips and one patch layer by layer",
        markup=False,
    )
    opinions = []
    with project_lock(options.out, LOCK):
        project = render(network, options.out)
        question = Question(network, project, clips, _twin(project, console), qemu, toolchain)
        for core in options.core or MACHINES:
            began_s = time.monotonic()
            with console.status(core) as status:

                def told(step: str, core: str = core, status: Status = status) -> None:
                    status.update(f"{core}: {step}")

                opinion = ask(question, MACHINES[core], told)
            opinions.append(opinion)
            _print_verdict(opinion, time.monotonic() - began_s, console)
    _print_table(opinions, console)
    return EXIT_DIFFERENT if any(opinion.differences for opinion in opinions) else 0


def _clips(real: int) -> tuple[tuple[str, Samples], ...]:
    """Read the synthetic clips, and so many real ones; ToolError without a data set for them."""
    clips = load_clips(None).clips
    if real:
        directory = find_directory(None, os.environ, REPO_ROOT)
        if directory is None:
            raise ToolError(
                "there are no real clips", "run `make dataset`, set ESC10_DIR, or leave CLIPS away"
            )
        clips += load_clips(directory, limit=real).clips
    return tuple((clip.name, clip.read()) for clip in clips)


def _twin(project: Project, console: Console) -> HostTwin | None:
    try:
        return build_host_twin(project.directory)
    except ToolError as error:
        console.print(f"not compared with a host build: {error.what}", markup=False)
        return None


def _print_verdict(opinion: Opinion, seconds: float, console: Console) -> None:
    machine = opinion.machine
    verdict = f"{len(opinion.differences)} DIFFERENCES" if opinion.differences else "equal"
    console.print(f"{machine.core} on {machine.qemu_name}: {verdict} ({seconds:.0f} s)")
    for difference in opinion.differences[:MOST_DIFFERENCES]:
        console.print(f"    {difference}", markup=False)
    if len(opinion.differences) > MOST_DIFFERENCES:
        console.print(f"    and {len(opinion.differences) - MOST_DIFFERENCES} more")
    if opinion.mel_instructions and opinion.patch_instructions:
        mel, patch = map(_mean, (opinion.mel_instructions, opinion.patch_instructions))
        console.print(f"    on average {mel} instructions a mel frame, {patch} an inference")
    if opinion.operations:
        operands = len(all_operands())
        console.print(f"    {opinion.operations} DSP operations on {operands:,} operands each")
    if opinion.board:
        console.print(f"    {opinion.scenarios} scenarios of exceptions, with {opinion.board}")


def _print_table(opinions: Sequence[Opinion], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("core", no_wrap=True)
    for column in ("outputs", "bytes", "on host", "calls", "QEMU instr.", "Unicorn instr."):
        table.add_column(column, justify="right", no_wrap=True)
    for opinion in opinions:
        table.add_row(
            opinion.machine.core,
            "DIFFERENT" if opinion.differences else "equal",
            f"{opinion.cells:,}",
            f"{opinion.host_cells:,}" if opinion.host_cells else "-",
            f"{opinion.calls:,}",
            f"{opinion.qemu_instructions:,}",
            f"{opinion.unicorn_instructions:,}",
        )
    console.print(table)


def _mean(counts: Sequence[int]) -> str:
    return f"{sum(counts) / len(counts):,.0f}"


if __name__ == "__main__":
    raise SystemExit(main())
