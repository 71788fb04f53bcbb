# SPDX-License-Identifier: Apache-2.0
"""The comparison of QEMU and Unicorn on one core: clips, layers, DSP operations, exceptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cross_check import dsp_operations, exception_scenarios
from cross_check.comparison import compare_runs, compare_with_host
from cross_check.image import (
    FIRMWARE_METERS,
    Image,
    Target,
    called_across,
    compile_objects,
    link,
)
from cross_check.machines import Mps2
from cross_check.on_qemu import count_instructions, run_on_qemu
from cross_check.on_unicorn import run_on_unicorn
from cross_check.program_output import RunError
from generator.frontend.record import FrontendRecord
from generator.host.twin import HostTwin
from generator.network import Network
from generator.project.manifest import Project
from generator.toolchain.locate import Toolchain

Samples = NDArray[np.int16]
OnProgress = Callable[[str], None]

PATCH_SEED = 0x4D324D
EVERY_LAYER = "one patch, every layer and function"
MEL, NETWORK = FIRMWARE_METERS


@dataclass(frozen=True, slots=True)
class ComparisonInputs:
    """The inputs and tools of the comparison, the same for all cores."""

    network: Network
    project: Project
    clips: tuple[tuple[str, Samples], ...]
    """(name, samples int16 at the front-end's rate)."""
    twin: HostTwin | None
    """None without a host compiler."""
    qemu: Path
    toolchain: Toolchain


@dataclass(slots=True)
class CoreComparison:
    """The result for one core."""

    machine: Mps2
    cells: int = 0
    """Bytes of output that were compared between QEMU and Unicorn."""
    host_cells: int = 0
    """Bytes of output that were also compared with the host twin."""
    calls: int = 0
    qemu_instructions: int = 0
    unicorn_instructions: int = 0
    mel_instructions: list[int] = field(default_factory=list)
    """By frame, counted on QEMU."""
    patch_instructions: list[int] = field(default_factory=list)
    """Of the network by complete patch, counted on QEMU."""
    operations: int = 0
    """Number of DSP operations compared, with the operands of `dsp_operations`."""
    scenarios: int = 0
    """Number of exception scenarios compared with a virtual board."""
    board: str = ""
    """The id of that board; empty if no virtual board has the core."""
    differences: list[str] = field(default_factory=list)


def one_patch(record: FrontendRecord, frames: int) -> Samples:
    """Noise that opens the gate, of `frames` frames: int16 at the record's rate."""
    generator = np.random.default_rng(PATCH_SEED)
    count = record.frame_samples + (frames - 1) * record.hop_samples
    return generator.integers(-20000, 20000, count).astype(np.int16)


def compare_core(
    inputs: ComparisonInputs, machine: Mps2, on_progress: OnProgress
) -> CoreComparison:
    """Compile for the core and compare all runs; `on_progress` is called before each step.

    Raises ToolError if a tool fails. A run that does not finish counts as a difference.
    """
    comparison = CoreComparison(machine)
    on_progress("compiling")
    target = Target(inputs.project, machine, inputs.toolchain)
    plain, tapped = (compile_objects(target, taps=taps) for taps in (False, True))
    tasks = [(name, plain, samples, FIRMWARE_METERS) for name, samples in inputs.clips]
    patch = one_patch(inputs.network.frontend, inputs.network.graph.frames)
    tasks.append((EVERY_LAYER, tapped, patch, called_across(tapped)))
    for name, objects, samples, meters in tasks:
        on_progress(name)
        image = link(objects, samples, meters, "program")
        try:
            found = _compare_clip(comparison, inputs, image, samples, taps=objects.taps)
        except RunError as error:
            found = [str(error)]
        comparison.differences += [f"{name}: {difference}" for difference in found]
    for name, compare in (
        ("DSP operations", _compare_operations),
        ("exceptions", _compare_exceptions),
    ):
        on_progress(name)
        try:
            found = compare(comparison, inputs, target)
        except RunError as error:
            found = [str(error)]
        comparison.differences += [f"{name}: {difference}" for difference in found]
    return comparison


def _compare_clip(
    comparison: CoreComparison,
    inputs: ComparisonInputs,
    image: Image,
    samples: Samples,
    *,
    taps: bool,
) -> list[str]:
    """Run one clip on both emulators; add to `comparison`, return the differences."""
    output = run_on_qemu(inputs.qemu, image)
    counts = count_instructions(image, output)
    other_output, other_counts = run_on_unicorn(image)
    emulators = compare_runs(image.meters, (output, counts), (other_output, other_counts))
    comparison.cells += emulators.cells
    comparison.calls += emulators.calls
    comparison.qemu_instructions += sum(map(sum, counts.values()))
    comparison.unicorn_instructions += sum(map(sum, other_counts.values()))
    if not taps:
        comparison.mel_instructions += counts.get(image.meters.index(MEL), [])
        pushes = counts.get(image.meters.index(NETWORK), [])
        comparison.patch_instructions += _patches(pushes, inputs.network.graph.frames)
    if inputs.twin is None:
        return list(emulators.differences)
    host = compare_with_host(output, inputs.twin, samples, taps=taps)
    comparison.host_cells += host.cells
    return [*emulators.differences, *host.differences]


def _compare_operations(
    comparison: CoreComparison, inputs: ComparisonInputs, target: Target
) -> list[str]:
    """Run every DSP operation on both emulators and on the host; return the differences."""
    comparison.operations = len(dsp_operations.NAMES)
    operands = dsp_operations.all_operands()
    image = dsp_operations.link_operations(target, operands)
    results = [
        ("QEMU", dsp_operations.results_of(run_on_qemu(inputs.qemu, image))),
        ("Unicorn", dsp_operations.results_of(run_on_unicorn(image)[0])),
    ]
    if inputs.twin is not None:
        results.append(("the host", dsp_operations.run_on_host(inputs.project, operands)))
    return dsp_operations.compare_results(operands, results)


def _compare_exceptions(
    comparison: CoreComparison, inputs: ComparisonInputs, target: Target
) -> list[str]:
    """Run the exception scenarios on QEMU and on a virtual board, if one has the core."""
    board = exception_scenarios.first_board(target.machine.core)
    if board is None:
        return []
    comparison.board, comparison.scenarios = board.id, len(exception_scenarios.NAMES)
    image = exception_scenarios.link_scenarios(target)
    log = run_on_qemu(inputs.qemu, image)
    return exception_scenarios.compare_scenarios(
        log, exception_scenarios.run_on_board(target, board)
    )


def _patches(pushes: list[int], frames: int) -> list[int]:
    """Instructions of each complete patch, from those of its pushes."""
    end = len(pushes) // frames * frames
    return [sum(pushes[start : start + frames]) for start in range(0, end, frames)]
