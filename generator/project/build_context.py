# SPDX-License-Identifier: Apache-2.0
"""What the build files of a project list: its parts, their sources and flags, the linker's parts.

The templates of Makefile, CMakeLists.txt, compile_commands.json and link.ld see it as `build`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generator.boards.record import BoardSpec
from generator.engines.engine import FOREIGN_PART, EngineFiles
from generator.project.applications import APP_PART, LIBRARY_PART, Application
from generator.project.manifest import ProjectInfo, manifest_content
from generator.project.target_flags import (
    TargetFlags,
    target_flags,
    with_quoted_folder,
    with_vendor_code,
)

WEIGHTS_FILES = ("network_weights", "*/network/network_weights.*")
LIBGCC_FILES = ("libgcc", "*libgcc.a:*")
"""Part and its input files, as the linker script gives each its own sections."""

MICROPHONE_FILES = ("microphone", "*/microphone*.o*")
"""All that hearing costs: the folder, and the driver with its ring, which lies in `port/`. It comes
before that one, as the first match takes a file; an asterisk stands for slashes as well."""

VENDOR_LINKER_PARTS = (
    ("engine_weights", f"*/{FOREIGN_PART}/generated/network_data*.o"),
    ("engine", f"*/{FOREIGN_PART}/generated/*.o"),
    ("engine_library", f"*{FOREIGN_PART}/Lib/*.a:*"),
    ("libc", "*lib[cm]*.a:*"),
    ("libnosys", "*libnosys.a:*"),
)
"""Likewise, of an engine of a vendor and of what its library needs."""


@dataclass(frozen=True, slots=True)
class Part:
    """One compiled folder and its sources, sorted, relative to the project."""

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What the build files of the project list."""

    parts: tuple[Part, ...]
    foreign: Part | None
    """What an engine's vendor wrote, and is compiled in its own way."""
    vendor_includes: tuple[str, ...]
    library: str
    """Folders with headers and archive of the engine's vendor, relative to the project."""
    stack_bytes: int
    linker_parts: tuple[tuple[str, str], ...]
    flags: TargetFlags
    compile_commands: tuple[dict[str, Any], ...]
    """The entries of compile_commands.json."""
    users_part: str
    """The part that is the user's own C, compiled with milder warnings; "": there is none."""
    manifest: dict[str, Any]
    """The contents of project.json."""


def make_build_context(
    sources: Sequence[str],
    board: BoardSpec,
    info: ProjectInfo,
    engine: EngineFiles | None,
    application: Application,
) -> BuildContext:
    """`sources`: everything that is compiled, relative to the project."""
    flags = target_flags(board.core)
    if application.has_board:
        flags = with_quoted_folder(flags, LIBRARY_PART)
    foreign: Part | None = None
    vendor_includes: tuple[str, ...] = ()
    library = ""
    if engine is not None and engine.library:
        vendor_includes = tuple(f"{FOREIGN_PART}/{folder}" for folder in engine.includes)
        library = f"{FOREIGN_PART}/{engine.library}"
        flags = with_vendor_code(
            flags,
            includes=vendor_includes,
            library=library,
            system_libraries=engine.system_libraries,
        )
        own = sorted(path for path in engine.files if path.endswith(".c"))
        foreign = Part(FOREIGN_PART, tuple(f"{FOREIGN_PART}/{path}" for path in own))
    parts = tuple(
        Part(part, tuple(sorted(path for path in sources if path.startswith(f"{part}/"))))
        for part in application.parts
    )
    commands = tuple(
        {
            "directory": ".",
            "file": source,
            "arguments": [
                *("arm-none-eabi-gcc", *flags.cpu, *flags.language, *flags.optimisation),
                *(f"-DM2M_TAPS={int(info.taps)}", *flags.includes, "-c", source),
            ],
        }
        for part in parts
        for source in part.sources
    )
    return BuildContext(
        parts=parts,
        foreign=foreign,
        vendor_includes=vendor_includes,
        library=library,
        stack_bytes=board.budgets.stack_bytes + (engine.extra_stack_bytes if engine else 0),
        linker_parts=(*_linker_parts(application), *(VENDOR_LINKER_PARTS if foreign else ())),
        flags=flags,
        compile_commands=commands,
        users_part=APP_PART if application.is_users else "",
        manifest=manifest_content(info),
    )


def _linker_parts(application: Application) -> Iterator[tuple[str, str]]:
    if MICROPHONE_FILES[0] in application.parts:
        yield MICROPHONE_FILES
    for part in application.parts:
        if part == "network":
            yield WEIGHTS_FILES
        if part != MICROPHONE_FILES[0]:
            yield part, f"*/{part}/*.o*"
    yield LIBGCC_FILES
