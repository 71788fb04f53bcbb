# SPDX-License-Identifier: Apache-2.0
"""The clock section of a record of boards.yaml: what all families describe alike, and what not."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of a record: nothing unknown in it, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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
    """From the oscillator to the core and the buses: what all families describe alike."""

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
        """Clock that the baud rate is divided from: USART1 stands on APB2, all others on APB1."""
        return self.apb2_hz if peripheral == "USART1" else self.apb1_hz


class U5Clock(ClockTree):
    """Clock tree of an STM32U5."""

    source: Literal["msis", "hsi16", "hse"]
    pll: PllR | None = None
    voltage_range: Literal[1, 2, 3, 4]
    epod_booster: bool
    instruction_cache: bool


class L4Clock(ClockTree):
    """Clock tree of an STM32L4 or L4+. The flash's own caches are always on."""

    source: Literal["msi", "hsi16"]
    pll: PllR | None = None
    voltage_range: Literal[1, 2]
    boost: bool = False
    """Range 1 boost mode of the L4+: what it needs above 80 MHz."""


class H7Fallback(Section):
    """What a part of an older revision runs at instead; all that it leaves out is as above it."""

    multiplier_n: Annotated[int, Field(ge=1)]
    core_hz: Annotated[int, Field(gt=0)]
    voltage_scale: Literal[1, 2, 3]
    flash_wait_states: Annotated[int, Field(ge=0, le=15)]


class H7Clock(ClockTree):
    """Clock tree of an STM32H7. The AHB divider stands behind the core: the core is faster."""

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
