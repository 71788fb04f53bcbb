# SPDX-License-Identifier: Apache-2.0
"""DSP instructions and their portable C equivalents, compared on many operands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cross_check.image import TARGET_DIR, Image, Target, images_dir, link_program
from cross_check.program_output import Output
from generator.errors import ToolError
from generator.host.compile import UNDEFINED_BEHAVIOUR
from generator.project.manifest import Project
from generator.project.target_flags import WARNINGS
from generator.toolchain.locate import find_host_cc

OPERATIONS_DIR = Path(__file__).parent / "operations"
NAMES = tuple(
    re.findall(r"^OPERATION\((\w+),", (OPERATIONS_DIR / "operations.h").read_text(), re.M)
)

EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF)
"""Halfwords at which an operation saturates, changes sign or carries."""
RANDOM_OPERANDS = 4096
SEED = 0x4D324D

Operands = NDArray[np.uint32]
Results = NDArray[np.uint32]


def all_operands() -> Operands:
    """Operands, uint32 [n, 3]: all pairs of words made of edge halfwords, and random ones."""
    generator = np.random.default_rng(SEED)
    halves = np.array(EDGES, np.uint32)
    words = (halves[:, None] << np.uint32(16) | halves[None, :]).ravel()
    pairs = np.stack(np.meshgrid(words, words, indexing="ij"), -1).reshape(-1, 2)
    thirds = generator.choice(words, (len(pairs), 1))
    random = generator.integers(0, 1 << 32, (RANDOM_OPERANDS, 3), np.uint32)
    return np.concatenate([np.hstack([pairs, thirds]), random]).astype(np.uint32)


def link_operations(target: Target, operands: Operands) -> Image:
    """Link the program that writes the results of each operation."""
    folder = images_dir(target.project) / f"operations-{target.machine.core}"
    arguments: list[str | Path] = [f"-I{OPERATIONS_DIR}"]
    arguments += ["-isystem", target.project.directory / "cmsis_dsp"]
    arguments += [OPERATIONS_DIR / "operate.c", OPERATIONS_DIR / "on_target.c"]
    arguments += [TARGET_DIR / "startup.c", TARGET_DIR / "semihosting.c"]
    return link_program(target, folder, operands.astype("<u4").tobytes(), arguments)


def run_on_host(project: Project, operands: Operands) -> Results:
    """Results on the host, uint32 [operations, n], of a build with the undefined-behaviour
    sanitiser.

    Raises ToolError without a compiler, or with the output of a failed program.
    """
    program = images_dir(project) / "operations-host"
    program.parent.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        *find_host_cc(),
        "-std=c11",
        "-O2",
        *UNDEFINED_BEHAVIOUR,
        *WARNINGS,
    ]
    command += [f"-I{project.directory}", "-isystem", project.directory / "host"]
    command += [f"-I{OPERATIONS_DIR}"]
    command += [OPERATIONS_DIR / "operate.c", OPERATIONS_DIR / "on_host.c", "-o", program]
    data = operands.astype("<u4").tobytes()
    outputs = []
    for words, given in (([str(word) for word in command], b""), ([str(program)], data)):
        done = subprocess.run(words, input=given, capture_output=True, check=False)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise ToolError(f"{Path(words[0]).name} failed:\n{said}")
        outputs.append(done.stdout)
    return np.frombuffer(outputs[1], "<u4").reshape(len(NAMES), len(operands))


def results_of(output: Output) -> Results:
    """Results of a run on an emulator, uint32 [operations, n]."""
    return np.array([np.frombuffer(record.values, "<u4") for record in output.records])


def compare_results(operands: Operands, results: Sequence[tuple[str, Results]]) -> list[str]:
    """One text per operation with differing results, with the first such operands.

    `results`: (source, uint32 [operations, n]) each.
    """
    (_, first), *others = results
    differences = []
    for index, name in enumerate(NAMES):
        wrong = np.zeros(len(operands), bool)
        for _, other in others:
            wrong |= first[index] != other[index]
        if wrong.any():
            place = int(np.flatnonzero(wrong)[0])
            given = ", ".join(f"0x{word:08x}" for word in operands[place])
            values = ", ".join(f"{source} 0x{found[index, place]:08x}" for source, found in results)
            count = f"{int(wrong.sum())} of {len(operands)} operands"
            differences.append(f"{name}({given}): {values}; {count}")
    return differences
