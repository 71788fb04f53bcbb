# SPDX-License-Identifier: Apache-2.0
"""What of a USART's bytes others may move while the core runs: plain ones, by DMA, to memory known.

A write to a peripheral that may change how bytes go ends a loan. It is lent again once the line has
been checked again.
"""

from __future__ import annotations

from hil.virtual.stm32.usart_bytes import MEMORY_GRID_PS, UsartBytes
from hil.virtual.stm32.usart_registers import ADD_POSITION, CMF
from hil.virtual.stm32.usart_stretch import Sending, Stretch


class UsartLending(UsartBytes):
    """A USART that lends stretches of its bytes, and takes note of what others have moved."""

    def reset(self) -> None:
        """Nothing is lent, and no line was checked."""
        super().reset()
        self._checked_with: tuple[int, int, int] | None = None

    def on_time(self) -> None:
        """Catch up because of the time, and of nothing else."""
        self.lender.sync()
        if not self._go_on():
            self.catch_up()
            self._stretch = self._find_stretch()

    def plan_run(self) -> None:
        """Plan while the core stands: the host has sent something, or waits for something else."""
        self.plan()
        self._stretch = self._find_stretch()

    def line_is_checked(self) -> None:
        """Take note that the line has just been found right for reception."""
        self._checked_with = self._line_settings

    def lend_again(self) -> None:
        """Lend at once what a write has ended, once that has been dealt with."""
        if self._stretch is None:
            self._stretch = self._find_stretch()
            if self._stretch is not None:
                self.lender.lend_again()

    def _find_stretch(self) -> Stretch | None:
        """How reception goes on if nobody writes to a peripheral; None if there is more to it."""
        burst, channel = self.line.first, self._channel(self.rx_request)
        if burst is None or channel is None or burst.glitch is not None:
            return None
        busy = self._received or self._idle_due_ps is not None or self.read_ratio is not None
        if busy or not self._fills_memory or not self._line_is_as_checked():
            return None
        end = min(len(burst.data), burst.taken + channel.bytes_left)
        return Stretch(self.line, burst, channel, end, self.event_ps, self.system.bus.writes)

    @property
    def _line_settings(self) -> tuple[int, int, int]:
        """As long as this stays the same, the line that was checked is as it was then."""
        return self.system.bus.writes, self.line.baud, self.line.wire_baud

    def _line_is_as_checked(self) -> bool:
        """Whether a check of the line could find nothing else than the last one for reception."""
        return self._checked_with == self._line_settings

    def _go_on(self) -> bool:
        """Catch up where there are but bytes to move; False if there is more to do."""
        stretch, now = self._stretch, self.system.now_ps
        data = None if stretch is None else stretch.take(now, self.system.bus.writes)
        if data is None:
            return False
        assert stretch is not None
        if data:
            if self.values["CR2"] >> ADD_POSITION in data:
                self._flags |= CMF
            stretch.channel.push(data)
        if self._shift_end_ps is not None:
            self._transmit(now)
        self._note_next_byte(stretch)
        grid_ps = (now // MEMORY_GRID_PS + 1) * MEMORY_GRID_PS
        self.system.schedule(self.name, min(grid_ps, self.event_ps))
        self.lender.moved(len(data), grid_ps)
        return True

    def _note_next_byte(self, stretch: Stretch) -> None:
        next_ps = stretch.next_arrival_ps
        shift_end_ps = self._shift_end_ps
        self._quiet_until_ps = next_ps if shift_end_ps is None else min(next_ps, shift_end_ps)

    def lend(self) -> Stretch | None:
        """The stretch of reception that others may go on with; None if there is more to do."""
        stretch = self._stretch
        if stretch is None or not stretch.holds(self.system.bus.writes):
            return None
        return None if self._shift_end_ps is not None and self.sending() is None else stretch

    def sending(self) -> Sending | None:
        """The block that is being sent, if others may go on with it."""
        channel = self._channel(self.tx_request)
        if self._shift_end_ps is None or channel is None or not self.line.may_get_bytes_late:
            return None
        if len(self._to_send) < self.depth or not channel.bytes_left:
            return None
        return Sending(channel, self._shift_end_ps, self.frame_ps)

    def moved(self, count: int) -> None:
        """Take note of bytes of the stretch that others have moved to memory."""
        stretch = self._stretch
        assert stretch is not None
        if self.values["CR2"] >> ADD_POSITION in stretch.count(count):
            self._flags |= CMF
        self._note_next_byte(stretch)

    def sent(self, data: bytes) -> None:
        """Take note of bytes of the block that others have taken from memory, as they were then."""
        channel = self._channel(self.tx_request)
        assert channel is not None
        self._send_on(data)
        channel.count_moved(len(data))
        assert self._stretch is not None
        self._note_next_byte(self._stretch)
