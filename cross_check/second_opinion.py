# SPDX-License-Identifier: Apache-2.0
"""The second opinion on one core: some clips and, for one patch, every layer and every function."""

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
from cross_check.records import RunError
from generator.firmware import Network
from generator.frontend.parameters import FRAME_SAMPLES, HOP_SAMPLES
from generator.host.twin import HostTwin
from generator.project.manifest import Project
from generator.toolchain.locate import Toolchain

Samples = NDArray[np.int16]
Told = Callable[[str], None]

PATCH_SEED = 0x4D324D
EVERY_LAYER = "one patch, every layer and function"
MEL, NETWORK = FIRMWARE_METERS


@dataclass(frozen=True, slots=True)
class Question:
    """What all cores are asked, and with which tools."""

    network: Network
    project: Project
    clips: tuple[tuple[str, Samples], ...]
    """By their names."""
    twin: HostTwin | None
    """None: there is no compiler for this machine."""
    qemu: Path
    toolchain: Toolchain


@dataclass(slots=True)
class Opinion:
    """What came of one core."""

    machine: Mps2
    cells: int = 0
    """Bytes of output that QEMU and Unicorn agree on or not."""
    host_cells: int = 0
    """Of them, those that the host twin has too."""
    calls: int = 0
    qemu_instructions: int = 0
    unicorn_instructions: int = 0
    mel_instructions: list[int] = field(default_factory=list)
    """Of each frame, by QEMU."""
    patch_instructions: list[int] = field(default_factory=list)
    """Of each whole patch through the network, by QEMU."""
    operations: int = 0
    """DSP operations that were tried, on as many operands each as `dsp_operations` has."""
    scenarios: int = 0
    """Exception scenarios that were compared with a virtual board."""
    board: str = ""
    """That board; empty where none has the core."""
    differences: list[str] = field(default_factory=list)


def one_patch(frames: int) -> Samples:
    """Noise that opens the gate, as long as one patch: int16 at 16 kHz."""
    generator = np.random.default_rng(PATCH_SEED)
    count = FRAME_SAMPLES + (frames - 1) * HOP_SAMPLES
    return generator.integers(-20000, 20000, count).astype(np.int16)


def ask(question: Question, machine: Mps2, told: Told) -> Opinion:
    """Compile for the core and compare all runs; `told` gets each step before it begins.

    Raises ToolError where a tool fails. A run that does not get to its end is a difference.
    """
    opinion = Opinion(machine)
    told("compiling")
    target = Target(question.project, machine, question.toolchain)
    plain, tapped = (compile_objects(target, taps=taps) for taps in (False, True))
    tasks = [(name, plain, samples, FIRMWARE_METERS) for name, samples in question.clips]
    patch = one_patch(question.network.graph.frames)
    tasks.append((EVERY_LAYER, tapped, patch, called_across(tapped)))
    for name, objects, samples, meters in tasks:
        told(name)
        image = link(objects, samples, meters, "program")
        try:
            found = _hear(opinion, question, image, samples, taps=objects.taps)
        except RunError as error:
            found = [str(error)]
        opinion.differences += [f"{name}: {difference}" for difference in found]
    for name, compare in (("DSP operations", _operate), ("exceptions", _except)):
        told(name)
        try:
            found = compare(opinion, question, target)
        except RunError as error:
            found = [str(error)]
        opinion.differences += [f"{name}: {difference}" for difference in found]
    return opinion


def _hear(
    opinion: Opinion, question: Question, image: Image, samples: Samples, *, taps: bool
) -> list[str]:
    """Let both emulators hear one clip; add to the opinion, return the differences."""
    output = run_on_qemu(question.qemu, image)
    counts = count_instructions(image, output)
    other_output, other_counts = run_on_unicorn(image)
    agreement = compare_runs(image.meters, (output, counts), (other_output, other_counts))
    opinion.cells += agreement.cells
    opinion.calls += agreement.calls
    opinion.qemu_instructions += sum(map(sum, counts.values()))
    opinion.unicorn_instructions += sum(map(sum, other_counts.values()))
    if not taps:
        opinion.mel_instructions += counts.get(image.meters.index(MEL), [])
        pushes = counts.get(image.meters.index(NETWORK), [])
        opinion.patch_instructions += _patches(pushes, question.network.graph.frames)
    if question.twin is None:
        return list(agreement.differences)
    third = compare_with_host(output, question.twin, samples, taps=taps)
    opinion.host_cells += third.cells
    return [*agreement.differences, *third.differences]


def _operate(opinion: Opinion, question: Question, target: Target) -> list[str]:
    """Let both emulators, and the host if it can, do every DSP operation; the differences."""
    opinion.operations = len(dsp_operations.NAMES)
    operands = dsp_operations.all_operands()
    image = dsp_operations.link_operations(target, operands)
    results = [
        ("QEMU", dsp_operations.results_of(run_on_qemu(question.qemu, image))),
        ("Unicorn", dsp_operations.results_of(run_on_unicorn(image)[0])),
    ]
    if question.twin is not None:
        results.append(("the host", dsp_operations.run_on_host(question.project, operands)))
    return dsp_operations.compare_results(operands, results)


def _except(opinion: Opinion, question: Question, target: Target) -> list[str]:
    """Go through the exceptions on QEMU and on a virtual board, if one has the core."""
    board = exception_scenarios.first_board(target.machine.core)
    if board is None:
        return []
    opinion.board, opinion.scenarios = board.id, len(exception_scenarios.NAMES)
    image = exception_scenarios.link_scenarios(target)
    noted = run_on_qemu(question.qemu, image)
    return exception_scenarios.compare_scenarios(
        noted, exception_scenarios.run_on_board(target, board)
    )


def _patches(pushes: list[int], frames: int) -> list[int]:
    """Sum the pushes of each whole patch."""
    whole = len(pushes) // frames * frames
    return [sum(pushes[start : start + frames]) for start in range(0, whole, frames)]
