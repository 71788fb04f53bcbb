# SPDX-License-Identifier: Apache-2.0
"""PLL1 of the STM32H743 and H7A3: its registers and its limits.

RM0433 section 8.7, RM0455 section 8.7: RCC_PLLCKSELR, PLLCFGR, PLL1DIVR, PLL1FRACR; DS12110,
DS13195: PLL characteristics.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hil.virtual.stm32.pll_clocks import PllClocks, mhz, outside

INPUT_RANGES_HZ = (
    (1_000_000, 2_000_000),
    (2_000_000, 4_000_000),
    (4_000_000, 8_000_000),
    (8_000_000, 16_000_000),
)
"""Input of the phase detector for PLL1RGE 0 to 3."""
MEDIUM_VCO_HZ = (150_000_000, 420_000_000)
"""VCO with PLL1VCOSEL = 1, for an input of 1 to 2 MHz."""
MULTIPLIER_MIN, MULTIPLIER_MAX = 4, 512


@dataclass(frozen=True, slots=True)
class PllSettings(PllClocks):
    """PLL1 as its four registers describe it. A divider M of 0 switches the input off."""

    range_code: int
    medium_vco: bool
    wide_vco_hz: tuple[int, int]

    @classmethod
    def of_registers(
        cls,
        source_hz: int,
        *,
        pllckselr: int,
        pllcfgr: int,
        divr: int,
        fracr: int,
        wide_vco_hz: tuple[int, int],
    ) -> PllSettings:
        """Decode PLLCKSELR, PLLCFGR, PLL1DIVR and PLL1FRACR; the wide VCO's span is the chip's."""
        divider_m = pllckselr >> 4 & 0x3F
        fraction = Fraction(fracr >> 3 & 0x1FFF, 8192) if pllcfgr & 1 else Fraction(0)
        return cls(
            source_hz=source_hz if divider_m else 0,
            divider_m=max(1, divider_m),
            multiplier_n=(divr & 0x1FF) + 1 + fraction,
            divider_out=(divr >> 9 & 0x7F) + 1,
            range_code=pllcfgr >> 2 & 3,
            medium_vco=bool(pllcfgr >> 1 & 1),
            wide_vco_hz=wide_vco_hz,
        )

    def fault(self) -> str | None:
        """Say what limit of the PLL itself the settings break, or None."""
        return self._input_fault() or self._vco_fault()

    def _input_fault(self) -> str | None:
        low_hz, high_hz = INPUT_RANGES_HZ[0][0], INPUT_RANGES_HZ[-1][1]
        wrong_input = outside("PLL1's input", self.input_hz, (low_hz, high_hz))
        if wrong_input is not None:
            return wrong_input
        low_hz, high_hz = INPUT_RANGES_HZ[self.range_code]
        if not low_hz <= self.input_hz <= high_hz:
            return f"PLL1RGE is {self.range_code} for an input of {mhz(self.input_hz)}"
        if self.medium_vco and self.input_hz > INPUT_RANGES_HZ[0][1]:
            return f"PLL1VCOSEL is 1 for an input of {mhz(self.input_hz)}, above 2 MHz"
        if not self.medium_vco and self.input_hz < INPUT_RANGES_HZ[1][0]:
            return f"PLL1VCOSEL is 0 for an input of {mhz(self.input_hz)}, below 2 MHz"
        return None

    def _vco_fault(self) -> str | None:
        if not MULTIPLIER_MIN <= self.multiplier_n < MULTIPLIER_MAX + 1:
            return f"DIVN1 multiplies by {float(self.multiplier_n):g}, outside 4 to 512"
        span_hz = MEDIUM_VCO_HZ if self.medium_vco else self.wide_vco_hz
        wrong_vco = outside("PLL1's VCO", self.vco_hz, span_hz)
        if wrong_vco is not None:
            return wrong_vco
        if self.divider_out != 1 and self.divider_out % 2:
            return f"DIVP1 divides by {self.divider_out}; only 1 and even divisors are allowed"
        return None
