# SPDX-License-Identifier: Apache-2.0
"""The bytes of a USART in asynchronous mode, paced in virtual time (RM0456 section 66).

Bytes from the host arrive one frame time apart; bytes to the host leave one frame time apart.
The model is lazy: it moves what is due when the core looks, and at the times of the events that
the firmware could notice (interrupts, DMA flags), so that a stream costs little.
"""

from __future__ import annotations

from collections import deque

from hil.virtual.rules import Rule
from hil.virtual.scheduler import NEVER_PS
from hil.virtual.stm32.dma_channels import DmaChannel
from hil.virtual.stm32.usart_registers import (
    ADD_POSITION,
    CMF,
    CMIE,
    DDRE,
    DMAR,
    DMAT,
    EIE,
    FE,
    FIFOEN,
    IDLE,
    IDLEIE,
    NE,
    ORE,
    RE,
    REACK,
    RXFF,
    RXNE,
    RXNEIE,
    TC,
    TCIE,
    TE,
    TEACK,
    TXE,
    TXEIE,
    TXFE,
    UE,
    UsartRegisters,
)
from hil.virtual.stm32.usart_sampling import Received, read_disturbed, read_frame
from hil.virtual.stm32.usart_stretch import NO_LENDER, Lender, Stretch

MEMORY_GRID_PS = 500_000_000
"""DMA reception is brought up to date in memory at least this often, in virtual time."""


class UsartBytes(UsartRegisters):
    """A USART wired to the host's serial line, without what the core does to its registers."""

    lender: Lender = NO_LENDER

    def reset(self) -> None:
        """Off; both directions empty."""
        self.lender.give_back()
        super().reset()
        self._received: deque[int] = deque()
        self._to_send: deque[int] = deque()
        self._flags = TC
        self._shift_end_ps: int | None = None
        self._shifting = 0
        self._idle_due_ps: int | None = None
        self._quiet_until_ps = 0
        self.event_ps, self._fills_memory = NEVER_PS, False
        self._stretch: Stretch | None = None

    # -- time ------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Move every byte that is due by now, then plan the next event."""
        self.lender.give_back()
        now = self.system.now_ps
        self._receive(now)
        self._transmit(now)
        self._update_line()
        self.plan()

    def settle(self) -> None:
        """Catch up if anything at all has become due since the last time."""
        if self.system.now_ps >= self._quiet_until_ps:
            self.on_time()

    def collect_sent(self) -> None:
        """Hand the host what has left the board by now."""
        self._transmit(self.system.now_ps)

    def dma_changed(self) -> None:
        """Look again: a DMA channel of this USART was started or stopped."""
        self.catch_up()
        self.lend_again()

    def line_is_checked(self) -> None:
        """Take note that the line has just been found right for reception."""

    def lend_again(self) -> None:
        """Lend at once what a write has ended, once that has been dealt with."""

    def _channel(self, request: int) -> DmaChannel | None:
        receives = request == self.rx_request
        if not self.values["CR3"] & (DMAR if receives else DMAT):
            return None
        if receives and self._request_masked:
            return None
        return next(self.dma.running(request), None)

    @property
    def _request_masked(self) -> bool:
        """With DDRE the receiver's DMA request is masked from an error until its flag is cleared.

        RM0351, RM0433, RM0456: USART_CR3, DDRE.
        """
        return bool(self._flags & (FE | NE) and self.values["CR3"] & DDRE)

    def _receive(self, now: int) -> None:
        if self._received:
            self._empty_by_dma()
        while True:
            data, last_ps, glitch = self.line.take_arrived(now)
            if not data:
                break
            self._idle_due_ps = last_ps + self.line.frame_ps
            if self.values["CR1"] & (UE | RE) != UE | RE:
                self.line.bytes_lost += len(data)
                continue
            self.check_line("RX")
            self.line_is_checked()
            if glitch is not None:
                self._take(read_disturbed(data[0], glitch, one_bit=self.one_bit))
            elif self.read_ratio is not None:
                for byte in data:
                    self._take(
                        read_frame(byte, self.read_ratio, ticks=self.ticks, one_bit=self.one_bit)
                    )
            else:
                self._accept(data)
        if self.line.bytes_coming and self._idle_due_ps is not None:
            next_start_ps = self.line.arrival_ps(0) - self.line.frame_ps
            if next_start_ps < self._idle_due_ps:
                self._idle_due_ps = None
        if self._idle_due_ps is not None and now >= self._idle_due_ps:
            self._idle_due_ps = None
            if self.values["CR1"] & (UE | RE) == UE | RE:
                self._flags |= IDLE

    def _accept(self, data: bytes) -> None:
        if self.values["CR2"] >> ADD_POSITION in data:
            self._flags |= CMF
        channel = self._channel(self.rx_request)
        taken = 0
        if channel is not None and not self._received:
            taken = channel.push(data)
        for byte in data[taken:]:
            if len(self._received) >= self.depth:
                self._overrun()
            else:
                self._received.append(byte)

    def _take(self, frame: Received) -> None:
        """Take a frame that may have errors.

        With DMA such a byte gets no further than the shift register, RXNE stays 0; with DDRE, or
        without DMA, it goes to RDR (RM0351, RM0433, RM0456: USART_CR3, DDRE).
        """
        self._flags |= FE if frame.framing_error else 0
        self._flags |= NE if frame.noise and not self.one_bit else 0
        has_error = frame.framing_error or frame.noise
        if has_error and self.values["CR3"] & (DMAR | DDRE) == DMAR:
            return
        self._accept(bytes((frame.byte,)))

    def _overrun(self) -> None:
        """Lose a byte: no fault of the firmware only where an error on the line masks DMA."""
        self._flags |= ORE
        if self._request_masked:
            return
        what = (
            "the one before it is still in RDR" if self.depth == 1 else "the receive FIFO is full"
        )
        raise self.broken(Rule.UART_OVERRUN, f"a byte arrives, {what}", 0x24)

    def _empty_by_dma(self) -> None:
        """Let DMA take what waits in RDR, once it may."""
        channel = self._channel(self.rx_request)
        if channel is not None:
            for _ in range(channel.push(bytes(self._received))):
                self._received.popleft()

    def _transmit(self, now: int) -> None:
        while self._shift_end_ps is not None and self._shift_end_ps <= now:
            if self._transmit_block(now):
                continue
            self._deliver(bytes((self._shifting,)))
            start, self._shift_end_ps = self._shift_end_ps, None
            if not self._load_shifter(start):
                self._flags |= TC
        if self._shift_end_ps is None:
            self._load_shifter(now)

    def _transmit_block(self, now: int) -> bool:
        """Send the bytes of a DMA block that are due at once; False if there is none."""
        channel = self._channel(self.tx_request)
        if channel is None or len(self._to_send) < self.depth or not channel.bytes_left:
            return False
        assert self._shift_end_ps is not None
        due = (now - self._shift_end_ps) // self.frame_ps + 1
        self._send_on(channel.pull(min(due, channel.bytes_left)))
        return True

    def _send_on(self, pulled: bytes) -> None:
        """Send as many bytes as DMA has brought; the last of those stay in the registers."""
        assert self._shift_end_ps is not None
        count = len(pulled)
        data = bytes((self._shifting, *self._to_send)) + pulled
        self._deliver(data[:count])
        self._shifting = data[count]
        self._to_send = deque(data[count + 1 :])
        self._shift_end_ps += count * self.frame_ps

    def _deliver(self, data: bytes) -> None:
        """Hand bytes to the host; its end is a USART too, and passes on what it has misread."""
        if self.read_ratio is not None:
            data = bytes(read_frame(byte, 1 / self.read_ratio).byte for byte in data)
        self.line.deliver(data)

    def _load_shifter(self, start: int) -> bool:
        """Start sending the next byte, if there is one; keep the data register filled by DMA."""
        if self.values["CR1"] & (UE | TE) != UE | TE:
            return False
        self._fill_by_dma()
        if not self._to_send:
            return False
        self.check_line("TX")
        self._shifting = self._to_send.popleft()
        self._fill_by_dma()
        self._flags &= ~TC
        self._shift_end_ps = start + self.frame_ps
        return True

    def _fill_by_dma(self) -> None:
        while len(self._to_send) < self.depth:
            channel = self._channel(self.tx_request)
            byte = b"" if channel is None else channel.pull(1)
            if not byte:
                return
            self._to_send.append(byte[0])

    def plan(self) -> None:
        """Plan the next event from how things stand."""
        self.lender.give_back()
        times: list[int] = []
        self._stretch = None
        self._fills_memory = self._plan_receive(times)
        self._plan_transmit(times)
        self.event_ps = min(times, default=NEVER_PS)
        if self._fills_memory:
            grid_ps = (self.system.now_ps // MEMORY_GRID_PS + 1) * MEMORY_GRID_PS
            self.system.schedule(self.name, min(grid_ps, self.event_ps))
        else:
            self.system.schedule(self.name, self.event_ps if times else None)
        moves = [time for time in (self._shift_end_ps, self._idle_due_ps) if time is not None]
        if self.line.bytes_coming:
            moves.append(self.line.arrival_ps(0))
        self._quiet_until_ps = min(moves, default=NEVER_PS)

    def _plan_receive(self, times: list[int]) -> bool:
        """Add the times at which reception is noticed; whether DMA writes to memory meanwhile."""
        control = self.values["CR1"]
        if self._idle_due_ps is not None and control & IDLEIE:
            times.append(self._idle_due_ps)
        coming = self.line.bytes_coming
        if not coming or control & (UE | RE) != UE | RE:
            return False
        channel = self._channel(self.rx_request)
        if channel is None:
            times.append(self.line.arrival_ps(0))
            return False
        to_flag = channel.bytes_to_flag()
        if to_flag is not None and to_flag <= coming:
            times.append(self.line.arrival_ps(to_flag - 1))
        if control & IDLEIE:
            times.append(self.line.first_gap_ps())
        if control & CMIE and not self._flags & CMF:
            matching = self.line.find_coming(self.values["CR2"] >> ADD_POSITION)
            if matching is not None:
                times.append(self.line.arrival_ps(matching))
        if self.values["CR3"] & EIE:
            glitch_ps = self.line.first_glitch_ps()
            if self.read_ratio is not None:
                times.append(self.line.arrival_ps(0))
            elif glitch_ps is not None:
                times.append(glitch_ps)
        return True

    def _plan_transmit(self, times: list[int]) -> None:
        if self._shift_end_ps is None:
            return
        if self.values["CR1"] & (TCIE | TXEIE):
            times.append(self._shift_end_ps)
        channel = self._channel(self.tx_request)
        to_flag = None if channel is None else channel.bytes_to_flag()
        if to_flag is not None:
            times.append(self._shift_end_ps + (to_flag - 1) * self.frame_ps)
        wanted = self.line.bytes_wanted
        if wanted > 0:
            behind = 1 + len(self._to_send) + (0 if channel is None else channel.bytes_left)
            times.append(self._shift_end_ps + (min(wanted, behind) - 1) * self.frame_ps)

    def _update_line(self) -> None:
        status, control = self._status(), self.values["CR1"]
        enabled = control & (IDLEIE | RXNEIE | TCIE | TXEIE)
        active = status & enabled
        if control & CMIE:
            active |= status & CMF
        if self.values["CR3"] & EIE:
            active |= status & (FE | NE | ORE)
        if control & RXNEIE:
            active |= status & ORE
        self.system.nvic.set_line(self.interrupt, bool(active))

    def _status(self) -> int:
        control, value = self.values["CR1"], self._flags
        if self._received:
            value |= RXNE
        if len(self._to_send) < self.depth:
            value |= TXE
        if control & FIFOEN:
            value |= 0 if self._to_send else TXFE
            value |= RXFF if len(self._received) >= self.depth else 0
        if control & UE:
            value |= (TEACK if control & TE else 0) | (REACK if control & RE else 0)
        return value
