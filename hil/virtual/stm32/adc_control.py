# SPDX-License-Identifier: Apache-2.0
"""The ADC's clock, and its way from deep power-down to ready (RM0394: ADC, on-off control).

Regulator, calibration, ADEN, ADRDY: each has its time, and none may be left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from hil.virtual.chip_records import ClockEnable
from hil.virtual.peripheral import Peripheral
from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.sound import Sound
from hil.virtual.stm32 import adc_registers as at
from hil.virtual.stm32.basic_timer import BasicTimer
from hil.virtual.stm32.dma_channels import DmaController
from hil.virtual.stm32.gpio import Gpio
from hil.virtual.system import ClockTree, Events, Interrupting
from hil.virtual.wiring import AnalogMicrophone


class CountsWrites(Protocol):
    """What tells that clocks or pins may have changed."""

    writes: int
    """Writes to peripherals so far."""


class AdcSystem(Events, Interrupting, Protocol):
    """What an ADC needs of the machine."""

    @property
    def bus(self) -> CountsWrites:
        """Over which registers are written."""


class AdcClocks(ClockTree, Protocol):
    """What an ADC asks of RCC."""

    @property
    def hclk_hz(self) -> int:
        """Clock of AHB."""

    def adc_kernel_hz(self) -> int:
        """The clock that its selection gives the ADC beside that of AHB; 0: none."""


class AdcSupply(Protocol):
    """What an ADC asks of PWR."""

    @property
    def voltage_range(self) -> int:
        """The range that the core voltage satisfies now."""


@dataclass(frozen=True, slots=True)
class AdcConnections:
    """What an ADC is connected to."""

    interrupt: int
    request: int
    dma: DmaController
    clocks: AdcClocks
    enable: ClockEnable
    supply: AdcSupply
    timer: BasicTimer
    ports: Mapping[str, Gpio]
    sound: Sound
    microphone: AnalogMicrophone | None


class AdcControl(Peripheral[AdcSystem]):
    """Clock and power of an ADC, without its conversions."""

    connections: AdcConnections

    def reset(self) -> None:
        """In deep power-down."""
        super().reset()
        self.flags = 0
        self._regulator_ready_ps: int | None = None
        self._calibrated_ps: int | None = None
        """End of the last calibration since the regulator is on."""
        self._ready_ps: int | None = None

    # -- clock -----------------------------------------------------------------------------------

    def clock_hz(self) -> Fraction:
        """The ADC's clock; raises unless it has one that it may have."""
        clocks, value = self.connections.clocks, self.values["CCR"]
        mode, code = value >> at.CKMODE_POSITION & 3, value >> at.PRESC_POSITION & 15
        if mode:
            hz = Fraction(clocks.hclk_hz, 1 << mode - 1)
        elif code < len(at.PRESCALERS):
            hz = Fraction(clocks.adc_kernel_hz(), at.PRESCALERS[code])
        else:
            raise self.broken(Rule.ADC_SETTINGS, "PRESC is reserved", 0x308)
        high_hz = at.CLOCK_MAX_HZ[self.connections.supply.voltage_range]
        if not at.CLOCK_MIN_HZ <= hz <= high_hz:
            what = f"its clock is {float(hz) / 1e6:g} MHz, outside {at.CLOCK_MIN_HZ / 1e6:g}"
            raise self.broken(Rule.ADC_SETTINGS, f"{what} to {high_hz / 1e6:g} MHz", 0x308)
        return hz

    def _cycles_ps(self, cycles: int) -> int:
        return math.ceil(cycles * PS_PER_SECOND / self.clock_hz())

    def write_ccr(self, value: int) -> None:
        """Choose the clock, while the ADC is off."""
        if self.values["CR"] & at.COMMANDS:
            what = "CCR is written while the ADC is not off"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, 0x308)
        self.values["CCR"] = value

    def _control(self) -> int:
        """CR as it stands now."""
        control, now = self.values["CR"], self.system.now_ps
        if control & at.ADCAL and self._calibrated_ps is not None and now >= self._calibrated_ps:
            control = self.values["CR"] = control & ~at.ADCAL
        return control

    def read_cr(self) -> int:
        """CR."""
        return self._control()

    def _write_supply(self, before: int, value: int) -> None:
        supply = at.ADVREGEN | at.DEEPPWD
        if (before ^ value) & supply and before & at.COMMANDS:
            what = "ADVREGEN or DEEPPWD is changed while the ADC is not off"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x08)
        if value & supply == supply:
            what = "ADVREGEN is set in deep power-down (DEEPPWD)"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x08)
        if value & ~before & at.ADVREGEN:
            self._regulator_ready_ps = self.system.now_ps + at.REGULATOR_PS
        elif before & ~value & at.ADVREGEN:
            self._regulator_ready_ps = self._calibrated_ps = None
        self.values["CR"] = before & ~supply | value & supply

    def _require_regulator(self, what: str) -> None:
        ready_ps = self._regulator_ready_ps
        if ready_ps is None or self.system.now_ps < ready_ps:
            raise self.broken(
                Rule.ADC_SETTINGS, f"{what} before the regulator (ADVREGEN) is on for 20 us", 0x08
            )

    def _calibrate(self, control: int) -> None:
        if control & at.COMMANDS & ~at.ADCAL:
            raise self.broken(Rule.ADC_SETTINGS, "ADCAL while the ADC is not off", 0x08)
        self._require_regulator("ADCAL")
        self._calibrated_ps = self.system.now_ps + self._cycles_ps(at.CALIBRATION_CYCLES)
        self.values["CR"] |= at.ADCAL

    def _switch_on(self, control: int) -> None:
        if control & at.COMMANDS & ~at.ADEN:
            what = "ADEN together with another command, or before ADCAL is 0"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x08)
        self._require_regulator("ADEN")
        if self._calibrated_ps is None:
            raise self.broken(Rule.ADC_SETTINGS, "ADEN without a calibration (ADCAL)", 0x08)
        settled_ps = self._calibrated_ps + self._cycles_ps(at.AFTER_CALIBRATION_CYCLES)
        if self.system.now_ps < settled_ps:
            what = "ADEN within four cycles of the ADC's clock after ADCAL has become 0"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x08)
        self.flags &= ~at.ADRDY
        self._ready_ps = self.system.now_ps + at.READY_PS
        self.values["CR"] |= at.ADEN
