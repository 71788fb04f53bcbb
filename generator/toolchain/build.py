# SPDX-License-Identifier: Apache-2.0
"""A rendered project to an image: runs the project's own Makefile and checks what came out."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.boards.record import BoardSpec
from generator.engines.engine import BUILTIN
from generator.errors import ToolError
from generator.no_room import refuse_no_room
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR, Project
from generator.project.target_flags import target_flags
from generator.temporary import temporary_folder
from generator.toolchain.image_check import find_double_precision
from generator.toolchain.image_files import damaged_outputs
from generator.toolchain.locate import Toolchain, compiler_environment

LAST_LINES = 40
SMALLEST_ROOM = 1 << 20
"""Bytes that the largest file of a compiler's own, for one source, takes."""

DEFAULT_JOBS = 2
"""Compilers at a time: a machine has other work to do."""


class BuildError(ToolError):
    """Compiler or linker refused a project; `said`: what they printed, line by line."""

    def __init__(self, what: str, said: Sequence[str]) -> None:
        self.said = tuple(said)
        super().__init__(
            f"the project {what}:\n" + "\n".join(f"    {line}" for line in said[-LAST_LINES:]),
            "read the first error above; if the sources are unchanged, report it as a defect",
        )


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """What a build leaves in `<project>/out`, and what it was made from."""

    project_dir: Path
    board_id: str
    model_name: str
    model_sha256: str
    labels: tuple[str, ...]
    taps: bool
    engine: str
    """As HELLO carries it."""
    sha256: str
    """Of the BIN file, which is what stands in flash; HELLO carries the same."""
    toolchain: str
    """First line of the compiler's `--version`."""

    @property
    def elf(self) -> Path:
        """Program with symbols and debug lines."""
        return self._output("elf")

    @property
    def hex(self) -> Path:
        """Intel HEX, for flashing tools."""
        return self._output("hex")

    @property
    def bin(self) -> Path:
        """Flash contents from the first to the last byte, gaps filled with 0xff."""
        return self._output("bin")

    @property
    def map(self) -> Path:
        """The linker's map."""
        return self._output("map")

    def _output(self, suffix: str) -> Path:
        return self.project_dir / OUTPUT_DIR / f"{IMAGE_NAME}.{suffix}"


def compile_project(
    project: Project,
    board: BoardSpec,
    toolchain: Toolchain,
    on_line: Callable[[str], None] = lambda line: None,
    *,
    jobs: int = DEFAULT_JOBS,
) -> FirmwareImage:
    """Compile and link `project`; `on_line` gets each line that make prints, as it comes.

    `jobs` compilers run at a time.

    What is there and does not hold what the ELF loads is made again.
    Raises `ToolError` with the compiler's own words when a source does not compile, and when the
    image holds double-precision instructions.
    """
    info = project.info
    output = project.directory / OUTPUT_DIR / IMAGE_NAME
    for path in damaged_outputs(output):  # make, which goes by times, would leave them
        path.unlink(missing_ok=True)
    run_make(project.directory, board, toolchain, on_line, jobs=jobs)
    _refuse_damaged(output, toolchain)
    if info.engine == BUILTIN:  # another engine's library computes as its vendor compiled it
        _refuse_double_precision(output.with_suffix(".elf"))
    return FirmwareImage(
        project_dir=project.directory,
        board_id=board.id,
        model_name=info.model_name,
        model_sha256=info.model_sha256,
        labels=info.labels,
        taps=info.taps,
        engine=info.engine,
        sha256=hashlib.sha256(output.with_suffix(".bin").read_bytes()).hexdigest(),
        toolchain=toolchain.description,
    )


def run_make(
    directory: Path,
    board: BoardSpec,
    toolchain: Toolchain,
    on_line: Callable[[str], None] = lambda line: None,
    *,
    jobs: int = DEFAULT_JOBS,
) -> None:
    """Run the Makefile in `directory`; `ToolError` with the last lines if it fails."""
    make = shutil.which("make")
    if make is None:
        raise ToolError("no program make", "install GNU make")
    cpu = target_flags(board.core).cpu
    command = [
        make,
        "--no-print-directory",
        f"-j{jobs}",
        f"CROSS_COMPILE={toolchain.prefix}",
        f"LIBGCC={toolchain.libgcc(cpu)}",
    ]
    lines: list[str] = []
    with (
        temporary_folder() as temporary,
        subprocess.Popen(
            command,
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_make_environment(temporary),
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            on_line(lines[-1])
    if process.returncode != 0:
        said = [line for line in lines if not line.startswith(("  CC ", "  AS "))]
        is_elsewhere = shutil.disk_usage(temporary.parent).free < SMALLEST_ROOM
        refuse_no_room(said, temporary.parent if is_elsewhere else directory)
        raise BuildError(f"{directory.name} does not build with {toolchain.description}", said)


def _make_environment(temporary: Path) -> dict[str, str]:
    """A make that started us must not hand its flags or job server on to this one."""
    ours = compiler_environment(temporary)
    inherited = {name: value for name, value in ours.items() if not name.startswith("MAKE")}
    inherited.pop("MFLAGS", None)
    return inherited


def _refuse_damaged(output: Path, toolchain: Toolchain) -> None:
    damaged = damaged_outputs(output)
    if damaged:
        names = ", ".join(path.name for path in damaged)
        raise ToolError(
            f"{names} in {output.parent} do not hold what the ELF loads",
            f"is {toolchain.objcopy} the objcopy of {toolchain.gcc}, and is the disk sound?",
        )


def _refuse_double_precision(elf: Path) -> None:
    found = find_double_precision(elf)
    if found:
        places = ", ".join(f"0x{address:08x} in {function}" for address, function in found[:8])
        raise ToolError(
            f"the image holds double-precision instructions, and must have none: {places}",
            "find what computes with double (1.0 is one, 1.0f is none), or what pulls it out of "
            "libgcc in the map file, and compute it otherwise",
        )
