# SPDX-License-Identifier: Apache-2.0
"""Where ST's tool is: named, in the environment, in PATH, or where its installers put it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.engines.stedgeai.run import run_tool
from generator.engines.stedgeai.versions import ToolVersion, read_banner
from generator.errors import ToolError

NAMED = "STEDGEAI"
PROGRAMS = ("stedgeai", "stm32ai")
AI_FOLDER = Path("Middlewares") / "ST" / "AI"
LIBRARY_FOLDERS = {
    "cortex-m4": ("ARMCortexM4", "CM4"),
    "cortex-m7": ("ARMCortexM7", "CM7"),
    "cortex-m33": ("ARMCortexM33", "CM33"),
}
"""Folder of the run-time library for a core, and the core in its name."""

HOW_TO_GET_IT = (
    "ST gives it to registered users: ST Edge AI Core (st.com/stedgeai) or the X-CUBE-AI pack of "
    "STM32CubeMX; then STEDGEAI=folder or program. The built-in engine needs nothing of it: leave "
    "ENGINE out"
)

SECONDS_TO_ANSWER = 120.0
"""It unpacks itself for its first answer."""

_PACKS = "STM32Cube/Repository/Packs/STMicroelectronics/X-CUBE-AI/*"


@dataclass(frozen=True, slots=True)
class Install:
    """An installed tool that answered."""

    program: Path
    root: Path
    """The folder that holds `Middlewares/ST/AI`."""
    version: ToolVersion

    @property
    def headers(self) -> Path:
        """Folder of the run-time library's headers."""
        return self.root / AI_FOLDER / "Inc"

    def libraries(self, core: str) -> list[Path]:
        """Every run-time library for `core` that GCC can link, whatever its version."""
        folder, short = LIBRARY_FOLDERS[core]
        return sorted(
            (self.root / AI_FOLDER / "Lib" / "GCC" / folder).glob(f"NetworkRuntime*_{short}_GCC.a")
        )

    def library(self, core: str) -> Path:
        """The run-time library of this very version; ToolError where there is none."""
        _, short = LIBRARY_FOLDERS[core]
        wanted = f"NetworkRuntime{self.version.library_number}_{short}_GCC.a"
        found = self.libraries(core)
        for path in found:
            if path.name == wanted:
                return path
        where = self.root / AI_FOLDER / "Lib" / "GCC"
        if not found:
            raise ToolError(
                f"the run-time library {wanted} is missing: nothing for {core} below {where}",
                "install the tool's package for STM32 as a whole (its middleware, not only the "
                "command line)",
            )
        others = ", ".join(path.name for path in found)
        raise ToolError(
            f"the run-time library below {where} is of another version than {self.version.title}, "
            f"which needs {wanted}: there is {others}",
            "generated files and library must be of one version: install tool and library together",
        )


def find_install(named: str | None, environ: Mapping[str, str]) -> Install:
    """The tool that `named` or $STEDGEAI names, else the first that is found; ToolError if none."""
    named = named or environ.get(NAMED, "").strip()
    if named:
        return _ask(_named_program(Path(named).expanduser()))
    for program in _candidates(environ):
        return _ask(program)
    raise ToolError("ST Edge AI Core (X-CUBE-AI) is not on this machine", HOW_TO_GET_IT)


def _named_program(path: Path) -> Path:
    """A program, or the folder of an installation."""
    if path.is_file():
        return path.resolve()
    if path.is_dir():
        for program in _programs_in(path):
            return program
    what = "holds no stedgeai or stm32ai" if path.is_dir() else "is not there"
    raise ToolError(f"{NAMED}={path} {what}", f"correct it, or leave it out. {HOW_TO_GET_IT}")


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    core_dir = environ.get("STEDGEAI_CORE_DIR", "").strip()
    if core_dir:
        yield from _programs_in(Path(core_dir))
    program = environ.get("STM32_AI_EXE", "").strip()
    if program and Path(program).is_file():
        yield Path(program).resolve()
    for name in PROGRAMS:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            yield Path(found).resolve()
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    places = [(home, "ST/STEdgeAI/*"), (Path("/opt"), "ST/STEdgeAI/*"), (home, _PACKS)]
    if sys.platform == "win32":
        places.append((Path("C:/"), "ST/STEdgeAI/*"))
    for root, pattern in places:
        for folder in sorted(root.glob(pattern), key=_numbers, reverse=True):
            yield from _programs_in(folder)


def _numbers(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.name))


def _programs_in(folder: Path) -> Iterator[Path]:
    system = {"win32": "windows", "darwin": "mac"}.get(sys.platform, "linux")
    suffix = ".exe" if sys.platform == "win32" else ""
    for inner in (f"Utilities/{system}", "."):
        for name in PROGRAMS:
            path = folder / inner / f"{name}{suffix}"
            if path.is_file():
                yield path.resolve()


def _ask(program: Path) -> Install:
    if not os.access(program, os.X_OK):
        raise ToolError(f"{program} cannot be executed", f"chmod +x it, or correct {NAMED}")
    said = run_tool([str(program), "--version"], timeout_s=SECONDS_TO_ANSWER)
    version = read_banner(said, str(program))
    root = next((folder for folder in program.parents if (folder / AI_FOLDER).is_dir()), None)
    if root is None:
        raise ToolError(
            f"{program} ({version.title}) is in no installation: no folder above it has "
            f"{AI_FOLDER}, with the run-time library and its headers",
            "name the folder of the whole installation with STEDGEAI=…",
        )
    return Install(program, root, version)
