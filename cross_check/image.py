# SPDX-License-Identifier: Apache-2.0
"""The generated project's portable C as a program for an MPS2 board.

Front-end, CMSIS-DSP, network and listener are compiled by the generated project's own Makefile,
with the core's flags: command by command what makes them in the firmware. Only what stands around
them is another: a startup of a few lines, the clip in the image, and trampolines between caller and
called function that note the time, put in by the linker.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from numpy.typing import NDArray

from cross_check.machines import Mps2
from generator.boards.boards_file import load_board
from generator.errors import ToolError
from generator.firmware import Network, make_project
from generator.host.twin import PROJECT_PREFIXES
from generator.project.manifest import Project
from generator.project.target_flags import target_flags
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain

TARGET_DIR = Path(__file__).parent / "target"
BOARD = "u585"
"""Whose project is rendered: what is portable in it is the same for every board, says a test."""

PORTABLE_PREFIXES = (
    *(prefix for prefix in PROJECT_PREFIXES if not prefix.startswith("host/")),
    "core/mem.c",
)

CALIBRATION = ("calibration_1", "calibration_7", "calibration_loop")
FIRMWARE_METERS: tuple[str, ...] = ("mel_compute_frame_s8", "network_push_frame_s8")
"""The calls that the report on a board gives instructions of."""


Words = Sequence[str | Path]
"""Arguments of a program."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which project is compiled for which machine, by which compiler."""

    project: Project
    machine: Mps2
    toolchain: Toolchain


@dataclass(frozen=True, slots=True)
class Objects:
    """The portable part, compiled."""

    target: Target
    folder: Path
    paths: tuple[Path, ...]
    taps: bool


@dataclass(frozen=True, slots=True)
class Image:
    """A program for one machine, and the functions that it meters, by their numbers."""

    machine: Mps2
    elf: Path
    meters: tuple[str, ...] = ()


def render(network: Network, out_dir: Path) -> Project:
    """Write the project of the model to `out_dir`."""
    out_dir.mkdir(parents=True, exist_ok=True)
    return make_project(load_board(DEFAULT_BOARDS_FILE, BOARD), network, out_dir, taps=False)


def portable_sources(project: Project) -> tuple[str, ...]:
    """Sources that know no chip, by their paths in the project."""
    paths = sorted(project.directory.rglob("*.c"))
    names = (path.relative_to(project.directory).as_posix() for path in paths)
    return tuple(name for name in names if name.startswith(PORTABLE_PREFIXES))


def compile_objects(target: Target, *, taps: bool) -> Objects:
    """Compile what is portable by the project's own Makefile; what is up to date stays.

    Raises ToolError with the compiler's words.
    """
    project, machine, toolchain = target.project, target.machine, target.toolchain
    out = f"{'taps' if taps else 'plain'}-{machine.core}"
    objects = [f"{out}/{name.removesuffix('.c')}.o" for name in portable_sources(project)]
    make = shutil.which("make")
    if make is None:
        raise ToolError("no program make", "install GNU make")
    settings = {
        "CROSS_COMPILE": toolchain.prefix,
        "LIBGCC": toolchain.libgcc(target_flags(machine.core).cpu),
        "CPU": " ".join(target_flags(machine.core).cpu),
        "DEFINES": f"-DM2M_TAPS={int(taps)}",
        "OUT": out,
    }
    command: list[str | Path] = [make, "--no-print-directory", "-s"]
    command += [f"{name}={value}" for name, value in settings.items()]
    # A make that started us must not hand its flags on to this one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    inherited.pop("MFLAGS", None)
    _run([*command, *objects], project.directory, inherited)
    folder = project.directory / out
    paths = tuple(project.directory / name for name in objects)
    return Objects(target, folder, paths, taps)


def link(objects: Objects, samples: NDArray[np.int16], meters: Sequence[str], name: str) -> Image:
    """Link a program that hears `samples`, int16 [n] at 16 kHz, and meters these functions.

    Functions of known length are metered before them. Raises ToolError with the linker's words.
    """
    metered = (*CALIBRATION, *meters)
    folder = objects.folder / name
    folder.mkdir(exist_ok=True)
    lines = [f"METER({index}, {function})\n" for index, function in enumerate(metered)]
    (folder / "meters.h").write_text("".join(lines))
    names = ("startup", "semihosting", "main", "meter", "trampolines", "calibration")
    arguments: list[str | Path] = [f"-DM2M_TAPS={int(objects.taps)}", f"-I{folder}"]
    arguments += [TARGET_DIR / f"{name}.c" for name in names]
    arguments += [*objects.paths, *(f"-Wl,--wrap={function}" for function in metered)]
    data = samples.astype("<i2").tobytes()
    return replace(link_program(objects.target, folder, data, arguments), meters=metered)


def link_program(target: Target, folder: Path, data: bytes, arguments: Words) -> Image:
    """Link a program with the firmware's flags: `data`, and what the compiler is told.

    Raises ToolError with the words of compiler or linker.
    """
    machine, toolchain = target.machine, target.toolchain
    folder.mkdir(exist_ok=True)
    (folder / "data.bin").write_bytes(data)
    flags = target_flags(machine.core)
    elf = folder / "program.elf"
    command: list[str | Path] = [toolchain.gcc, *flags.cpu, *flags.language, *flags.optimisation]
    command += [*flags.sections, *flags.warnings, f"-DMPS2_TIMER={machine.timer:#x}u"]
    command += [f"-I{TARGET_DIR}", f"-I{target.project.directory}", f"-Wa,-I{folder}", *flags.link]
    command += [f"-Wl,--defsym=mps2_{name}={place}" for name, place in machine.memories]
    command += ["-T", TARGET_DIR / "mps2.ld", TARGET_DIR / "data.S"]
    command += [*arguments, toolchain.libgcc(flags.cpu), "-o", elf]
    _run(command, folder)
    return Image(machine, elf)


def called_across(objects: Objects) -> tuple[str, ...]:
    """Functions of one object that another one calls: those that can be metered, sorted.

    Without memcpy and its like, which the program itself uses.
    """
    defined: set[str] = set()
    wanted: set[str] = set()
    for path in objects.paths:
        if path.parent.name == "core":
            continue
        for name, is_function, is_defined in _global_symbols(path):
            if not is_defined:
                wanted.add(name)
            elif is_function:
                defined.add(name)
    return tuple(sorted(defined & wanted))


def _global_symbols(path: Path) -> Iterable[tuple[str, bool, bool]]:
    """Name, whether it is a function, whether it is defined here, of each global symbol."""
    with path.open("rb") as stream:
        table = ELFFile(stream).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        for symbol in table.iter_symbols():
            if symbol["st_info"]["bind"] == "STB_GLOBAL":
                is_function = symbol["st_info"]["type"] == "STT_FUNC"
                yield symbol.name, is_function, symbol["st_shndx"] != "SHN_UNDEF"


def _run(command: Words, folder: Path, environment: dict[str, str] | None = None) -> None:
    words = [str(word) for word in command]
    environment = {**(environment or os.environ), "LC_ALL": "C"}
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise ToolError(f"{Path(words[0]).name} failed:\n{done.stdout}{done.stderr}".rstrip())
