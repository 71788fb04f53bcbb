# SPDX-License-Identifier: Apache-2.0
"""Small bare-metal images for the tests of the virtual boards."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from generator.toolchain.locate import find_toolchain

HERE = Path(__file__).parent / "firmware"
FLAGS = (
    "-mthumb", "-mfloat-abi=hard", "-O2", "-g", "-ffreestanding", "-nostdlib", "-Wall", "-Wextra",
    "-Werror", "-Wno-unused-parameter", "-fno-tree-loop-distribute-patterns",
)  # fmt: skip
M33 = ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16")
M4 = ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16")
M7 = ("-mcpu=cortex-m7", "-mfpu=fpv5-d16")
L4_BOARDS = ("l475", "l432", "l4r5")
H7_BOARDS = ("h743", "h7a3")


def compile_image(folder: Path, source: str, *defines: str, board: str = "u585") -> Path:
    """Compile C source (which may use chip.h, and defines `reset`) into an ELF file."""
    key = hashlib.sha256("\0".join([board, source, *defines]).encode()).hexdigest()[:16]
    main, elf = folder / f"{key}.c", folder / f"{key}.elf"
    if not elf.exists():
        main.write_text('#include "chip.h"\n' + source)
        include, core = _family(board)
        script = include / "link.ld" if board in H7_BOARDS else HERE / "link.ld"
        command = [
            str(find_toolchain().gcc), *FLAGS, *core, f"-D{board.upper()}",
            *(f"-D{define}" for define in defines), f"-I{include}", f"-T{script}",
            str(main), str(include / "vectors.c"), "-o", str(elf),
        ]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    return elf


def _family(board: str) -> tuple[Path, tuple[str, ...]]:
    """Folder of a board's chip.h and vectors.c, and the compiler's options for its core."""
    if board in L4_BOARDS:
        return HERE / "l4", M4
    if board in H7_BOARDS:
        return HERE / "h7", M7
    return HERE, M33
