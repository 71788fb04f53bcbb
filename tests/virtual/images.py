# SPDX-License-Identifier: Apache-2.0
"""Small bare-metal images for the tests of the virtual board, compiled for the Cortex-M33."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from generator.toolchain import find_toolchain

HERE = Path(__file__).parent / "firmware"
FLAGS = (
    "-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard", "-O2", "-g",
    "-ffreestanding", "-nostdlib", "-Wall", "-Wextra", "-Werror",
    "-fno-tree-loop-distribute-patterns",
)  # fmt: skip


def compile_image(folder: Path, source: str, *defines: str) -> Path:
    """Compile C source (which may use chip.h, and defines `reset`) into an ELF file."""
    key = hashlib.sha256("\0".join([source, *defines]).encode()).hexdigest()[:16]
    main, elf = folder / f"{key}.c", folder / f"{key}.elf"
    if not elf.exists():
        main.write_text('#include "chip.h"\n' + source)
        command = [
            str(find_toolchain().gcc), *FLAGS, *(f"-D{define}" for define in defines),
            f"-I{HERE}", f"-T{HERE / 'link.ld'}", str(main), str(HERE / "vectors.c"),
            "-o", str(elf),
        ]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    return elf
