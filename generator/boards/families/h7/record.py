# SPDX-License-Identifier: Apache-2.0
"""A record of boards.yaml for an STM32H7: its clock section and its board."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from generator.boards.clock_tree import ClockTree, PllP
from generator.boards.record import BoardSpec
from generator.boards.section import Section


class H7Fallback(Section):
    """What a part of an older revision runs at instead; all that it leaves out is as above it."""

    multiplier_n: Annotated[int, Field(ge=1)]
    core_hz: Annotated[int, Field(gt=0)]
    voltage_scale: Literal[1, 2, 3]
    flash_wait_states: Annotated[int, Field(ge=0, le=15)]


class H7Clock(ClockTree):
    """Clock tree of an STM32H7. The AHB divider is after the core: the core is faster."""

    source: Literal["hsi", "csi", "hse"]
    hse_bypass: bool = False
    """HSE is fed with a clock, not with a crystal."""
    pll: PllP | None = None
    apb3_divider: Literal[1, 2, 4, 8, 16] = 1
    apb4_divider: Literal[1, 2, 4, 8, 16] = 1
    supply: Literal["ldo", "smps"]
    """What feeds the core: the part's LDO, or its step-down converter alone. The board decides."""
    voltage_scale: Literal[0, 1, 2, 3]
    """0 is the strongest."""
    fallback: H7Fallback | None = None

    @property
    def core_divider(self) -> int:
        """The core runs at the PLL's output."""
        return 1

    @property
    def core_clocks_hz(self) -> tuple[int, ...]:
        """The board's, and the fallback's if there is one."""
        return (self.core_hz, *([self.fallback.core_hz] if self.fallback is not None else []))

    @property
    def ahb_hz(self) -> int:
        """Clock of the AXI and AHB buses, and of the flash."""
        return self.core_hz // self.ahb_divider

    @property
    def apb3_hz(self) -> int:
        """Clock of the third peripheral bus."""
        return self.ahb_hz // self.apb3_divider

    @property
    def apb4_hz(self) -> int:
        """Clock of the fourth peripheral bus."""
        return self.ahb_hz // self.apb4_divider

    def uart_kernel_hz(self, peripheral: str) -> int:
        """Clock that the baud rate is divided from: that of the UART's bus."""
        fast = ("USART1", "USART6", "UART9", "USART10")
        return self.apb2_hz if peripheral in fast else self.apb1_hz

    def fallen_back(self) -> H7Clock | None:
        """Return the whole tree of the fallback, or None if there is none."""
        if self.fallback is None:
            return None
        fields = self.fallback.model_dump()
        multiplier_n = fields.pop("multiplier_n")
        pll = self.pll and self.pll.model_copy(update={"multiplier_n": multiplier_n})
        return self.model_copy(update={**fields, "pll": pll, "fallback": None})


class H7Board(BoardSpec):
    """A board with an STM32H7."""

    family: Literal["h7"]
    core: Literal["cortex-m7"]
    clock: H7Clock
