# SPDX-License-Identifier: Apache-2.0
"""Building of the generated project's portable C as a program for an MPS2 board.

Front-end, CMSIS-DSP, network and listener are compiled with the generated project's own Makefile
and the core's flags: the objects are those of the firmware. Around them there is a short startup,
the clip in the image, and trampolines (inserted by the linker) that record the time of metered
calls.
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
from generator.firmware import make_project
from generator.host.twin import PROJECT_PREFIXES
from generator.network import Network
from generator.project.manifest import Project
from generator.project.target_flags import target_flags
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain

TARGET_DIR = Path(__file__).parent / "target"
BOARD = "u585"
"""The board of the rendered project. Its portable sources are those of every board (tested)."""

PORTABLE_PREFIXES = (
    *(prefix for prefix in PROJECT_PREFIXES if not prefix.startswith("host/")),
    "core/mem.c",
)

CALIBRATION = ("calibration_1", "calibration_7", "calibration_loop")
FIRMWARE_METERS: tuple[str, ...] = ("mel_compute_frame_s8", "network_push_frame_s8")
"""The functions whose instructions a board's report gives."""

IMAGES = "images"
"""The folder beside the project that objects and programs go to: they are not the project's."""

Words = Sequence[str | Path]
"""Command-line arguments."""


@dataclass(frozen=True, slots=True)
class Target:
    """A project, the machine to compile it for, and the compiler."""

    project: Project
    machine: Mps2
    toolchain: Toolchain


@dataclass(frozen=True, slots=True)
class Objects:
    """The compiled portable sources."""

    target: Target
    folder: Path
    paths: tuple[Path, ...]
    taps: bool


@dataclass(frozen=True, slots=True)
class Image:
    """A program for one machine and the names of its metered functions, by index."""

    machine: Mps2
    elf: Path
    meters: tuple[str, ...] = ()


def render(network: Network, out_dir: Path, *, force: bool = False) -> Project:
    """Generate the project of the model in `out_dir`; `force`: as of `render_project`."""
    out_dir.mkdir(parents=True, exist_ok=True)
    board = load_board(DEFAULT_BOARDS_FILE, BOARD)
    return make_project(board, network, out_dir, taps=False, force=force)


def images_dir(project: Project) -> Path:
    """Where objects and programs of a project go."""
    return project.directory.parent / IMAGES


def portable_sources(project: Project) -> tuple[str, ...]:
    """The sources that do not depend on the chip, as paths in the project."""
    paths = sorted(project.directory.rglob("*.c"))
    names = (path.relative_to(project.directory).as_posix() for path in paths)
    return tuple(name for name in names if name.startswith(PORTABLE_PREFIXES))


def compile_objects(target: Target, *, taps: bool) -> Objects:
    """Compile the portable sources with the project's own Makefile, incrementally.

    Raises ToolError with the compiler's output.
    """
    project, machine, toolchain = target.project, target.machine, target.toolchain
    out = f"../{IMAGES}/{'taps' if taps else 'plain'}-{machine.core}"
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
    # The flags of a calling make must not reach this one.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    inherited.pop("MFLAGS", None)
    _run([*command, *objects], project.directory, inherited)
    folder = images_dir(project) / Path(out).name
    paths = tuple(folder / Path(name).relative_to(out) for name in objects)
    return Objects(target, folder, paths, taps)


def link(objects: Objects, samples: NDArray[np.int16], meters: Sequence[str], name: str) -> Image:
    """Link a program that hears `samples`, int16 [n], and meters these functions.

    The samples are at the front-end's rate. The calibration functions are metered too. Raises
    ToolError with the linker's output.
    """
    metered = (*CALIBRATION, *meters)
    folder = objects.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"METER({index}, {function})\n" for index, function in enumerate(metered)]
    (folder / "meters.h").write_text("".join(lines))
    names = ("startup", "semihosting", "main", "meter", "trampolines", "calibration")
    arguments: list[str | Path] = [f"-DM2M_TAPS={int(objects.taps)}", f"-I{folder}"]
    arguments += [TARGET_DIR / f"{name}.c" for name in names]
    arguments += [*objects.paths, *(f"-Wl,--wrap={function}" for function in metered)]
    data = samples.astype("<i2").tobytes()
    return replace(link_program(objects.target, folder, data, arguments), meters=metered)


def link_program(target: Target, folder: Path, data: bytes, arguments: Words) -> Image:
    """Link a program with the firmware's flags, with `data` in the image and further `arguments`.

    Raises ToolError with the output of compiler or linker.
    """
    machine, toolchain = target.machine, target.toolchain
    folder.mkdir(parents=True, exist_ok=True)
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
    """Functions called from another object, sorted: the linker can wrap their calls.

    Without those of core/ (memcpy and the like), which the program itself uses.
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
    """(name, is a function, is defined here) of each global symbol of an object."""
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
