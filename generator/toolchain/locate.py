# SPDX-License-Identifier: Apache-2.0
"""Where the compilers and the CMSIS-DSP sources are.

Nothing is downloaded here: `tool_install` puts the pinned cross compiler and CMSIS-DSP in the tools
folder, and this module finds them, or another compiler that the user names.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError
from generator.repository import IN_CHECKOUT, TOOLS_DIR, command

COMPILER_DIR = TOOLS_DIR / "gcc-arm-none-eabi-13.2.1"
CMSIS_DSP_VERSION = "1.10.3"
CMSIS_DSP_DIR = TOOLS_DIR / f"cmsis-dsp-{CMSIS_DSP_VERSION}"

PINNED_PREFIX = COMPILER_DIR / "gcc_arm_none_eabi" / "toolchain" / "bin" / "arm-none-eabi-"
PINNED_LIBGCC_VARIANT = "thumb/v7e-m+dp/hard"
"""The one libgcc of the pinned compiler. It links into v7E-M and v8-M.main hard-float images, but
some of its members use double-precision instructions: an image for a single-precision core must not
pull those."""

CROSS_COMPILE = "CROSS_COMPILE=" if IN_CHECKOUT else "--cross-compile "
"""How the user names another compiler."""

OLDEST_GCC = (12, 0)
"""Older ones lack the `<arm_acle.h>` intrinsics on which the DSP code stands."""

SECONDS_TO_ANSWER = 30


OF_COMPILERS = (
    *("CPATH", "C_INCLUDE_PATH", "COMPILER_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX"),
    *("DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"),
)
"""Variables of the environment by which gcc and clang take more folders, and write more files."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A cross compiler that answered: tools by absolute path, and what it calls itself."""

    gcc: Path
    objcopy: Path
    version: str
    """As gcc says it, such as `13.2.1`."""
    description: str
    """First line of `gcc --version`."""
    pinned: bool
    """True for the wheel under `.tools`: only this one gives everybody the same ELF."""

    @property
    def prefix(self) -> str:
        """What stands before `gcc`, as CROSS_COMPILE takes it: `/path/arm-none-eabi-`."""
        return str(self.gcc).removesuffix("gcc")

    def libgcc(self, cpu_flags: Sequence[str]) -> Path:
        """Path of the libgcc for `-mcpu=… -mfpu=… -mfloat-abi=…`; ToolError if there is none."""
        answer = _ask([str(self.gcc), *cpu_flags, "-print-libgcc-file-name"])
        path = Path(answer.strip())
        if path.is_absolute() and path.is_file():
            return path.resolve()
        found = pinned_libgcc() if self.pinned else None
        if found is not None:
            return found
        raise ToolError(
            f"{self.gcc} has no libgcc for {' '.join(cpu_flags)}",
            "install the compiler's complete package, or unset CROSS_COMPILE to use the pinned one",
        )


def pinned_libgcc() -> Path | None:
    """The one libgcc of the pinned compiler; None where that is not installed."""
    found = sorted(COMPILER_DIR.glob(f"**/{PINNED_LIBGCC_VARIANT}/libgcc.a"))
    return found[0] if found else None


def find_toolchain(cross_compile: str | None = None) -> Toolchain:
    """The cross compiler: the pinned wheel, or the one whose tools start with `cross_compile`.

    `cross_compile` is a prefix as the kernel's makefiles take it: `arm-none-eabi-` (looked up in
    PATH) or `/opt/arm/bin/arm-none-eabi-`. None or empty means the pinned one. Raises ToolError.
    """
    pinned = not cross_compile
    prefix = cross_compile or str(PINNED_PREFIX)
    remedy = (
        f"run `{command('tools')}`, or name an installed one: {CROSS_COMPILE}arm-none-eabi-"
        if pinned
        else f"give the prefix with its last dash: {CROSS_COMPILE}/opt/arm/bin/arm-none-eabi-"
    )
    gcc = _find_program(f"{prefix}gcc", remedy)
    objcopy = _find_program(f"{prefix}objcopy", remedy)
    description = _ask([str(gcc), "--version"]).splitlines()[0]
    machine = _ask([str(gcc), "-dumpmachine"]).strip()
    if not re.match(r"arm-.*eabi", machine):
        raise ToolError(f"{gcc} compiles for {machine}, not for a bare-metal Arm core", remedy)
    version = _ask([str(gcc), "-dumpfullversion", "-dumpversion"]).strip()
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GCC:
        oldest = ".".join(str(part) for part in OLDEST_GCC)
        raise ToolError(f"{gcc} is version {version}, older than {oldest}", "use a newer one")
    return Toolchain(gcc, objcopy, version, description, pinned)


def find_cmsis_dsp() -> Path:
    """Root of the CMSIS-DSP source tree (holds `Source` and `Include`); ToolError if absent."""
    if not (CMSIS_DSP_DIR / "Include" / "arm_math.h").is_file():
        what = f"no CMSIS-DSP sources in {CMSIS_DSP_DIR}"
        raise ToolError(what, f"run `{command('tools')}`")
    return CMSIS_DSP_DIR


def find_host_cc() -> tuple[str, ...]:
    """The C compiler of this machine: `$CC`, else cc, gcc or clang in PATH; ToolError if none.

    Its first word is a program by its absolute path; `CC="ccache gcc -m64"` gives more words.
    """
    remedy = "install gcc or clang, or set CC; tests and training need it, firmware does not"
    named = os.environ.get("CC", "").strip()
    if named:
        return _words_of(named, remedy)
    for name in ("cc", "gcc", "clang"):
        found = shutil.which(name)
        if found:
            return (found,)
    raise ToolError("no C compiler for this machine (cc, gcc, clang)", remedy)


def _words_of(named: str, remedy: str) -> tuple[str, ...]:
    """A command as make and configure take it: one program, or several words."""
    if shutil.which(named):  # a path with blanks in it
        return (str(_find_program(named, remedy)),)
    try:
        words = shlex.split(named)
    except ValueError as error:
        raise ToolError(f"CC={named}: {error}", remedy) from None
    return (str(_find_program(words[0], remedy)), *words[1:])


def compiler_environment(temporary: Path | None = None) -> dict[str, str]:
    """This process's environment for a compiler: in English, and without what would name more
    folders than its command does.

    `temporary` is for the files that a compiler which is killed leaves behind.
    """
    kept = {name: value for name, value in os.environ.items() if name not in OF_COMPILERS}
    return {**kept, "LC_ALL": "C", **({"TMPDIR": str(temporary)} if temporary else {})}


def _find_program(name: str, remedy: str) -> Path:
    found = shutil.which(name)
    if not found:
        raise ToolError(f"no program {name}", remedy)
    return Path(os.path.abspath(found))


def _ask(words: Sequence[str]) -> str:
    """Standard output of a short command, in the C locale; ToolError if it fails."""
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS_TO_ANSWER,
            env=compiler_environment(),
        )
    except subprocess.CalledProcessError as error:
        raise ToolError(f"{' '.join(words)} failed: {error.stderr.strip()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        remedy = f"`{command('doctor')}` says more"
        raise ToolError(f"{words[0]} does not run: {error}", remedy) from error
    return done.stdout
