# SPDX-License-Identifier: Apache-2.0
"""Which files of CMSIS-DSP a generated project carries: those that the front-end calls, no more."""

from __future__ import annotations

SOURCES = (
    "Source/CommonTables/arm_common_tables.c",
    "Source/CommonTables/arm_const_structs.c",
    "Source/ComplexMathFunctions/arm_cmplx_mag_q31.c",
    "Source/FastMathFunctions/arm_sqrt_q31.c",
    "Source/TransformFunctions/arm_bitreversal2.c",
    "Source/TransformFunctions/arm_cfft_init_q31.c",
    "Source/TransformFunctions/arm_cfft_q31.c",
    "Source/TransformFunctions/arm_cfft_radix4_q31.c",
    "Source/TransformFunctions/arm_rfft_init_q31.c",
    "Source/TransformFunctions/arm_rfft_q31.c",
)
"""Compiled; relative to the root of the CMSIS-DSP source tree, sorted."""

HEADERS = (
    "Include/arm_common_tables.h",
    "Include/arm_const_structs.h",
    "Include/arm_math_memory.h",
    "Include/arm_math_types.h",
    "Include/dsp/basic_math_functions.h",
    "Include/dsp/complex_math_functions.h",
    "Include/dsp/fast_math_functions.h",
    "Include/dsp/none.h",
    "Include/dsp/transform_functions.h",
    "Include/dsp/utils.h",
    "PrivateInclude/arm_compiler_specific.h",
)
"""What those sources include, directly or not."""

LICENCE = "LICENSE"

FILES = (LICENCE, *HEADERS, *SOURCES)
