# SPDX-License-Identifier: Apache-2.0
"""Registers of the DFSDM, and the arithmetic that its settings ask for.

RM0351, RM0432, RM0433, RM0455: DFSDM registers. A regular conversion of
one channel without end is modelled: sinc filters, integrator, shift, offset. Injected conversions,
watchdogs, short-circuit and clock absence detectors, parallel inputs, pulse skipping, Manchester
coding and external clocks are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hil.virtual.peripheral import Register

CHANNELS, FILTERS = 8, 4
CHANNEL_STRIDE, FILTER_BASE, FILTER_STRIDE = 0x20, 0x100, 0x80

# CHyCFGR1
DFSDMEN, CKOUTSRC, CKOUTDIV_POSITION, CKOUTDIV = 1 << 31, 1 << 30, 16, 0xFF << 16
CHINSEL, CHEN, SPICKSEL, SITP = 1 << 8, 1 << 7, 3 << 2, 3
SPICKSEL_CKOUT = 1 << 2
"""The internal clock, at the edge that SITP says; 0 is an external one, 2 and 3 halve it."""
SITP_EDGES = ("rising", "falling")
# CHyCFGR2
OFFSET_POSITION, DTRBS_POSITION, DTRBS = 8, 3, 0x1F << 3
# FLTxCR1
FAST, RCH_POSITION, RDMAEN, RCONT, RSWSTART, DFEN = 1 << 29, 24, 1 << 21, 1 << 18, 1 << 17, 1
RCH = 7 << RCH_POSITION
# FLTxCR2, FLTxISR, FLTxICR
ROVRIE, REOCIE = 1 << 3, 1 << 1
RCIP, ROVRF, REOCF = 1 << 14, 1 << 3, 1 << 1
CKABF_POSITION = 16
# FLTxFCR
FORD_POSITION, FOSR_POSITION = 29, 16
ORDERS = range(1, 6)
"""Sinc filters; 0 is the fast one, 6 and 7 are reserved."""

INTERNAL_MAX, RESULT_MAX = 1 << 31, (1 << 23) - 1
"""What 32-bit registers inside (RM0351: data unit block) and the 24 bits of a result hold."""

Words = npt.NDArray[np.int64]


def channel_registers() -> dict[int, Register]:
    """CHyCFGR1 and CHyCFGR2 of all channels; the first has the bits that are for all."""
    common = CHINSEL | CHEN | SPICKSEL | SITP
    registers = {}
    for channel in range(CHANNELS):
        base = CHANNEL_STRIDE * channel
        all_channels = 0 if channel else DFSDMEN | CKOUTSRC | CKOUTDIV
        registers[base] = Register(f"CH{channel}CFGR1", 0, common | all_channels)
        registers[base + 4] = Register(f"CH{channel}CFGR2", 0, 0xFFFF_FFF8)
    return registers


def filter_registers() -> dict[int, Register]:
    """The registers of all filters that a regular conversion needs."""
    registers = {}
    for index in range(FILTERS):
        base, name = FILTER_BASE + FILTER_STRIDE * index, f"FLT{index}"
        control = FAST | RCH | RDMAEN | RCONT | RSWSTART | DFEN
        registers[base] = Register(f"{name}CR1", 0, control)
        registers[base + 0x04] = Register(f"{name}CR2", 0, ROVRIE | REOCIE)
        registers[base + 0x08] = Register(f"{name}ISR")
        registers[base + 0x0C] = Register(f"{name}ICR", 0, ROVRF, write_one=True)
        registers[base + 0x10] = Register(f"{name}JCHGR", 1)
        registers[base + 0x14] = Register(f"{name}FCR", 0, 0xE3FF_00FF)
        registers[base + RDATAR] = Register(f"{name}RDATAR")
    return registers


RDATAR = 0x1C


@dataclass(frozen=True, slots=True)
class Conversion:
    """How bits become results: FORD, FOSR + 1, IOSR + 1, DTRBS; OFFSET is not part of it."""

    order: int
    decimation: int
    integration: int
    shift: int

    @classmethod
    def of_registers(cls, fcr: int, cfgr2: int) -> Conversion:
        """Decode FLTxFCR and the shift of CHyCFGR2."""
        return cls(
            order=fcr >> FORD_POSITION,
            decimation=(fcr >> FOSR_POSITION & 0x3FF) + 1,
            integration=(fcr & 0xFF) + 1,
            shift=cfgr2 >> DTRBS_POSITION & 0x1F,
        )

    @property
    def full_scale(self) -> int:
        """Result of nothing but ones, before the shift."""
        return int(self.decimation**self.order * self.integration)

    @property
    def bits_each(self) -> int:
        """Bits from one result to the next."""
        return self.decimation * self.integration

    @property
    def bits_to_first(self) -> int:
        """Bits from the start to the first result (RM0351: FLTxCNVTIMR, conversion times)."""
        return self.decimation * (self.integration - 1 + self.order) + self.order

    def fault(self, offset: int) -> str | None:
        """Say why a full-scale input would not come out as it is, or None."""
        if self.full_scale > INTERNAL_MAX:
            return f"a full-scale input reaches {self.full_scale}, more than 32 bits hold"
        shifted = shift_rounded(self.full_scale, self.shift)
        if shifted + abs(offset) > RESULT_MAX:
            what = f"a full-scale input gives {shifted}"
            return f"{what}{f' and OFFSET {offset}' if offset else ''}, more than 24 bits hold"
        return None

    def results(self, filtered: Words) -> Words:
        """Integrate the filter's outputs, whole results only, and shift them."""
        sums = filtered.reshape(-1, self.integration).sum(axis=1)
        return np.asarray(shift_rounded(sums, self.shift), np.int64)


def shift_rounded(value: Words | int, shift: int) -> Words | int:
    """Shift right, to the nearest; halves go up, which the manuals leave open."""
    return value if not shift else (value + (1 << shift - 1)) >> shift


def signed_offset(cfgr2: int) -> int:
    """OFFSET as a number."""
    field = cfgr2 >> OFFSET_POSITION
    return field - (1 << 24) if field >> 23 else field


def register_names(index: int) -> Mapping[str, str]:
    """Names of a filter's registers by what the manual calls them without the number."""
    return {name: f"FLT{index}{name}" for name in ("CR1", "CR2", "ISR", "ICR", "FCR", "RDATAR")}
