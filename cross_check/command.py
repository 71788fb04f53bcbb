# SPDX-License-Identifier: Apache-2.0
"""`mel2metal qemu`: compare QEMU with Unicorn, bit for bit and instruction for instruction."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence

from rich.console import Console
from rich.status import Status

from cross_check.core_comparison import ComparisonInputs, CoreComparison, Samples, compare_core
from cross_check.dsp_operations import all_operands
from cross_check.image import render
from cross_check.machines import MACHINES
from cross_check.on_qemu import find_qemu, qemu_version
from generator.errors import ToolError
from generator.host.twin import HostTwin, build_host_twin
from generator.network import read_network
from generator.project.manifest import Project, project_lock
from generator.repository import WORK_DIR, command
from generator.terminal.fitted_table import FittedTable, numbers, words
from generator.terminal.tool_progress import install_what_is_needed
from generator.toolchain.locate import find_toolchain
from hil.clips.clip_set import load_clips
from sounds.place import find_directory

EXIT_DIFFERENT = 1
MAX_DIFFERENCES_SHOWN = 8
LOCK = "qemu"


def compare_with_qemu(options: argparse.Namespace, console: Console) -> int:
    """Run the comparison and print it; 1 for a difference. Raises InputError and ToolError."""
    qemu = find_qemu()
    install_what_is_needed(console, options.cross_compile)
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
        directory = find_directory(None, os.environ, WORK_DIR)
        if directory is None:
            raise ToolError(
                "there are no recorded clips",
                f"run `{command('dataset')}`, set ESC10_DIR, or ask for none",
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
