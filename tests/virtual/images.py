# SPDX-License-Identifier: Apache-2.0
"""Small bare-metal images for the tests of the virtual boards."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from generator.toolchain import find_toolchain

HERE = Path(__file__).parent / "firmware"
FLAGS = (
    "-mthumb", "-mfloat-abi=hard", "-O2", "-g", "-ffreestanding", "-nostdlib", "-Wall", "-Wextra",
    "-Werror", "-Wno-unused-parameter", "-fno-tree-loop-distribute-patterns",
)  # fmt: skip
M33 = ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16")
M4 = ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16")
L4_BOARDS = ("l475", "l432", "l4r5")


def compile_image(folder: Path, source: str, *defines: str, board: str = "u585") -> Path:
    """Compile C source (which may use chip.h, and defines `reset`) into an ELF file."""
    key = hashlib.sha256("\0".join([board, source, *defines]).encode()).hexdigest()[:16]
    main, elf = folder / f"{key}.c", folder / f"{key}.elf"
    if not elf.exists():
        main.write_text('#include "chip.h"\n' + source)
        is_l4 = board in L4_BOARDS
        include = HERE / "l4" if is_l4 else HERE
        command = [
            str(find_toolchain().gcc), *FLAGS, *(M4 if is_l4 else M33), f"-D{board.upper()}",
            *(f"-D{define}" for define in defines), f"-I{include}", f"-T{HERE / 'link.ld'}",
            str(main), str(include / "vectors.c"), "-o", str(elf),
        ]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    return elf
