# SPDX-License-Identifier: Apache-2.0
"""The library alone, for firmware that somebody has already: header, archive, CMake package.

The archive holds one object, which defines the names of `mel2metal.h` and no others. The same
input and compiler give the same bytes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.boards.record import BoardSpec
from generator.engine_choice import builtin_engine
from generator.errors import ToolError
from generator.firmware import check_fit, project_info
from generator.network import Network
from generator.no_room import refuse_no_room
from generator.project.applications import LIBRARY
from generator.project.at_risk import refuse_at_risk
from generator.project.file_list import write_file_list
from generator.project.manifest import ProjectInfo, project_lock, project_name
from generator.project.names import SOURCE_SUFFIXES
from generator.project.render import make_environment, render_files
from generator.project.replace import recover, replace_folder, scratch_folder
from generator.project.target_flags import TargetFlags, target_flags
from generator.repository import DATA_DIR
from generator.temporary import temporary_folder
from generator.toolchain.archive_writer import archive_of
from generator.toolchain.build import DEFAULT_JOBS
from generator.toolchain.image_check import find_double_precision
from generator.toolchain.locate import Toolchain, compiler_environment, find_cmsis_dsp

ARCHIVE = "lib/libmel2metal.a"
HEADER = "include/mel2metal.h"
CMAKE_FOLDER = "lib/cmake/mel2metal"
PUBLIC = "m2m_"
"""How every name begins that the archive defines for others."""

FOLDERS = ("library", "frontend", "network", "standalone")
"""What is compiled. CMSIS-DSP's headers are there for the front-end, and nothing calls its code."""

C_LIBRARY = ("memcpy", "memmove", "memset")
MEMBER = "mel2metal.o"


@dataclass(frozen=True, slots=True)
class LibraryPackage:
    """What was written, and what the program must bring."""

    directory: Path
    needs: tuple[str, ...]
    """Names that the archive takes from the program: of the C library and of libgcc."""
    ram_bytes: int
    flash_bytes: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    archive: bytes
    needs: tuple[str, ...]
    ram_bytes: int
    flash_bytes: int


def make_library(
    board: BoardSpec,
    network: Network,
    toolchain: Toolchain,
    *,
    out_dir: Path,
    on_progress: Callable[[str], None] = lambda line: None,
    jobs: int = DEFAULT_JOBS,
    force: bool = False,
) -> LibraryPackage:
    """Write `out_dir/<board>-library/`, or leave what stood there as it was.

    Raises `InputError` where the model does not fit, or files of the user would be lost, and
    `ToolError` where a tool fails.
    """
    check_fit(board, network)
    name = project_name(board.id, taps=False, application=LIBRARY.name)
    info = project_info(board, network, builtin_engine(network.plan), application=LIBRARY)
    with project_lock(out_dir, name):
        directory = out_dir / name
        recover(directory)
        if not force:
            refuse_at_risk(directory)
        with scratch_folder(out_dir, name) as scratch:
            on_progress("rendering the library")
            files = _render(board, network, info)
            builder = _Builder(target_flags(board.core), toolchain, jobs, on_progress)
            compiled = builder.build(files)
            fresh = scratch / name
            _write_package(fresh, board, info, toolchain, compiled)
            write_file_list(fresh)
            replace_folder(fresh, directory, scratch, force=force)
    return LibraryPackage(directory, compiled.needs, compiled.ram_bytes, compiled.flash_bytes)


def _render(board: BoardSpec, network: Network, info: ProjectInfo) -> dict[str, bytes]:
    return render_files(
        board=board,
        info=info,
        stages={"mel": network.mel, "patches": network.patches},
        engine=builtin_engine(network.plan),
        cmsis_dsp_dir=find_cmsis_dsp(),
        folders=FOLDERS,
        application=LIBRARY,
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    """Compiles the sources of the library, and makes one object of them."""

    flags: TargetFlags
    toolchain: Toolchain
    jobs: int
    on_progress: Callable[[str], None]

    def build(self, files: Mapping[str, bytes]) -> _Compiled:
        """Of files by their paths, in a folder of their own that goes in the end."""
        with temporary_folder() as temporary:
            folder = temporary.resolve()
            for path, content in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
            sources = [
                path
                for path in sorted(files)
                if path.startswith(FOLDERS) and path.endswith(SOURCE_SUFFIXES)
            ]
            with ThreadPoolExecutor(max_workers=self.jobs) as pool:
                objects = list(pool.map(lambda path: self._compile(folder, path), sources))
            self.on_progress(f"AR {ARCHIVE}")
            return self._join(folder, objects)

    def _compile(self, folder: Path, source: str) -> str:
        flags, gcc = self.flags, self.toolchain.gcc
        target = f"{source.replace('/', '_')}.o"
        command = [
            *(str(gcc), *flags.cpu, *flags.language, *flags.optimisation, *flags.sections),
            f"-ffile-prefix-map={folder}=.",
            f"-ffile-prefix-map={gcc.resolve().parents[1]}=/compiler",
            *("-DM2M_TAPS=0", "-DM2M_PORTABLE_KERNELS=0", *flags.includes),
            *(flags.warnings if source.endswith(".c") else ()),
            *("-c", source, "-o", target),
        ]
        _run(command, folder)
        self.on_progress(f"{'CC' if source.endswith('.c') else 'AS'} {source}")
        return target

    def _join(self, folder: Path, objects: Sequence[str]) -> _Compiled:
        """One object of all, with only the header's names for others, in an archive."""
        gcc, member = str(self.toolchain.gcc), folder / MEMBER
        _run([gcc, *self.flags.cpu, "-r", "-nostdlib", *objects, "-o", MEMBER], folder)
        defined, needed = _symbols(member)
        public = sorted(name for name in defined if name.startswith(PUBLIC))
        (folder / "public.txt").write_text("".join(f"{name}\n" for name in public))
        _run([str(self.toolchain.objcopy), "--keep-global-symbols=public.txt", MEMBER], folder)
        found = find_double_precision(member)
        if found:
            raise ToolError(f"the library computes in double precision: {found[0][1]}")
        order = sorted(needed, key=lambda name: (name not in C_LIBRARY, name))
        archive = archive_of(MEMBER, member.read_bytes(), public)
        return _Compiled(archive, tuple(order), *_sizes(member))


def _write_package(
    directory: Path,
    board: BoardSpec,
    info: ProjectInfo,
    toolchain: Toolchain,
    compiled: _Compiled,
) -> None:
    environment = make_environment()
    package = {
        "cpu": [flag for flag in target_flags(board.core).cpu if not flag.startswith("-D")],
        "ram_bytes": f"{compiled.ram_bytes:,}",
        "flash_bytes": f"{compiled.flash_bytes:,}",
        "stack_bytes": f"{board.budgets.stack_bytes:,}",
        "toolchain": toolchain.description,
        "needs": [f"`{name}`" for name in compiled.needs],
    }
    context: dict[str, Any] = {
        **{"board": board, "project": info, "package": package},
        **{"application": LIBRARY, "standalone": True},
    }
    texts = {
        HEADER: "library/mel2metal.h.j2",
        "README.md": "package/README.md.j2",
        f"{CMAKE_FOLDER}/mel2metal-config.cmake": "package/mel2metal-config.cmake.j2",
        f"{CMAKE_FOLDER}/mel2metal-config-version.cmake": (
            "package/mel2metal-config-version.cmake.j2"
        ),
    }
    files = {
        path: environment.get_template(name).render(context).encode("utf-8")
        for path, name in texts.items()
    }
    files |= {name: (DATA_DIR / name).read_bytes() for name in ("LICENSE", "NOTICE")}
    files[ARCHIVE] = compiled.archive
    for path, content in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)


def _symbols(path: Path) -> tuple[set[str], set[str]]:
    """Global names that an object defines, and those that it needs."""
    with path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        names = [
            (symbol.name, symbol["st_shndx"] == "SHN_UNDEF")
            for symbol in table.iter_symbols()
            if symbol["st_info"]["bind"] == "STB_GLOBAL"
        ]
    return {name for name, needed in names if not needed}, {
        name for name, needed in names if needed
    }


def _sizes(path: Path) -> tuple[int, int]:
    """RAM and flash of an object: its sections that are loaded."""
    ram = flash = 0
    with path.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            flags = section["sh_flags"]
            if not flags & 0x2:
                continue
            ram += section["sh_size"] if flags & 0x1 else 0
            flash += section["sh_size"] if section["sh_type"] != "SHT_NOBITS" else 0
    return ram, flash


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=compiler_environment(folder),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        refuse_no_room(done.stderr.splitlines(), folder)
        what = f"{Path(command[0]).name} failed:\n{done.stderr.strip()}"
        raise ToolError(what, "read the first error above; report it as a defect")
