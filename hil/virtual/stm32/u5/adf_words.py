# SPDX-License-Identifier: Apache-2.0
"""ADF1 of the STM32U5: a digital microphone's bits to words, paced in virtual time (RM0456, 40).

The model is lazy: words are filtered some time ahead, and handed on when the core looks, and at the
times of the events that the firmware could notice. By DMA they come into memory at the channel's
flags and at every access to a register of the ADF or of the GPDMA; every half millisecond besides
where no flag interrupts, since the firmware has to look by itself then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Protocol

import numpy as np

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import NEVER_PS
from hil.virtual.sound.cic import Words, cic_state, sinc_decimate
from hil.virtual.stm32.dma_channels import DmaChannel, DmaController, DmaRequest
from hil.virtual.stm32.pdm_input import PdmInput
from hil.virtual.stm32.u5 import adf_registers as at
from hil.virtual.system import Events, Interrupting

AHEAD_WORDS = 320
"""Words that are filtered at once, ahead of their time: nothing that they come from changes."""
MEMORY_GRID_PS = 500_000_000
"""Words by DMA that nobody announces are brought up to date in memory this often."""


class FilterClocks(Protocol):
    """What the ADF asks of RCC."""

    @property
    def hclk_hz(self) -> int:
        """Clock of the bus."""

    @property
    def adf_kernel(self) -> tuple[int, int]:
        """Kernel clock as it should be, and as it is."""

    def adf_clock_is_on(self) -> bool:
        """Whether ADF1 has its bus clock."""


class AdfSystem(Interrupting, Events, Protocol):
    """What the ADF needs of the machine."""


@dataclass(frozen=True, slots=True)
class AdfConnections:
    """What an ADF is connected to."""

    interrupt: int
    request: int
    dma: DmaController
    clocks: FilterClocks
    microphone: PdmInput | None


class AdfWords(Peripheral[AdfSystem]):
    """An ADF without what the core does to its registers."""

    REGISTERS: ClassVar[Mapping[int, Register]] = at.REGISTERS

    def __init__(
        self, system: AdfSystem, name: str, base: int, connections: AdfConnections
    ) -> None:
        self._connections = connections
        self._clocks, self.microphone = connections.clocks, connections.microphone
        self.dma_requests = (
            DmaRequest(connections.request, f"{name}'s filter", base + 0xF0, widths_bytes=(4,)),
        )
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Everything off."""
        super().reset()
        if self.microphone is not None:
            self.microphone.stop()
        self._kernel = (0, 0)
        self._flags = 0
        self._stop_filter()
        self._quiet_until_ps = NEVER_PS

    def _stop_filter(self) -> None:
        self._fifo = b""
        self._cic = cic_state()
        self._filtered: Words = np.zeros(0, np.int64)
        self._saturated = np.zeros(0, np.bool_)
        self._ahead = b""
        """Words that are not due yet, as the CIC filter gives them, and as they will be read."""
        self.first_clock = self._made = self._discards = 0
        """First: the microphone's clock from which on the filter runs."""

    def steers_bytes(self, _offset: int) -> bool:
        """No byte of the host's goes through here."""
        return False

    # -- settings --------------------------------------------------------------------------------

    def _is_on(self, name: str) -> bool:
        return bool(self.values[name] & 1)

    @property
    def _processing_hz(self) -> Fraction:
        """adf_proc_ck."""
        divider = (self.values["CKGCR"] >> at.PROCDIV_POSITION & 127) + 1
        return Fraction(self._clocks.adf_kernel[1], divider)

    @property
    def _ratio(self) -> int:
        return (self.values["CKGCR"] >> at.CCKDIV_POSITION & 15) + 1

    @property
    def _decimation(self) -> int:
        return (self.values["DFLT0CICR"] >> at.DECIMATION_POSITION & 511) + 1

    @property
    def _order(self) -> int | None:
        return at.CIC_ORDERS.get(self.values["DFLT0CICR"] >> at.ORDER_POSITION & 7)

    def _gain(self) -> int:
        """What the filter's output is multiplied by."""
        scale = self.values["DFLT0CICR"] >> at.SCALE_POSITION & 63
        if scale == 1 or scale > 24:
            what = f"SCALE is 0x{scale:02x}: how silicon rounds then is not modelled"
            raise self.broken(Rule.UNMODELLED_REGISTER, what, 0x8C)
        return 3 << scale // 2 - 1 if scale & 1 else 1 << scale // 2

    # -- words -----------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Hand on what is due by now, and plan the next event."""
        channel = self._channel()
        if self._is_on("DFLT0CR"):
            due = self._words_by(self.system.now_ps) - self._made
            while due > 0:
                due -= self._take(due, channel)
        if self._fifo and channel is not None:
            self._fifo = self._fifo[self._push(self._fifo, channel) :]
        self._update_line()
        self._plan(channel)

    def settle(self) -> None:
        """Catch up if a word has become due since the last time."""
        if self.system.now_ps >= self._quiet_until_ps:
            self.catch_up()

    def dma_changed(self) -> None:
        """Look again: a channel may be its own."""
        self.catch_up()

    def _words_by(self, time_ps: int) -> int:
        assert self.microphone is not None
        return (self.microphone.clocks_by(time_ps) - self.first_clock) // self._decimation

    def _follow_kernel(self) -> None:
        """Check that the clocks run on, and take over a deviation of their oscillator."""
        microphone, kernel = self.microphone, self._clocks.adf_kernel
        assert microphone is not None
        if not self._clocks.adf_clock_is_on():
            raise self.broken(Rule.CLOCK_OFF, "its clock is switched off while the filter is on")
        if kernel == self._kernel:
            return
        if kernel[0] != self._kernel[0]:
            what = f"its kernel clock changes from {self._kernel[0]} to {kernel[0]} Hz in use"
            raise self.broken(Rule.CLOCK_TREE, what)
        microphone.change_clock(self._processing_hz / self._ratio, self.system.now_ps)
        self._kernel = kernel

    def _filter_ahead(self) -> None:
        """Make the next words."""
        microphone, order, decimation = self.microphone, self._order, self._decimation
        assert microphone is not None and order is not None
        self._follow_kernel()
        first = self.first_clock + self._made * decimation
        bits = microphone.bits(first, AHEAD_WORDS * decimation)
        self._filtered = sinc_decimate(bits, order, decimation, self._cic)
        self._scale()

    def _scale(self) -> None:
        """Apply the gain, saturate, and shift to the left."""
        limit = 1 << at.WORD_BITS - 1
        words = self._filtered * self._gain()
        self._saturated = (words >= limit) | (words < -limit)
        data = np.clip(words, -limit, limit - 1).astype(np.int32) << 32 - at.WORD_BITS
        self._ahead = data.tobytes()

    def _take(self, due: int, channel: DmaChannel | None) -> int:
        """Hand on words by DMA or to the RXFIFO, as many as have been made ahead."""
        if not len(self._filtered):
            self._filter_ahead()
        count = min(due, len(self._filtered))
        if self._saturated[:count].any():
            self._flags |= at.SATF
        dropped = min(self._discards, count)
        self._discards -= dropped
        waiting = self._fifo + self._ahead[4 * dropped : 4 * count]
        self._filtered, self._saturated = self._filtered[count:], self._saturated[count:]
        self._ahead = self._ahead[4 * count :]
        self._made += count
        rest = waiting[self._push(waiting, channel) :]
        if len(rest) > 4 * at.FIFO_WORDS:
            self._flags |= at.DOVRF
        self._fifo = rest[: 4 * at.FIFO_WORDS]
        return count

    def _push(self, data: bytes, channel: DmaChannel | None) -> int:
        """Let DMA take words; return how many bytes it took."""
        count = len(data) - len(data) % (4 * self._threshold)
        return channel.push(data[:count]) if channel is not None and count else 0

    @property
    def _threshold(self) -> int:
        """Words in the RXFIFO that make an event."""
        return at.FIFO_WORDS // 2 if self.values["DFLT0CR"] & at.HALF_FULL else 1

    def _channel(self) -> DmaChannel | None:
        if not self.values["DFLT0CR"] & at.DMAEN:
            return None
        return next(self._connections.dma.running(self._connections.request), None)

    # -- events ----------------------------------------------------------------------------------

    def _plan(self, channel: DmaChannel | None) -> None:
        """Plan the next event from how things stand."""
        if not self._is_on("DFLT0CR"):
            self._quiet_until_ps = NEVER_PS
            self.system.schedule(self.name, None)
            return
        self._quiet_until_ps = self._time_of_word(1)
        times = [self._time_of_word(number) for number in self._noticed_words(channel)]
        polled = channel is not None and channel.bytes_to_flag() is None
        if polled or self.values["DFLT0IER"] & at.SATF:
            times.append((self.system.now_ps // MEMORY_GRID_PS + 1) * MEMORY_GRID_PS)
        self.system.schedule(self.name, min(times, default=None))

    def _time_of_word(self, number: int) -> int:
        """When the next words are there: 1 for the next one."""
        assert self.microphone is not None
        made = self._made + number
        return self.microphone.time_of(self.first_clock + made * self._decimation)

    def _noticed_words(self, channel: DmaChannel | None) -> list[int]:
        """The next words whose coming the firmware could notice, counted from now."""
        enabled, level, threshold = self.values["DFLT0IER"], len(self._fifo) // 4, self._threshold
        numbers = []
        to_flag = None if channel is None else channel.bytes_to_flag()
        if to_flag is not None:
            numbers.append(-(-to_flag // (4 * threshold)) * threshold - level)
        if channel is None and enabled & at.FTHF and level < threshold:
            numbers.append(threshold - level)
        if channel is None and enabled & at.DOVRF:
            numbers.append(at.FIFO_WORDS + 1 - level)
        return [max(1, number) + self._discards for number in numbers]

    def _status(self) -> int:
        value = self._flags | (at.RXNEF if self._fifo else 0)
        return value | (at.FTHF if len(self._fifo) >= 4 * self._threshold else 0)

    def _update_line(self) -> None:
        active = self._status() & self.values["DFLT0IER"]
        self.system.nvic.set_line(self._connections.interrupt, bool(active))
