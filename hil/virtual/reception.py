# SPDX-License-Identifier: Apache-2.0
"""Bytes by DMA while the core runs: what the engine may do of them by itself (`byte_feed`).

A loan lasts until something else than plain bytes is due, until anybody writes to a peripheral, or
until the USART looks at everything. Memory that DMA does not see as the core does is not lent.
"""

from __future__ import annotations

from typing import Protocol

from hil.virtual.bus import Bus
from hil.virtual.bus_memory import BusMemory
from hil.virtual.cpu.byte_feed import MOST_BYTES, ByteFeed
from hil.virtual.cpu.core import Core
from hil.virtual.scheduler import PS_PER_SECOND, Scheduler
from hil.virtual.serial_line import FRAME_BITS
from hil.virtual.stm32.usart import Usart
from hil.virtual.stm32.usart_bytes import MEMORY_GRID_PS


class ReceivingMachine(Protocol):
    """What reception needs of the machine."""

    core: Core
    scheduler: Scheduler
    usart: Usart
    bus: Bus
    bus_memory: BusMemory


class Reception:
    """Lends the reception of one machine's USART to the engine, and takes it back."""

    def __init__(self, machine: ReceivingMachine) -> None:
        self._machine = machine
        self._feed: ByteFeed = machine.core.feed
        self._until_ps = 0
        self.may_lend_again = True
        """Whether the core's run under way ends where `deadline` said."""
        machine.usart.lender = self
        machine.bus.before_write = self.give_back

    @property
    def may_lend(self) -> bool:
        """Whether DMA sees memory as the core does."""
        return self._machine.bus_memory.is_direct

    def deadline(self, until_ps: int) -> int:
        """Cycles up to which the core may run; what can be lent is lent."""
        machine, scheduler = self._machine, self._machine.scheduler
        self._until_ps = until_ps
        stretch = machine.usart.lend()
        if stretch is None or not self.may_lend:
            self._feed.stop()
            return scheduler.cycles_at(scheduler.next_ps(until_ps))
        name = machine.usart.name
        next_ps = scheduler.due_ps(name)
        stop_ps = min(stretch.event_ps, scheduler.next_ps(until_ps, but=name))
        if next_ps is None or next_ps >= stop_ps or stretch.end > MOST_BYTES:
            self._feed.stop()
            return scheduler.cycles_at(scheduler.next_ps(until_ps))
        if not self._feed.is_on:
            burst, channel = stretch.burst, stretch.channel
            memory = machine.core.host_address(channel.memory_address, channel.bytes_left)
            self._feed.start(
                burst.data, burst.taken, stretch.end, burst.start_ps, burst.baud,
                FRAME_BITS * PS_PER_SECOND, memory, MEMORY_GRID_PS,
            )  # fmt: skip
        self._send()
        self._feed.set_clock(scheduler.epoch_ps, scheduler.epoch_cycles, scheduler.clock_hz)
        self._feed.set_next(next_ps, scheduler.cycles_at(next_ps))
        return scheduler.cycles_at(stop_ps)

    def _send(self) -> None:
        """Let the engine take what is to be sent, from how things stand."""
        sending = self._machine.usart.sending()
        if sending is None:
            self._feed.send_nothing()
            return
        channel = sending.channel
        memory = self._machine.core.host_address(channel.memory_address, channel.bytes_left)
        self._feed.send(memory, channel.bytes_left, sending.shift_end_ps, sending.frame_ps)

    def sync(self) -> None:
        """Let the USART know what the engine has moved so far; the loan goes on."""
        if self._feed.is_on:
            moved, next_ps = self._feed.take()
            usart = self._machine.usart
            if moved:
                usart.moved(moved)
            sent = self._feed.take_sent()
            if sent:
                usart.sent(sent)
                self._send()
            self._machine.scheduler.put(usart.name, min(next_ps, usart.event_ps))

    def moved(self, count: int, next_ps: int) -> None:
        """Take note that the USART has moved bytes by itself, up to a point of the grid."""
        if self._feed.is_on:
            self._feed.skip(count)
            self._send()
            self._feed.set_next(next_ps, self._machine.scheduler.cycles_at(next_ps))

    def lend_again(self) -> None:
        """Lend in the middle of a run, and let that go on as far as it may then."""
        core = self._machine.core
        if self.may_lend_again and not core.stops_soon:
            self._feed.set_stop(max(0, self.deadline(self._until_ps)))

    def give_back(self) -> None:
        """End the loan, before anything changes that it counts on."""
        if self._feed.is_on:
            self.sync()
            self._feed.stop()
            scheduler = self._machine.scheduler
            due_ps = scheduler.due_ps(self._machine.usart.name)
            assert due_ps is not None
            self._machine.core.stop_by(scheduler.cycles_at(due_ps))
