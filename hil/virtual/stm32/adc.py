# SPDX-License-Identifier: Apache-2.0
"""ADC1 of the STM32L43x: an analogue microphone, sampled at the triggers of a timer (RM0394: ADC).

Lazy as the DFSDM is: results are made when the core looks, at the times of interrupts, and on a
grid in time where DMA fills memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hil.virtual.peripheral import Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import NEVER_PS
from hil.virtual.sound.analog import AnalogSource
from hil.virtual.stm32 import adc_registers as at
from hil.virtual.stm32.adc_control import AdcConnections, AdcControl, AdcSystem
from hil.virtual.stm32.adc_sequence import Conversion, Run
from hil.virtual.stm32.dma_channels import DmaChannel, DmaRequest
from hil.virtual.stm32.gpio import MODE_ANALOG, MODE_NAMES
from hil.virtual.wiring import AnalogMicrophone

MEMORY_GRID_PS = 500_000_000
"""Results by DMA that no interrupt announces are in memory at least this often."""


class Adc(AdcControl):
    """One ADC with the registers common to all; one result at each trigger."""

    REGISTERS: ClassVar[Mapping[int, Register]] = at.REGISTERS

    def __init__(
        self, system: AdcSystem, name: str, base: int, connections: AdcConnections
    ) -> None:
        self.connections = connections
        connections.timer.on_change = self._trigger_changes
        super().__init__(system, name, base)

    def reset(self) -> None:
        """In deep power-down."""
        super().reset()
        self.data = 0
        self.run: Run | None = None
        self._source: AnalogSource | None = None
        self._checked_at = -1
        """Writes to peripherals when clocks and pin were looked at last."""
        self.source_start_ps = 0
        """Since when the microphone is heard."""
        self._quiet_until_ps = NEVER_PS

    @property
    def dma_requests(self) -> tuple[DmaRequest, ...]:
        """Results, through DR."""
        request, register = self.connections.request, self.base + at.DR
        return (DmaRequest(request, f"{self.name}'s results", register, widths_bytes=(2, 4)),)

    # -- control ---------------------------------------------------------------------------------

    def write_cr(self, value: int) -> None:
        """Supply, calibrate, switch on and off, start and stop: what is set is a command."""
        self.catch_up()
        before = self._control()
        commands = value & ~before & at.COMMANDS
        self._write_supply(before, value)
        if commands & at.ADCAL:
            self._calibrate(before | value)
        if commands & at.ADEN:
            self._switch_on(before | commands)
        if commands & at.ADSTART:
            self._start(before)
        if commands & (at.ADSTP | at.ADDIS):
            self._stop(before, commands)
        self.catch_up()

    def _stop(self, before: int, commands: int) -> None:
        if commands & at.ADSTP and not before & at.ADSTART:
            raise self.broken(Rule.ADC_SETTINGS, "ADSTP while nothing converts", 0x08)
        if commands & at.ADDIS and (not before & at.ADEN or before & at.ADSTART):
            what = "ADDIS while the ADC is off or converts"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x08)
        self.run = None
        self.values["CR"] &= ~at.ADSTART
        if commands & at.ADDIS:
            self.values["CR"] &= ~at.ADEN
            self._ready_ps = None

    # -- settings --------------------------------------------------------------------------------

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register; settings are fixed while the ADC converts."""
        fixed = {0x0C: "CFGR", 0x10: "CFGR2", 0x14: "SMPR1", 0x18: "SMPR2", 0x30: "SQR1"}
        name = fixed.get(offset & ~3)
        if name is not None and self.values["CR"] & at.ADSTART:
            what = f"{name} is written while ADSTART is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, offset)
        super().write(offset, size, value)

    def write_ier(self, value: int) -> None:
        """Choose interrupts."""
        self.catch_up()
        self.values["IER"] = value
        self.catch_up()

    # -- start -----------------------------------------------------------------------------------

    def _start(self, before: int) -> None:
        if not before & at.ADEN or not self.read_isr() & at.ADRDY:
            raise self.broken(Rule.ADC_SETTINGS, "ADSTART before ADRDY is 1", 0x08)
        configuration = self.values["CFGR"]
        trigger = configuration >> at.EXTSEL_POSITION & 15
        if configuration & at.EXTEN != 1 << at.EXTEN_POSITION or trigger != at.EXTSEL_TIM6:
            what = "conversions that rising edges of TIM6_TRGO do not trigger are not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, 0x0C)
        if configuration & (at.DMAEN | at.DMACFG) == at.DMAEN:
            what = "DMA in one-shot mode (DMACFG 0) is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, 0x0C)
        self._check_channel()
        self.values["CR"] |= at.ADSTART
        self.flags &= ~(at.EOC | at.EOS | at.EOSMP | at.OVR)
        self._begin_run(self._conversion())

    def _check_channel(self) -> None:
        sequence = self.values["SQR1"]
        if sequence & at.LENGTH:
            what = "a sequence of more than one channel is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, 0x30)
        channel, wired = sequence >> at.SQ1_POSITION & 31, self.connections.microphone
        if wired is None or channel != wired.channel:
            what = f"channel {channel} is converted, where no microphone is"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x30)
        self._check_pin(wired)

    def _check_pin(self, wired: AnalogMicrophone) -> None:
        port = self.connections.ports[wired.port]
        mode = port.mode(wired.pin)
        if mode != MODE_ANALOG:
            what = f"{self.name} IN{wired.channel} on P{wired.port}{wired.pin}"
            raise port.broken(Rule.PIN_FUNCTION, f"{what}: the pin's mode is {MODE_NAMES[mode]}")

    def _conversion(self) -> Conversion:
        """What the settings ask for; raises unless every result fits 16 bits."""
        channel = self.values["SQR1"] >> at.SQ1_POSITION & 31
        register, place = ("SMPR1", channel) if channel < 10 else ("SMPR2", channel - 10)
        code, oversampling = self.values[register] >> 3 * place & 7, self.values["CFGR2"]
        samples, shift = 1, 0
        if oversampling & at.ROVSE:
            samples = 2 << (oversampling >> at.OVSR_POSITION & 7)
            shift = oversampling >> at.OVSS_POSITION & 15
        if shift > at.SHIFT_MAX:
            raise self.broken(Rule.ADC_SETTINGS, f"OVSS = {shift} is reserved", 0x10)
        conversion = Conversion(self.clock_hz(), at.SAMPLE_CYCLES[code], samples, shift)
        if conversion.largest > 0xFFFF:
            what = f"a result reaches {conversion.largest}, more than 16 bits hold"
            raise self.broken(Rule.ADC_SETTINGS, what, 0x10)
        return conversion

    def _begin_run(self, conversion: Conversion) -> None:
        timer = self.connections.timer
        if timer.runs and timer.period_ps <= conversion.total_ps:
            what = f"a result takes {float(conversion.total_ps) / 1e6:g} us, longer than from one"
            raise self.broken(Rule.ADC_SETTINGS, f"{what} trigger to the next", 0x08)
        if self._source is None:
            self.source_start_ps = self.system.now_ps
            self._source = AnalogSource(self.connections.sound, self.source_start_ps)
        first = timer.triggers_by(self.system.now_ps) + 1
        self.run = Run(conversion, timer, first)

    def _trigger_changes(self) -> None:
        """Make what the timer has triggered before it changes; begin again after."""
        self.catch_up()
        if self.run is not None:
            self._begin_run(self.run.conversion)
            self.catch_up()

    # -- flags and data --------------------------------------------------------------------------

    def read_isr(self) -> int:
        """Flags as they stand now."""
        self.settle()
        if self._ready_ps is not None and self.system.now_ps >= self._ready_ps:
            self.flags |= at.ADRDY
            self._ready_ps = NEVER_PS  # once for each ADEN
        return self.flags

    def write_isr(self, value: int) -> None:
        """Clear flags."""
        self.read_isr()
        self.flags &= ~value
        self.catch_up()

    def read_dr(self) -> int:
        """Take the result."""
        self.catch_up()
        self.flags &= ~at.EOC
        self.catch_up()
        return self.data

    # -- time ------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Catch up if a result has become due since the last time."""
        if self.system.now_ps >= self._quiet_until_ps:
            self.catch_up()

    def dma_changed(self) -> None:
        """Look again: a DMA channel was started or stopped."""
        self.catch_up()

    def _dma_channel(self) -> DmaChannel | None:
        if not self.values["CFGR"] & at.DMAEN or self.flags & at.OVR:
            return None
        return next(self.connections.dma.running(self.connections.request), None)

    def catch_up(self) -> None:
        """Make every result that is due, then plan the next look."""
        self._quiet_until_ps = event_ps = NEVER_PS
        channel = self._dma_channel()
        if channel is not None and self.flags & at.EOC:
            channel.push(self.data.to_bytes(channel.width_bytes, "little"))
            self.flags &= ~at.EOC
        run = self.run
        if run is not None and run.timer.runs:
            self._make(run, channel)
            self._quiet_until_ps = run.time_ps(run.made)
            event_ps = self._next_ps(self._dma_channel())
        self.system.schedule(self.name, None if event_ps == NEVER_PS else event_ps)
        active = self.flags & self.values["IER"]
        self.system.nvic.set_line(self.connections.interrupt, bool(active))

    def _make(self, run: Run, channel: DmaChannel | None) -> None:
        due = run.due(self.system.now_ps)
        if due <= run.made:
            return
        wired, source = self.connections.microphone, self._source
        assert wired is not None
        assert source is not None
        self._check_still(run, wired)
        results = run.take(due, source, wired)
        taken = 0
        if channel is not None:
            width = channel.width_bytes
            taken = channel.push(results.astype(f"<u{width}").tobytes()) // width
        self.flags |= at.EOSMP | at.EOS
        if taken:
            self.data = int(results[taken - 1])
        for result in results[taken:]:
            lost = self.flags & at.EOC
            self.flags |= at.OVR if lost else at.EOC
            if not lost or self.values["CFGR"] & at.OVRMOD:
                self.data = int(result)

    def _check_still(self, run: Run, wired: AnalogMicrophone) -> None:
        """Raise unless clocks and pin are still what the conversions began with."""
        if self._checked_at == self.system.bus.writes:
            return
        enable = self.connections.enable
        if not self.connections.clocks.clock_is_on(enable.register, enable.bit):
            what = f"converts while RCC_{enable.register} bit {enable.bit} is 0"
            raise self.broken(Rule.CLOCK_OFF, what)
        if self.clock_hz() != run.conversion.clock_hz:
            raise self.broken(Rule.ADC_SETTINGS, "its clock has changed while it converts")
        run.timer.check()
        self._check_pin(wired)
        self._checked_at = self.system.bus.writes

    def _next_ps(self, channel: DmaChannel | None) -> int:
        """When the firmware could notice something next."""
        if channel is None:
            return self._quiet_until_ps if self.values["IER"] else NEVER_PS
        assert self.run is not None
        to_flag = channel.bytes_to_flag()
        if to_flag is None:
            return (self.system.now_ps // MEMORY_GRID_PS + 1) * MEMORY_GRID_PS
        return self.run.time_ps(self.run.made + to_flag // channel.width_bytes - 1)
