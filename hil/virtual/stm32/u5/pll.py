# SPDX-License-Identifier: Apache-2.0
"""PLL1 of the STM32U5: its arithmetic and its limits (RM0456 section 11.4, DS13086 PLL tables)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hil.virtual.stm32.pll_clocks import PllClocks, mhz, outside

INPUT_MIN_HZ, INPUT_SPLIT_HZ, INPUT_MAX_HZ = 4_000_000, 8_000_000, 16_000_000
RANGE_LIMITS_HZ = ((INPUT_MIN_HZ, INPUT_SPLIT_HZ), (INPUT_SPLIT_HZ, INPUT_MAX_HZ))
"""Input of the phase detector for PLL1RGE 0 to 2, and for 3."""
VCO_MIN_HZ = 128_000_000
VCO_MAX_HZ = {1: 544_000_000, 2: 544_000_000, 3: 330_000_000}
OUTPUT_MAX_HZ = {1: 208_000_000, 2: 110_000_000, 3: 55_000_000}

BOOSTER_DIVIDERS = (1, 2, 4, 6, 8, 10, 12, 14, 16)


@dataclass(frozen=True, slots=True)
class PllSettings(PllClocks):
    """PLL1 as its three registers describe it, with the frequency of its source in Hz."""

    booster_code: int
    range_code: int
    fraction_on: bool

    @classmethod
    def of_registers(cls, source_hz: int, cfgr: int, divr: int, fracr: int) -> PllSettings:
        """Decode PLL1CFGR, PLL1DIVR and PLL1FRACR."""
        fraction_on = bool(cfgr >> 4 & 1)
        fraction = Fraction(fracr >> 3 & 0x1FFF, 8192) if fraction_on else Fraction(0)
        return cls(
            source_hz=source_hz,
            divider_m=(cfgr >> 8 & 15) + 1,
            multiplier_n=(divr & 0x1FF) + 1 + fraction,
            divider_out=(divr >> 24 & 0x7F) + 1,
            booster_code=cfgr >> 12 & 15,
            range_code=cfgr >> 2 & 3,
            fraction_on=fraction_on,
        )

    @property
    def booster_hz(self) -> Fraction:
        """Clock of the EPOD booster; 0 for a reserved divider."""
        if self.booster_code >= len(BOOSTER_DIVIDERS):
            return Fraction(0)
        return Fraction(self.source_hz, BOOSTER_DIVIDERS[self.booster_code])

    def too_fast(self, voltage_range: int) -> str | None:
        """Say which frequency this voltage range does not allow, or None."""
        if voltage_range not in VCO_MAX_HZ:
            return "PLL1 must not run in voltage range 4"
        if self.output_hz > OUTPUT_MAX_HZ[voltage_range]:
            return f"PLL1's output R at {mhz(self.output_hz)} is too fast for the voltage range"
        return None

    def fault(self, voltage_range: int) -> str | None:
        """Say what limit of the PLL itself the settings break, or None."""
        wrong_input = outside("PLL1's input", self.input_hz, (INPUT_MIN_HZ, INPUT_MAX_HZ))
        if wrong_input is not None:
            return wrong_input
        low_hz, high_hz = RANGE_LIMITS_HZ[self.range_code == 3]
        if not low_hz <= self.input_hz <= high_hz:
            return f"PLL1RGE is {self.range_code} for an input of {mhz(self.input_hz)}"
        if self.multiplier_n < 4:
            return f"PLL1N multiplies by {float(self.multiplier_n):g}, less than 4"
        span_hz = (VCO_MIN_HZ, VCO_MAX_HZ.get(voltage_range, VCO_MIN_HZ))
        wrong_vco = outside("PLL1's VCO", self.vco_hz, span_hz)
        if wrong_vco is not None:
            return wrong_vco
        if self.divider_out != 1 and self.divider_out % 2:
            return f"PLL1R divides by {self.divider_out}; only 1 and even divisors are allowed"
        return None
