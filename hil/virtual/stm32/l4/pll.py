# SPDX-License-Identifier: Apache-2.0
"""The main PLL of the STM32L4 and L4+: its arithmetic and its limits.

RM0351, RM0394 sections 6.2.5 and 6.4.4, RM0432 section 6.4.4 (RCC_PLLCFGR); DS10969, DS11451,
DS12023: PLL characteristics.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hil.virtual.stm32.pll_clocks import PllClocks, mhz, outside

VCO_HZ = {1: (64_000_000, 344_000_000), 2: (64_000_000, 128_000_000)}
"""Span of the VCO by voltage range."""
OUTPUT_MIN_HZ = 8_000_000
MULTIPLIER_MIN = 8


@dataclass(frozen=True, slots=True)
class PllLimits:
    """Where one line's PLL differs from another's."""

    divider_m_mask: int
    multiplier_max: int
    input_min_hz: int
    input_max_hz: int


L4_PLL = PllLimits(
    divider_m_mask=7, multiplier_max=86, input_min_hz=4_000_000, input_max_hz=16_000_000
)
L4_PLUS_PLL = PllLimits(
    divider_m_mask=15, multiplier_max=127, input_min_hz=2_660_000, input_max_hz=8_000_000
)


@dataclass(frozen=True, slots=True)
class PllSettings(PllClocks):
    """RCC_PLLCFGR decoded, with the frequency of the source in Hz."""

    limits: PllLimits

    @classmethod
    def of_register(cls, source_hz: int, pllcfgr: int, limits: PllLimits) -> PllSettings:
        """Decode PLLCFGR."""
        return cls(
            source_hz=source_hz,
            divider_m=(pllcfgr >> 4 & limits.divider_m_mask) + 1,
            multiplier_n=Fraction(pllcfgr >> 8 & 0x7F),
            divider_out=2 * ((pllcfgr >> 25 & 3) + 1),
            limits=limits,
        )

    def too_fast(self, voltage_range: int) -> str | None:
        """Say whether the VCO is too fast for this voltage range, though not for range 1."""
        limit_hz = VCO_HZ[voltage_range][1]
        if limit_hz < self.vco_hz <= VCO_HZ[1][1]:
            return f"the PLL's VCO at {mhz(self.vco_hz)} is above {mhz(limit_hz)}"
        return None

    def fault(self) -> str | None:
        """Say what limit of the PLL itself the settings break, or None."""
        limits = self.limits
        span_hz = (limits.input_min_hz, limits.input_max_hz)
        wrong_input = outside("the PLL's input", self.input_hz, span_hz)
        if wrong_input is not None:
            return wrong_input
        if not MULTIPLIER_MIN <= self.multiplier_n <= limits.multiplier_max:
            span = f"{MULTIPLIER_MIN} to {limits.multiplier_max}"
            return f"PLLN is {self.multiplier_n}, outside {span}"
        wrong_vco = outside("the PLL's VCO", self.vco_hz, VCO_HZ[1])
        if wrong_vco is not None:
            return wrong_vco
        if self.output_hz < OUTPUT_MIN_HZ:
            return f"the PLL's output R at {mhz(self.output_hz)} is below {mhz(OUTPUT_MIN_HZ)}"
        return None
