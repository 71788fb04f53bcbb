# SPDX-License-Identifier: Apache-2.0
"""DFSDM1 of the L4, L4+ and H7: a digital microphone's bits to words, by DMA or read by the core.

RM0351, RM0432, RM0433, RM0455: DFSDM. DFSDMEN starts CKOUT; a conversion needs its channel enabled,
its filter set up and DFEN, and then RSWSTART. The model is lazy, as the UART is: it makes what is
due when the core looks, and at the times of interrupts, or on a grid in time where DMA fills memory
without any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import ClassVar, Protocol

from hil.virtual.chip_records import ClockEnable
from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import NEVER_PS
from hil.virtual.stm32 import dfsdm_registers as at
from hil.virtual.stm32.dfsdm_filter import Filter, Run, as_registers
from hil.virtual.stm32.dma_channels import DmaChannel, DmaController, DmaRequest
from hil.virtual.stm32.pdm_input import PdmInput
from hil.virtual.system import ClockTree, Events, Interrupting

CKOUT_MAX_HZ = 20_000_000
"""DS10969, DS12023, DS12110, DS13195: DFSDM characteristics."""
KERNEL_PER_CKOUT = 4
"""The clock that the DFSDM works with is that much faster (RM0351: serial channel transceivers)."""
MEMORY_GRID_PS = 500_000_000
"""Results by DMA that no interrupt announces are in memory at least this often."""
WORD_BYTES = 4


class CountsWrites(Protocol):
    """What tells that clocks or pins may have changed."""

    writes: int
    """Writes to peripherals so far."""


class DfsdmSystem(Events, Interrupting, Protocol):
    """What a DFSDM needs of the machine."""

    @property
    def bus(self) -> CountsWrites:
        """Over which registers are written."""


class DfsdmClocks(ClockTree, Protocol):
    """What a DFSDM asks of RCC."""

    def dfsdm_kernel_hz(self) -> int:
        """The clock that the DFSDM works with, and that CKOUT may be divided from."""

    def dfsdm_audio_hz(self) -> int:
        """The other clock that CKOUT may be divided from."""


@dataclass(frozen=True, slots=True)
class DfsdmPlace:
    """Interrupts and DMA requests of the filters."""

    interrupts: tuple[int, ...]
    requests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DfsdmConnections:
    """What a DFSDM is connected to."""

    place: DfsdmPlace
    dma: DmaController
    clocks: DfsdmClocks
    enable: ClockEnable
    line: PdmInput | None
    """The microphone that is wired to it, if one is."""


class Dfsdm(Peripheral[DfsdmSystem]):
    """One DFSDM; one filter at a time converts."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        **at.channel_registers(),
        **at.filter_registers(),
    }
    SIZE = 0x800

    def __init__(
        self, system: DfsdmSystem, name: str, base: int, connections: DfsdmConnections
    ) -> None:
        self.connections = connections
        self.filters = [Filter() for _ in range(at.FILTERS)]
        super().__init__(system, name, base)
        for channel in range(at.CHANNELS):
            self._writers[f"CH{channel}CFGR1"] = partial(self._write_cfgr1, channel)
            self._writers[f"CH{channel}CFGR2"] = partial(self._write_cfgr2, channel)
        for index in range(at.FILTERS):
            name = f"FLT{index}"
            self._writers[f"{name}CR1"] = partial(self._write_cr1, index)
            self._writers[f"{name}CR2"] = partial(self._write_cr2, index)
            self._writers[f"{name}ICR"] = partial(self._write_icr, index)
            self._writers[f"{name}FCR"] = partial(self._write_fcr, index)
            self._readers[f"{name}ISR"] = partial(self._read_isr, index)
            self._readers[f"{name}RDATAR"] = partial(self._read_rdatar, index)

    def reset(self) -> None:
        """Everything off, CKOUT too."""
        super().reset()
        self.source_hz = 0
        """What CKOUT is divided from; 0: it stands."""
        self._checked_at = -1
        """Writes to peripherals when clocks and pins were looked at last."""
        self._quiet_until_ps = NEVER_PS
        for one in self.filters:
            one.reset()
        if self.connections.line is not None:
            self.connections.line.stop()

    @property
    def dma_requests(self) -> tuple[DmaRequest, ...]:
        """One a filter, through RDATAR."""
        return tuple(
            DmaRequest(
                number,
                f"{self.name} filter {index}",
                self.base + at.FILTER_BASE + at.FILTER_STRIDE * index + at.RDATAR,
                widths_bytes=(WORD_BYTES,),
            )
            for index, number in enumerate(self.connections.place.requests)
        )

    # -- channels --------------------------------------------------------------------------------

    def _write_cfgr1(self, channel: int, value: int) -> None:
        self.catch_up()
        name = f"CH{channel}CFGR1"
        before = self.values[name]
        changed, offset = before ^ value, at.CHANNEL_STRIDE * channel
        if changed & (at.CHINSEL | at.SPICKSEL | at.SITP) and before & at.CHEN:
            what = f"CHINSEL, SPICKSEL or SITP of {name} is changed while CHEN is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, offset)
        if changed & (at.CKOUTSRC | at.CKOUTDIV) and before & at.DFSDMEN:
            what = f"CKOUTSRC or CKOUTDIV of {name} is changed while DFSDMEN is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, offset)
        if before & ~value & at.CHEN and channel in self._channels_in_use():
            what = f"CHEN of channel {channel} is cleared while a filter converts it"
            raise self.broken(Rule.FILTER_SETTINGS, what, offset)
        self.values[name] = value
        if changed & value & at.DFSDMEN:
            self._start_ckout(value)
        elif changed & at.DFSDMEN:
            self._stop_ckout()

    def _channels_in_use(self) -> list[int]:
        return [one.run.channel for one in self.filters if one.run is not None]

    def _start_ckout(self, value: int) -> None:
        code = (value & at.CKOUTDIV) >> at.CKOUTDIV_POSITION
        if not code:
            return  # no clock
        source_hz, kernel_hz = self._source_hz(), self.connections.clocks.dfsdm_kernel_hz()
        hz = Fraction(source_hz, code + 1)
        if hz > CKOUT_MAX_HZ:
            what = f"CKOUT is {float(hz) / 1e6:g} MHz, at most {CKOUT_MAX_HZ / 1e6:g} MHz"
            raise self.broken(Rule.MICROPHONE_CLOCK, what, 0)
        if kernel_hz < KERNEL_PER_CKOUT * hz:
            what = f"CKOUT is {float(hz) / 1e6:g} MHz, more than a quarter of the DFSDM's clock"
            raise self.broken(Rule.MICROPHONE_CLOCK, f"{what}, {kernel_hz / 1e6:g} MHz", 0)
        if self.connections.line is not None:
            self.connections.line.start(hz, self.system.now_ps)
        self.source_hz = source_hz

    def _source_hz(self) -> int:
        """What CKOUT is divided from."""
        clocks = self.connections.clocks
        audio = self.values["CH0CFGR1"] & at.CKOUTSRC
        return clocks.dfsdm_audio_hz() if audio else clocks.dfsdm_kernel_hz()

    def _stop_ckout(self) -> None:
        self.source_hz = 0
        if self.connections.line is not None:
            self.connections.line.stop()
        for one in self.filters:
            one.reset()
        self.catch_up()

    def _write_cfgr2(self, channel: int, value: int) -> None:
        self.catch_up()
        name = f"CH{channel}CFGR2"
        locked = self.values[f"CH{channel}CFGR1"] & at.CHEN
        if locked and (value ^ self.values[name]) & at.DTRBS:
            what = f"DTRBS of {name} is changed while CHEN is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, at.CHANNEL_STRIDE * channel + 4)
        self.values[name] = value
        for index, one in enumerate(self.filters):
            if one.run is not None and one.run.channel == channel:
                self._check_range(index, one.run.conversion, channel)

    # -- filters ---------------------------------------------------------------------------------

    def _offset(self, index: int) -> int:
        return at.FILTER_BASE + at.FILTER_STRIDE * index

    def _write_cr1(self, index: int, value: int) -> None:
        self.catch_up()
        name, one = f"FLT{index}CR1", self.filters[index]
        before = self.values[name]
        changed = before ^ value
        if changed & (at.FAST | at.RDMAEN) and before & at.DFEN:
            what = f"FAST or RDMAEN of {name} is changed while DFEN is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, self._offset(index))
        if one.run is not None and value & at.DFEN and changed & (at.RCH | at.RCONT):
            what = f"RCH or RCONT of {name} is changed during a conversion, which is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, self._offset(index))
        self.values[name] = value & ~at.RSWSTART
        if changed & ~value & at.DFEN:
            one.reset()
        if value & at.RSWSTART:
            if not before & value & at.DFEN:
                what = "RSWSTART is written while DFEN is 0, and starts nothing"
                raise self.broken(Rule.FILTER_SETTINGS, what, self._offset(index))
            if one.run is None:
                self._start(index)
        self.catch_up()

    def _write_cr2(self, index: int, value: int) -> None:
        self.catch_up()
        self.values[f"FLT{index}CR2"] = value
        self.catch_up()

    def _write_icr(self, index: int, value: int) -> None:
        self.catch_up()
        self.filters[index].flags &= ~(value & at.ROVRF)
        self.catch_up()

    def _write_fcr(self, index: int, value: int) -> None:
        if self.values[f"FLT{index}CR1"] & at.DFEN:
            what = f"FLT{index}FCR is written while DFEN is 1"
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, what, self._offset(index) + 0x14)
        self.values[f"FLT{index}FCR"] = value

    def _read_isr(self, index: int) -> int:
        self.settle()
        absent = 0
        if not index:  # the flags of all channels' clocks are filter 0's
            for channel in range(at.CHANNELS):
                present = self.values[f"CH{channel}CFGR1"] & at.CHEN and self.source_hz
                absent |= 0 if present else 1 << channel
        return self.filters[index].status | absent << at.CKABF_POSITION

    def _read_rdatar(self, index: int) -> int:
        self.catch_up()
        value = self.filters[index].fetched()
        self.catch_up()
        return value

    # -- start -----------------------------------------------------------------------------------

    def _start(self, index: int) -> None:
        control = self.values[f"FLT{index}CR1"]
        if control & (at.FAST | at.RCONT) != at.FAST | at.RCONT:
            what = "a conversion without both RCONT and FAST is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, self._offset(index))
        if self._channels_in_use():
            what = "a second filter that converts is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, self._offset(index))
        if not self.values["CH0CFGR1"] & at.DFSDMEN:
            raise self.broken(Rule.FILTER_SETTINGS, "started while DFSDMEN is 0", 0)
        if not self.source_hz:
            raise self.broken(Rule.FILTER_SETTINGS, "started while CKOUTDIV is 0: no clock", 0)
        channel = (control & at.RCH) >> at.RCH_POSITION
        self._check_input(channel)
        conversion = self._checked_conversion(index, channel)
        line = self.connections.line
        assert line is not None
        first_clock = line.clocks_by(self.system.now_ps) + 1
        self.filters[index].run = Run(conversion, channel, line, first_clock)

    def _check_input(self, channel: int) -> None:
        """Raise unless a channel reads the microphone's data line at the right edge."""
        control, offset = self.values[f"CH{channel}CFGR1"], at.CHANNEL_STRIDE * channel
        if not control & at.CHEN:
            raise self.broken(Rule.FILTER_SETTINGS, f"CHEN of channel {channel} is 0", offset)
        if control & at.SITP >= len(at.SITP_EDGES) or control & at.SPICKSEL & 2 << 2:
            what = f"channel {channel}: Manchester coding or half of CKOUT is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, offset)
        if control & at.SPICKSEL != at.SPICKSEL_CKOUT:
            what = f"channel {channel} is clocked by CKIN{channel}, where nothing is wired"
            raise self.broken(Rule.FILTER_SETTINGS, what, offset)
        number = (channel + bool(control & at.CHINSEL)) % at.CHANNELS
        signal, line = f"DATIN{number}", self.connections.line
        if line is None or signal not in line.wired.pins:
            what = f"channel {channel} reads {signal}, where no microphone is"
            raise self.broken(Rule.FILTER_SETTINGS, what, offset)
        edge = at.SITP_EDGES[control & at.SITP]
        if line.wired.edge not in {edge, "either"}:
            what = f"channel {channel} reads {signal} at the {edge} edge, where no microphone is"
            raise self.broken(Rule.FILTER_SETTINGS, what, offset)

    def _checked_conversion(self, index: int, channel: int) -> at.Conversion:
        fcr = self.values[f"FLT{index}FCR"]
        conversion = at.Conversion.of_registers(fcr, self.values[f"CH{channel}CFGR2"])
        if conversion.order not in at.ORDERS or conversion.decimation == 1:
            what = f"FLT{index}FCR = 0x{fcr:08x}: the fast filter and no filter are not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, self._offset(index) + 0x14)
        self._check_range(index, conversion, channel)
        return conversion

    def _check_range(self, index: int, conversion: at.Conversion, channel: int) -> None:
        fault = conversion.fault(at.signed_offset(self.values[f"CH{channel}CFGR2"]))
        if fault is not None:
            what = f"filter {index}, channel {channel}: {fault}"
            raise self.broken(Rule.FILTER_SETTINGS, what, self._offset(index) + 0x14)

    # -- time ------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Catch up if a result has become due since the last time."""
        if self.system.now_ps >= self._quiet_until_ps:
            self.catch_up()

    def dma_changed(self) -> None:
        """Look again: a DMA channel was started or stopped."""
        self.catch_up()

    def catch_up(self) -> None:
        """Make every result that is due, then plan the next look."""
        self._quiet_until_ps = NEVER_PS
        event_ps = NEVER_PS
        for index, one in enumerate(self.filters):
            channel = self._dma_channel(index)
            if channel is not None and one.flags & at.REOCF:
                channel.push(one.fetched().to_bytes(WORD_BYTES, "little"))
            if one.run is not None:
                self._make(one, one.run, channel)
                event_ps = self._next_ps(index, one.run, self._dma_channel(index))
            self._update_line(index)
        self.system.schedule(self.name, None if event_ps == NEVER_PS else event_ps)

    def _dma_channel(self, index: int) -> DmaChannel | None:
        if not self.values[f"FLT{index}CR1"] & at.RDMAEN:
            return None
        return next(self.connections.dma.running(self.connections.place.requests[index]), None)

    def _make(self, one: Filter, run: Run, channel: DmaChannel | None) -> None:
        due = run.due(self.system.now_ps)
        if due > run.made:
            self._check_still(run)
            offset = at.signed_offset(self.values[f"CH{run.channel}CFGR2"])
            words = as_registers(run.take(due), offset, run.channel)
            taken = 0
            if channel is not None:
                taken = channel.push(words.astype("<u4").tobytes()) // WORD_BYTES
            if taken:
                one.data = int(words[taken - 1])
            one.keep(words[taken:])
        self._quiet_until_ps = run.time_ps(run.made)

    def _check_still(self, run: Run) -> None:
        """Raise unless clocks and pins are still what the conversion began with."""
        if self._checked_at == self.system.bus.writes:
            return
        connections = self.connections
        enable = connections.enable
        if not connections.clocks.clock_is_on(enable.register, enable.bit):
            what = f"converts while RCC_{enable.register} bit {enable.bit} is 0"
            raise self.broken(Rule.CLOCK_OFF, what)
        source_hz = self._source_hz()
        if source_hz != self.source_hz:
            what = f"its clock has gone from {self.source_hz / 1e6:g} to {source_hz / 1e6:g} MHz"
            raise self.broken(Rule.MICROPHONE_CLOCK, what)
        run.line.check_pins()
        self._checked_at = self.system.bus.writes

    def _next_ps(self, index: int, run: Run, channel: DmaChannel | None) -> int:
        """When the firmware could notice something next."""
        enabled = self.values[f"FLT{index}CR2"]
        if channel is None:
            return run.time_ps(run.made) if enabled else NEVER_PS
        to_flag = channel.bytes_to_flag()
        if to_flag is None:
            return (self.system.now_ps // MEMORY_GRID_PS + 1) * MEMORY_GRID_PS
        return run.time_ps(run.made + to_flag // WORD_BYTES - 1)

    def _update_line(self, index: int) -> None:
        active = self.filters[index].flags & self.values[f"FLT{index}CR2"]
        interrupt = self.connections.place.interrupts[index]
        self.system.nvic.set_line(interrupt, bool(active))
