# SPDX-License-Identifier: Apache-2.0
"""What makes inputs for the C targets: clang's libFuzzer, or the engine of this folder with gcc.

Both measure which edges of the control flow an input reaches, and keep inputs that reach new ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generator.errors import ToolError
from generator.toolchain.locate import compiler_environment, find_host_cc
from tools.fuzzer_install import CLANG

SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

HAS_GNU_TOOLS = sys.platform == "linux"
"""Calls are wrapped by ld, and sections renamed by objcopy."""

_PROBE = """\
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    return count != 0u && bytes[0] == 255u ? 0 : 0;
}
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """How a target is compiled, and by what it is driven."""

    name: str
    """`libFuzzer of Debian clang version 14.0.6`."""
    compiler: tuple[str, ...]
    coverage: tuple[str, ...]
    """Options for what is measured. Comparisons are not: with the sanitizers' own they take 40 % of
    the time, and what they are good for, a CRC that fits, the targets make themselves."""
    link: tuple[str, ...]
    is_built_in: bool = False
    """The engine is C of this folder, and compiled with the target."""


def find_engine() -> Engine:
    """libFuzzer where a clang has it, else the built-in engine. Raises ToolError without either.

    `FUZZ_ENGINE=built-in` chooses the latter, and `CLANG=` names a clang.
    """
    if not HAS_GNU_TOOLS:
        raise ToolError("the C targets need GNU ld and objcopy", "run them on Linux")
    if os.environ.get("FUZZ_ENGINE", "") == "built-in":
        return built_in_engine()
    return libfuzzer_engine() or built_in_engine()


@cache
def libfuzzer_engine() -> Engine | None:
    """With the first clang that links libFuzzer and the sanitizers; None if there is none."""
    for clang in _clangs():
        engine = Engine(
            f"libFuzzer of {_first_line(clang)}",
            (clang,),
            ("-fsanitize-coverage=inline-8bit-counters,pc-table",),
            ("-fsanitize=fuzzer",),
        )
        if _works(engine):
            return engine
    return None


@cache
def built_in_engine() -> Engine:
    """The engine of this folder, with the host's compiler."""
    compiler = find_host_cc()
    engine = Engine(
        f"built-in engine with {_first_line(*compiler)}",
        compiler,
        ("-fsanitize-coverage=trace-pc",),
        (),
        is_built_in=True,
    )
    if not _works(engine, link=False):
        raise ToolError(
            f"no clang with libFuzzer is here, and {compiler[0]} has no trace-pc coverage",
            "install clang, or name it by CLANG=/path/to/clang; or gcc 12 or newer as CC",
        )
    return engine


def _clangs() -> Iterator[str]:
    named = os.environ.get("CLANG", "").strip()
    if named:
        found = shutil.which(named)
        if found is None:
            raise ToolError(f"CLANG={named}: there is no such program", "name a clang, or unset it")
        yield found
        return
    found = shutil.which("clang")
    if found is not None:
        yield found
    if CLANG.is_file():
        yield str(CLANG)


def _first_line(*compiler: str) -> str:
    done = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or [compiler[0]])[0]


def _works(engine: Engine, *, link: bool = True) -> bool:
    """Whether a program of one function can be made with it."""
    with tempfile.TemporaryDirectory(prefix="mel2metal-") as scratch:
        source = Path(scratch) / "probe.c"
        source.write_text(_PROBE)
        last = engine.link if link else ("-c",)
        command = [*engine.compiler, *SANITIZERS, *engine.coverage, str(source), *last]
        done = subprocess.run(
            [*command, "-o", str(Path(scratch) / "probe")],
            env=compiler_environment(),
            capture_output=True,
            check=False,
        )
        return done.returncode == 0
