# SPDX-License-Identifier: Apache-2.0
"""How a core's code is compiled: one place for Makefile, CMake and compile_commands.json."""

from __future__ import annotations

from dataclasses import dataclass

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


def target_flags(core: str) -> TargetFlags:
    """Return the flags for `core`, such as "cortex-m33"."""
    return TargetFlags(CORE_FLAGS[core])
