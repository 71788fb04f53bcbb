# SPDX-License-Identifier: Apache-2.0
"""A firmware that is not mel2metal's, linked with its library: its build, and what it hears."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.project.target_flags import target_flags
from generator.toolchain.locate import Toolchain

HERE = Path(__file__).parent
SECONDS = 3
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")


def foreign_samples(rate_hz: int) -> NDArray[np.int16]:
    """What main.c makes: noise whose loudness goes up and down."""
    samples, state = [], 1
    for index in range(SECONDS * rate_hz):
        state = (state * 1664525 + 1013904223) % 2**32
        value = (state >> 16) - 32768
        scale = 1 << (index >> 12 & 7)
        samples.append(int(np.trunc(value / scale)))
    return np.array(samples, dtype=np.int16)


def link_foreign(package: Path, folder: Path, core: str, toolchain: Toolchain) -> Path:
    """Compile and link it as somebody would who has the package and a compiler."""
    cpu = target_flags(core).cpu
    elf = folder / "foreign.elf"
    command = [
        *(str(toolchain.gcc), *cpu, "-std=c11", "-O2", "-ffreestanding", *WARNINGS),
        *(f"-I{package / 'include'}", str(HERE / "main.c"), str(HERE / "startup.c")),
        *("-nostdlib", "-Wl,--gc-sections", "-Wl,--fatal-warnings", f"-T{HERE / 'foreign.ld'}"),
        *(f"-L{package / 'lib'}", "-lmel2metal", str(toolchain.libgcc(cpu)), "-o", str(elf)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf
