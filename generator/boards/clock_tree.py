# SPDX-License-Identifier: Apache-2.0
"""The clock section of a record of boards.yaml, as far as families share it.

Each family derives its own class from `ClockTree`, in its `record.py`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from generator.boards.section import Section


class Pll(Section):
    """Factors of the main PLL: output = source / divider_m * multiplier_n / output divider."""

    OUTPUT: ClassVar[str]
    """Field of the divider behind the VCO: each family takes the core's clock from another."""

    divider_m: Annotated[int, Field(ge=1)]
    multiplier_n: Annotated[int, Field(ge=1)]

    @property
    def output_divider(self) -> int:
        """From the VCO to the core's clock, or to what the AHB divider divides."""
        return int(getattr(self, self.OUTPUT))


class PllR(Pll):
    """The core's clock is output R."""

    OUTPUT: ClassVar[str] = "divider_r"

    divider_r: Annotated[int, Field(ge=1)]


class PllP(Pll):
    """The core's clock is output P."""

    OUTPUT: ClassVar[str] = "divider_p"

    divider_p: Annotated[int, Field(ge=1)]


class ClockTree(Section):
    """From the oscillator to the core and the buses: the fields that all families have."""

    source: str
    source_hz: Annotated[int, Field(gt=0)]
    pll: Pll | None = None
    core_hz: Annotated[int, Field(gt=0)]
    ahb_divider: Literal[1, 2, 4, 8, 16, 64, 128, 256, 512] = 1
    apb1_divider: Literal[1, 2, 4, 8, 16] = 1
    apb2_divider: Literal[1, 2, 4, 8, 16] = 1
    flash_wait_states: Annotated[int, Field(ge=0, le=15)]

    @property
    def core_divider(self) -> int:
        """Between the PLL, or the source, and the core."""
        return self.ahb_divider

    @property
    def core_clocks_hz(self) -> tuple[int, ...]:
        """Every core clock that a part may come up with; the board's own is the first."""
        return (self.core_hz,)

    @property
    def ahb_hz(self) -> int:
        """Clock of the buses that reach memories, and of the flash: here the core's own."""
        return self.core_hz

    @property
    def apb1_hz(self) -> int:
        """Clock of the first peripheral bus."""
        return self.ahb_hz // self.apb1_divider

    @property
    def apb2_hz(self) -> int:
        """Clock of the second peripheral bus."""
        return self.ahb_hz // self.apb2_divider

    def uart_kernel_hz(self, peripheral: str) -> int:
        """Clock that the baud rate is divided from: USART1 is on APB2, all others on APB1."""
        return self.apb2_hz if peripheral == "USART1" else self.apb1_hz
