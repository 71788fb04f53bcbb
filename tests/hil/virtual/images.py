# SPDX-License-Identifier: Apache-2.0
"""Small bare-metal images for the tests of the virtual boards."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from generator.toolchain.locate import Toolchain, find_toolchain
from tests.support.store import digest, stored

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


def compile_image(folder: Path, source: str, *defines: str, board: str = "u585") -> Path:
    """Compile C source (which may use chip.h, and defines `reset`) into an ELF file.

    In `folder`, a store of what was compiled before (tests/support/store.py). Images with the same
    board and defines share their start-up object.
    """
    family = _family(board)
    include = HERE / family
    script = next(path / "link.ld" for path in (include, HERE) if (path / "link.ld").exists())
    names = (board.upper(), *defines)
    options = [*FLAGS, *CORES[family], f"-I{include}", *(f"-D{name}" for name in names)]

    def make_vectors(made: Path) -> None:
        _run(made, *options, "-c", str(HERE / "vectors.c"), "-o", str(made / "vectors.o"))

    def make_image(made: Path) -> None:
        (made / "main.c").write_text('#include "chip.h"\n' + source)
        vectors = stored("vectors", key(), make_vectors, store=folder) / "vectors.o"
        files = (str(made / "main.c"), str(vectors))
        _run(made, *options, f"-T{script}", *files, "-o", str(made / "main.elf"))

    def key(*texts: str) -> str:
        return digest(_gcc().description, HERE, *options, *texts)

    return stored("image", key(source), make_image, store=folder) / "main.elf"


@cache
def _gcc() -> Toolchain:
    return find_toolchain()


def _run(made: Path, *arguments: str) -> None:
    """The compiler; sources that are in an entry are named by its place in the end."""
    entry = made.parent / made.name.split(".")[1]
    command = [str(_gcc().gcc), f"-ffile-prefix-map={made}={entry}", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def _family(board: str) -> str:
    """The folder of a board's chip.h."""
    if board in L4_BOARDS:
        return "l4"
    return "h7" if board in H7_BOARDS else "u5"
