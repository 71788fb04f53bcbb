# SPDX-License-Identifier: Apache-2.0
"""The project's portable C to a shared library or program of this machine, cached by content."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError
from generator.locks import hold_file
from generator.no_room import refuse_no_room
from generator.project.target_flags import WARNINGS
from generator.repository import COMPILED_DIR
from generator.temporary import temporary_folder
from generator.toolchain.locate import compiler_environment, find_host_cc

CACHE_DIR = COMPILED_DIR / "host"

LANGUAGE = ("-std=c11", "-O2", "-g", "-fPIC", "-ffp-contract=off", "-fno-strict-aliasing")
DEFINES = ("-DM2M_TAPS=1",)

INCLUDES = (
    *("-I.", "-isystem", "host", "-isystem", "cmsis_dsp/Include"),
    *("-isystem", "cmsis_dsp/PrivateInclude"),
)
"""`host` holds the portable cmsis_compiler.h, with which CMSIS-DSP takes the code paths of the
target; the target's own header, in `cmsis_dsp`, stays unseen."""

CMSIS_FLAGS = ("-fwrapv", "-w")
"""CMSIS-DSP lets signed sums wrap, as the instructions do."""

UNDEFINED_BEHAVIOUR = ("-fsanitize=undefined", "-fno-sanitize-recover=all")
MEMORY_ERRORS = ("-fsanitize=address", "-fno-omit-frame-pointer")


@dataclass(frozen=True, slots=True)
class HostBuild:
    """What to make of which sources; the paths are relative to `directory`."""

    directory: Path
    sources: tuple[str, ...]
    headers: tuple[str, ...]
    shared: bool
    sanitizers: tuple[str, ...] = ()
    first_include: str = ""
    """Folder with headers that come before those of the project; empty: none."""

    @property
    def files(self) -> tuple[str, ...]:
        """All that is read."""
        return (*self.sources, *self.headers)


def compile_for_host(build: HostBuild, cache_dir: Path = CACHE_DIR) -> Path:
    """Return the compiled file; compiles only what this machine has not compiled before.

    Raises `ToolError` without a C compiler, or with the compiler's words if a source is at fault.
    """
    compiler = find_host_cc()
    name = "twin.so" if build.shared else "twin"
    key = _content_key(build, compiler)
    directory = cache_dir / key
    cache_dir.mkdir(parents=True, exist_ok=True)
    with hold_file(cache_dir / f".{key}.lock", "a host build of the same sources"):
        if not (directory / name).exists():
            with temporary_folder(cache_dir, ".part-") as scratch:
                _compile(build, compiler, scratch, name)
                directory.mkdir(exist_ok=True)
                shutil.move(scratch / name, directory / name)
    return directory / name


def _compile(build: HostBuild, compiler: tuple[str, ...], scratch: Path, name: str) -> None:
    objects = [scratch / f"{index}.o" for index in range(len(build.sources))]
    commands = [
        [*compiler, *_flags(build, source), "-c", source, "-o", str(target)]
        for source, target in zip(build.sources, objects, strict=True)
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda command: _run(command, build.directory, scratch), commands))
    shared = ["-shared"] if build.shared else []
    link = [*compiler, *shared, *build.sanitizers, *map(str, objects)]
    _run([*link, "-o", str(scratch / name)], build.directory, scratch)


def _flags(build: HostBuild, source: str) -> tuple[str, ...]:
    if source.startswith("cmsis_dsp/"):
        return (*LANGUAGE, *DEFINES, *INCLUDES, *CMSIS_FLAGS)
    first = (f"-I{build.first_include}",) if build.first_include else ()
    return (*LANGUAGE, *DEFINES, *first, *INCLUDES, *WARNINGS, *build.sanitizers)


def _content_key(build: HostBuild, compiler: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    version = subprocess.run([*compiler, "--version"], capture_output=True, check=False).stdout
    for text in (version, repr(build.shared).encode()):
        digest.update(text)
    for source in sorted(build.sources):
        digest.update("\0".join(_flags(build, source)).encode())
    for path in sorted((*build.sources, *build.headers)):
        content = (build.directory / path).read_bytes()
        digest.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:24]


def _run(command: Sequence[str], directory: Path, scratch: Path) -> None:
    done = subprocess.run(
        command,
        cwd=directory,
        env=compiler_environment(scratch),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        refuse_no_room(done.stderr.splitlines(), scratch)
        words = "\n".join(f"    {line}" for line in done.stderr.splitlines()[:40])
        raise ToolError(
            f"the host twin does not compile ({' '.join(command[-3:])}):\n{words}",
            "use gcc or clang of the last years as CC; else report it as a defect",
        )
