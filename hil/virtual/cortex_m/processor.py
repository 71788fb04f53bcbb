# SPDX-License-Identifier: Apache-2.0
"""The blocks around a core: made and connected as each Cortex-M has them.

Their addresses are the same on every Cortex-M3 and later (ARMv7-M ARM, DDI 0403, section B3.1;
ARMv8-M ARM, DDI 0553, section B8.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hil.virtual.bus_memory import BusMemory
from hil.virtual.chip_records import ClockedMemory
from hil.virtual.cortex_m.caches import CacheMaintenance, CacheSystem, DataCache
from hil.virtual.cortex_m.dwt import DebugControl, Dwt, DwtLocked
from hil.virtual.cortex_m.guarded_memory import GuardedMemory
from hil.virtual.cortex_m.m7 import FpuControlM7, ScbM7
from hil.virtual.cortex_m.mpu import Mpu, MpuM4, MpuSystem
from hil.virtual.cortex_m.nvic import Nvic, NvicSystem
from hil.virtual.cortex_m.scb import FpuControl, Scb, ScbSystem
from hil.virtual.cortex_m.systick import SysTick, TickSystem
from hil.virtual.cortex_m.v7m import FpuControlV7m, ScbV7m
from hil.virtual.peripheral import AnyPeripheral

BASES = {
    "DWT": 0xE000_1000,
    "SYSTICK": 0xE000_E010,
    "NVIC": 0xE000_E100,
    "SCB": 0xE000_ED00,
    "MPU": 0xE000_ED90,
    "DEBUG": 0xE000_EDF0,
    "FPU": 0xE000_EF30,
    "CACHE": 0xE000_EF50,
}


class ProcessorSystem(CacheSystem, MpuSystem, NvicSystem, ScbSystem, TickSystem, Protocol):
    """What the blocks of all cores together need of the machine."""


@dataclass(frozen=True, slots=True)
class Processor:
    """The blocks around one machine's core."""

    nvic: Nvic
    scb: Scb
    systick: SysTick
    debug: DebugControl
    bus_memory: BusMemory
    """Memory as bus masters other than the core see it."""
    others: tuple[AnyPeripheral, ...]

    @property
    def peripherals(self) -> tuple[AnyPeripheral, ...]:
        """All blocks that have registers."""
        return (self.scb, self.nvic, self.systick, self.debug, *self.others)


class MakeProcessor(Protocol):
    """One of the makers below."""

    def __call__(
        self, system: ProcessorSystem, interrupts: int, clocked: Sequence[ClockedMemory]
    ) -> Processor:
        """Make the blocks for a chip with so many interrupts, and these memories with a clock."""


def _nvic(system: ProcessorSystem, interrupts: int) -> Nvic:
    return Nvic(system, "NVIC", BASES["NVIC"], interrupts)


def _systick(system: ProcessorSystem, nvic: Nvic) -> SysTick:
    return SysTick(system, "SYSTICK", BASES["SYSTICK"], nvic)


def _debug(system: ProcessorSystem) -> DebugControl:
    return DebugControl(system, "DEBUG", BASES["DEBUG"])


def make_cortex_m33(
    system: ProcessorSystem, interrupts: int, clocked: Sequence[ClockedMemory]
) -> Processor:
    """A Cortex-M33 with FPU, TrustZone disabled; its MPU (PMSAv8) is not modelled."""
    nvic, debug = _nvic(system, interrupts), _debug(system)
    return Processor(
        nvic,
        Scb(system, "SCB", BASES["SCB"], nvic),
        _systick(system, nvic),
        debug,
        BusMemory(system, clocked),
        (
            Dwt(system, "DWT", BASES["DWT"], debug),
            FpuControl(system, "FPU", BASES["FPU"]),
        ),
    )


def make_cortex_m4(
    system: ProcessorSystem, interrupts: int, clocked: Sequence[ClockedMemory]
) -> Processor:
    """A Cortex-M4 with FPU and MPU."""
    nvic, debug = _nvic(system, interrupts), _debug(system)
    mpu = MpuM4(system, "MPU", BASES["MPU"])
    return Processor(
        nvic,
        ScbV7m(system, "SCB", BASES["SCB"], nvic),
        _systick(system, nvic),
        debug,
        GuardedMemory(system, clocked, mpu),
        (
            Dwt(system, "DWT", BASES["DWT"], debug),
            FpuControlV7m(system, "FPU", BASES["FPU"]),
            mpu,
        ),
    )


def make_cortex_m7(
    system: ProcessorSystem, interrupts: int, clocked: Sequence[ClockedMemory]
) -> Processor:
    """A Cortex-M7 with FPU in double precision, caches and MPU."""
    nvic, debug = _nvic(system, interrupts), _debug(system)
    mpu = Mpu(system, "MPU", BASES["MPU"])
    cache = DataCache(system, clocked, mpu)
    maintenance = CacheMaintenance(system, "CACHE", BASES["CACHE"], cache)
    return Processor(
        nvic,
        ScbM7(system, "SCB", BASES["SCB"], nvic, maintenance),
        _systick(system, nvic),
        debug,
        cache,
        (
            DwtLocked(system, "DWT", BASES["DWT"], debug),
            FpuControlM7(system, "FPU", BASES["FPU"]),
            mpu,
            maintenance,
        ),
    )
