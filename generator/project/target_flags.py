# SPDX-License-Identifier: Apache-2.0
"""How a core's code is compiled: one place for Makefile, CMake and compile_commands.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

OPTIMISATION = ("-O2", "-g", "-fno-schedule-insns")
"""GCC's first scheduling pass moves loads far ahead of their use, as if there were 32 registers;
the network's inner loops then spill their accumulators and cost half as many instructions again."""

LANGUAGE = ("-std=c11", "-ffreestanding", "-fno-common", "-fno-math-errno", "-fno-strict-aliasing")
"""Freestanding: there is no libc behind us. Aliasing: kernels read bytes by words."""

SECTIONS = ("-ffunction-sections", "-fdata-sections")

WARNINGS = (
    *("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wdouble-promotion", "-Wundef"),
    *("-Wshadow", "-Wcast-qual", "-Wmissing-prototypes", "-Wswitch-enum", "-Wredundant-decls"),
    "-Werror",
)
"""Of our own C, for the target and for the host: GCC and Clang know them all."""

TARGET_WARNINGS = (*WARNINGS, "-Wcast-align=strict")
"""`=strict` is GCC's, which is the only compiler of the target."""

CMSIS_WARNINGS = ("-Wall", "-fbuiltin", "-Wno-unused-variable", "-Wno-maybe-uninitialized")
"""CMSIS-DSP is others' code: milder. It reads pairs by memcpy, which must become one load."""

USERS_WARNINGS = ("-Wall", "-Wextra", "-Wdouble-promotion")
"""Of the user's own C: told, and no error. A double that creeps in is refused in the image."""

VENDOR_WARNINGS = ("-w",)
"""Of an engine's vendor: not ours to correct."""

VENDOR_LINK = ("-Wl,--no-enum-size-warning", "-Wl,--no-wchar-size-warning")
"""Its library may have been compiled with other sizes of enums (ST's asks for it)."""

INCLUDES = (
    *("-I.", "-isystem", "cmsis_dsp", "-isystem", "cmsis_dsp/Include"),
    *("-isystem", "cmsis_dsp/PrivateInclude"),
)
"""From the project's root. CMSIS-DSP as system headers: our warnings are not meant for them."""

LINK = ("-nostdlib", "-static", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,--fatal-warnings")

CORE_FLAGS = {
    "cortex-m4": ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    "cortex-m7": (
        *("-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
        "-DCORE_CORTEX_M7",  # no macro of the compiler's own tells it from a Cortex-M4
    ),
    "cortex-m33": ("-mcpu=cortex-m33", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
}

"""All for a single-precision FPU: the firmware computes nothing in double precision, and where the
core could (an M7 may), a double that crept in would still be a mistake, and a slow one."""


@dataclass(frozen=True, slots=True)
class TargetFlags:
    """Flags of one core, by purpose."""

    cpu: tuple[str, ...]
    language: tuple[str, ...] = LANGUAGE
    optimisation: tuple[str, ...] = OPTIMISATION
    sections: tuple[str, ...] = SECTIONS
    warnings: tuple[str, ...] = TARGET_WARNINGS
    cmsis_warnings: tuple[str, ...] = CMSIS_WARNINGS
    includes: tuple[str, ...] = INCLUDES
    link: tuple[str, ...] = LINK
    vendor_warnings: tuple[str, ...] = VENDOR_WARNINGS
    users_warnings: tuple[str, ...] = USERS_WARNINGS
    vendor_libraries: tuple[str, ...] = ()
    """What is linked behind the objects, for an engine of a vendor."""


def with_quoted_folder(flags: TargetFlags, folder: str) -> TargetFlags:
    """`flags` with which `#include "x.h"` finds what is in a folder of the project."""
    return replace(flags, includes=(*flags.includes, "-iquote", folder))


def with_vendor_code(
    flags: TargetFlags,
    *,
    includes: Sequence[str],
    library: str,
    system_libraries: Sequence[str],
) -> TargetFlags:
    """`flags` for a project with code of an engine's vendor; all paths from the project's root.

    Its headers are system headers, so that our warnings leave them alone. A warning of the linker
    is no error here: stubs of a C library, for example, always give one.
    """
    system = [word for folder in includes for word in ("-isystem", folder)]
    link = [flag for flag in flags.link if flag != "-Wl,--fatal-warnings"]
    specs = [flag for flag in system_libraries if flag.startswith("--specs")]
    libraries = [flag for flag in system_libraries if not flag.startswith("--specs")]
    return replace(
        flags,
        includes=(*flags.includes, *system),
        link=(*link, *VENDOR_LINK, *specs),
        vendor_libraries=("-Wl,--start-group", library, *libraries, "-Wl,--end-group"),
    )


def target_flags(core: str) -> TargetFlags:
    """Return the flags for `core`, such as "cortex-m33"."""
    return TargetFlags(CORE_FLAGS[core])
