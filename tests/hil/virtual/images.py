# SPDX-License-Identifier: Apache-2.0
"""Small bare-metal images for the tests of the virtual boards.

Each is compiled once a test run: a file's name is a hash of what it is made of, and all processes
of the run share a folder. A file appears there whole, under its name, or not at all.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path

from generator.toolchain.locate import find_toolchain

HERE = Path(__file__).parent / "firmware"
FLAGS = (
    "-mthumb", "-mfloat-abi=hard", "-O2", "-g1", "-ffreestanding", "-nostdlib", "-Wall", "-Wextra",
    "-Werror", "-Wno-unused-parameter", "-fno-tree-loop-distribute-patterns", f"-I{HERE}",
)  # fmt: skip
CORES = {
    "u5": ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16"),
    "l4": ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16"),
    "h7": ("-mcpu=cortex-m7", "-mfpu=fpv5-d16"),
}
L4_BOARDS = ("l475", "l432", "l4r5")
H7_BOARDS = ("h743", "h7a3")


@cache
def compiler() -> str:
    """The cross compiler; looking for it starts it several times."""
    return str(find_toolchain().gcc)


def compile_image(folder: Path, source: str, *defines: str, board: str = "u585") -> Path:
    """Compile C source (which may use chip.h, and defines `reset`) into an ELF file."""
    key = hashlib.sha256("\0".join([board, source, *defines]).encode()).hexdigest()[:16]
    elf = folder / f"{key}.elf"
    if not elf.exists():
        start_up = _start_up(folder, board, defines)
        main = folder / f"{key}-{os.getpid()}.c"
        main.write_text('#include "chip.h"\n' + source)
        family = HERE / _family(board)
        script = next(path / "link.ld" for path in (family, HERE) if (path / "link.ld").exists())
        _compile(elf, board, defines, f"-T{script}", str(main), str(start_up))
    return elf


def _start_up(folder: Path, board: str, defines: tuple[str, ...]) -> Path:
    """Compile vectors.c, which most images with the same defines share."""
    key = hashlib.sha256("\0".join([board, *defines]).encode()).hexdigest()[:16]
    target = folder / f"{key}-vectors.o"
    if not target.exists():
        _compile(target, board, defines, "-c", str(HERE / "vectors.c"))
    return target


def _compile(target: Path, board: str, defines: tuple[str, ...], *options: str) -> None:
    family = _family(board)
    own = target.with_name(f"{os.getpid()}-{target.name}")
    command = [
        compiler(), *FLAGS, *CORES[family], f"-I{HERE / family}", f"-D{board.upper()}",
        *(f"-D{define}" for define in defines), *options, "-o", str(own),
    ]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    own.replace(target)


def _family(board: str) -> str:
    """The folder of a board's chip.h."""
    if board in L4_BOARDS:
        return "l4"
    return "h7" if board in H7_BOARDS else "u5"
