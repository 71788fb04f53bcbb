# SPDX-License-Identifier: Apache-2.0
"""What distinguishes the cores: their identity, their exception returns, what they lack.

ARMv8-M ARM (DDI 0553) for the Cortex-M33, ARMv7-M ARM (DDI 0403) for the Cortex-M4 and M7.
"""

from __future__ import annotations

from dataclasses import dataclass

from unicorn import arm_const as reg

from hil.virtual.cpu.cycles import CORTEX_M4, CORTEX_M7, CORTEX_M33, CycleTable


@dataclass(frozen=True, slots=True)
class CoreModel:
    """One core as the emulator has to treat it."""

    name: str
    unicorn_model: int
    is_v8m: bool
    """ARMv8-M Mainline: stack limits, LDA and STL, CONTROL.SFPA."""
    exc_return: int
    """EXC_RETURN without the bits for "no FP frame", Thread mode and PSP."""
    cycles: CycleTable
    posts_writes: bool = False
    """A write to a peripheral may still be on its way when a handler returns."""


CORTEX_M33_MODEL = CoreModel(
    name="cortex-m33",
    unicorn_model=reg.UC_CPU_ARM_CORTEX_M33,
    is_v8m=True,
    exc_return=0xFFFF_FFA0,  # Non-secure state, default stacking
    cycles=CORTEX_M33,
)

CORTEX_M4_MODEL = CoreModel(
    name="cortex-m4",
    unicorn_model=reg.UC_CPU_ARM_CORTEX_M4,
    is_v8m=False,
    exc_return=0xFFFF_FFE1,
    cycles=CORTEX_M4,
)

CORTEX_M7_MODEL = CoreModel(
    name="cortex-m7",
    unicorn_model=reg.UC_CPU_ARM_CORTEX_M7,
    is_v8m=False,
    exc_return=0xFFFF_FFE1,
    cycles=CORTEX_M7,
    posts_writes=True,
)
