# SPDX-License-Identifier: Apache-2.0
"""One call of `stedgeai generate`, and what its outcome is to a project."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from generator.engines.engine import HELLO_ENGINE_BYTES, STEDGEAI, EngineFiles
from generator.engines.stedgeai.locate import Install
from generator.engines.stedgeai.run import run_tool
from generator.engines.stedgeai.written import NAME, Wanted, Written, read_written
from generator.errors import ToolError

APIS = ("st-ai", "legacy")
"""The two C interfaces, as --c-api has them."""

EXTRA_STACK_BYTES = 4096
"""What the library takes of the stack ST does not say, and no run on silicon has shown it yet."""

TIMEOUT_S = 1800.0
"""Longest `generate`: seven minutes were seen on a laptop."""

GENERATED, HEADERS, LIBRARY = "generated", "Inc", "Lib"
"""Folders below `engine/` of a project."""

REQUEST = "request.txt"
"""What the generated files answer; there as well."""

OPTIMISATION = "balanced"
"""-O of the tool: its own default, between time and RAM."""

_FOLDERS = {
    "st-ai": ("stedgeai/common", "stedgeai/st_ai"),
    "legacy": ("stedgeai/common", "stedgeai/legacy"),
}

_ABOUT = (
    "The int8 network, run at once: network_push_frame_s8() collects the frames of a patch, and",
    "with the last one the code that ST's tool has generated runs over all of it.",
)


@dataclass(frozen=True, slots=True)
class StNetwork:
    """The context `network` of the templates: what network/network.h.j2 and layout.h.j2 print."""

    model_name: str
    model_sha256: str
    frames: int
    bands: int
    classes: int
    operator_count: int
    input_scale: str
    input_zero_point: int
    score_scale: str
    score_zero_point: int
    arena_bytes: int
    widest_row_bytes: int
    bands_first: bool
    score_format: str
    about: tuple[str, ...] = _ABOUT
    engine_errors: bool = True
    states: tuple[object, ...] = ()
    """None: what is kept between patches is up to the vendor."""


def choose_api(install: Install, named: str | None) -> str:
    """The C interface to ask for; ToolError where the tool does not have the named one."""
    if named is None or named == install.version.default_api:
        return install.version.default_api
    if not install.version.has_two_apis:
        raise ToolError(
            f"{install.version.title} writes the legacy interface only, not {named}",
            "leave --c-api (make: C_API) out, or install ST Edge AI Core 2.0 or newer",
        )
    return named


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of the tool; equal ones have equal answers."""

    install: Install
    api: str
    target: str
    wanted: Wanted
    library: Path

    @property
    def text(self) -> str:
        """All that the answer depends on, as the project keeps it."""
        program = self.install.program.stat()
        parts = {
            "program": f"{self.install.program}, {program.st_size} B, {program.st_mtime_ns}",
            "version": self.install.version.title,
            "library": hashlib.sha256(self.library.read_bytes()).hexdigest(),
            "model": hashlib.sha256(self.wanted.model.read_bytes()).hexdigest(),
            "target": self.target,
            "interface": self.api,
            "optimisation": OPTIMISATION,
        }
        return "".join(f"{name}: {value}\n" for name, value in parts.items())


def find_answer(request: Request, previous: Path) -> Written | None:
    """What an earlier project has in `previous`, its `engine/`, if it answers the same request.

    Its files are checked as if they were new.
    """
    try:
        if (previous / REQUEST).read_text(encoding="utf-8") != request.text:
            return None
        folder = previous / GENERATED
        return read_written(folder, request.api, request.install.version, request.wanted)
    except (OSError, ToolError):
        return None


def run_generate(
    request: Request, *, workspace: Path, log: Path, timeout_s: float = TIMEOUT_S
) -> Written:
    """Run the tool in `workspace`, an empty folder, and check what it wrote."""
    install, api, wanted = request.install, request.api, request.wanted
    workspace = workspace.resolve()
    output = workspace / "output"
    command = [str(install.program), "generate", "-m", str(wanted.model.resolve())]
    command += ["--target", request.target, "--name", NAME, "-O", OPTIMISATION]
    if install.version.has_two_apis:
        command += ["--c-api", api]
    command += ["--output", str(output), "--workspace", str(workspace / "workspace"), "--quiet"]
    run_tool(command, timeout_s=timeout_s, log=log, cwd=workspace)
    return read_written(output, api, install.version, wanted)


def engine_files(
    request: Request,
    written: Written,
    network: StNetwork,
    *,
    system_libraries: tuple[str, ...],
    host_network: object,
) -> EngineFiles:
    """What the project takes: generated sources, the tool's headers, its library."""
    install, library = request.install, request.library
    files = {f"{GENERATED}/{name}": content for name, content in written.files.items()}
    files[REQUEST] = request.text.encode("utf-8")
    for path in sorted(install.headers.rglob("*.h")):
        files[f"{HEADERS}/{path.relative_to(install.headers).as_posix()}"] = path.read_bytes()
    files[f"{LIBRARY}/{library.name}"] = library.read_bytes()
    return EngineFiles(
        name=f"{STEDGEAI} {install.version}"[:HELLO_ENGINE_BYTES],
        network=network,
        folders=_FOLDERS[written.api],
        uses_crc_unit=True,
        files=files,
        includes=(GENERATED, HEADERS),
        library=f"{LIBRARY}/{library.name}",
        system_libraries=system_libraries,
        extra_stack_bytes=EXTRA_STACK_BYTES,
        host_network=host_network,
    )
