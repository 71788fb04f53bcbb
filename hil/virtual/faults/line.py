# SPDX-License-Identifier: Apache-2.0
"""A serial line as bad as a desk's: errors, baud rates apart, USB frames, a busy start.

Everything is drawn from one seed, by the count of bytes sent, so that two runs with the same input
are the same run.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection

from hil.virtual.faults.names import VirtualFault
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.serial_line import FRAME_BITS, SPOILT_STOP_BIT, Glitch, HostLine
from hil.virtual.system import Events

SEED = 0x5EED
ERROR_ONE_IN = 10_000
"""Bytes to one that is disturbed, on the average."""

BAUD_ERROR = 0.02
STLINK_CLOCK_HZ = 72_000_000
"""Clock that the ST-LINK/V2-1's own USART divides, by whole numbers."""
CRYSTAL_ERROR = 50e-6

USB_FRAME_PS = PS_PER_SECOND // 1000
USB_PACKET_BYTES = 64
"""Of a full-speed bulk endpoint (USB 2.0, section 5.8.3); one packet a frame."""

STRAY = b"AT\r\n"
"""What a modem manager asks a serial port that it has just found."""
STRAY_BEGUN_FRAMES = 0.35
"""Part of the first stray frame that has gone by when the receiver is enabled."""

LINE_FAULTS = frozenset({
    VirtualFault.FRAMING_ERRORS, VirtualFault.NOISE, VirtualFault.HALF_BYTE_AT_START,
    VirtualFault.BAUD_PLUS, VirtualFault.BAUD_MINUS, VirtualFault.STLINK_BAUD,
    VirtualFault.USB_BURSTS,
})  # fmt: skip


class DisturbedLine(HostLine):
    """The line to the host under some of `LINE_FAULTS`. Whoever makes it sets `events`."""

    name = "LINE"

    events: Events

    def __init__(self, baud: int, faults: Collection[VirtualFault], seed: int = SEED) -> None:
        super().__init__(baud)
        self._faults = frozenset(faults)
        self._random = random.Random(seed)
        self.disturbed: Counter[VirtualFault] = Counter()
        """How often each fault has struck."""
        self._kinds = [
            kind
            for kind in (VirtualFault.FRAMING_ERRORS, VirtualFault.NOISE)
            if kind in self._faults
        ]
        self._until_next = {kind: self._draw_distance() for kind in self._kinds}
        self._next_frame_ps = 0
        self._in_adapter = bytearray()

    @property
    def may_get_bytes_late(self) -> bool:
        """Not where USB makes packets of what comes in each of its frames."""
        return VirtualFault.USB_BURSTS not in self._faults

    # -- baud rates ------------------------------------------------------------------------------

    @property
    def wire_baud(self) -> int:
        """What the host's end really makes of its baud rate."""
        rate = float(self.baud)
        if VirtualFault.STLINK_BAUD in self._faults:
            rate = STLINK_CLOCK_HZ / round(STLINK_CLOCK_HZ / self.baud) * (1 + CRYSTAL_ERROR)
        if VirtualFault.BAUD_PLUS in self._faults:
            rate *= 1 + BAUD_ERROR
        if VirtualFault.BAUD_MINUS in self._faults:
            rate *= 1 - BAUD_ERROR
        return round(rate)

    # -- to the board ----------------------------------------------------------------------------

    def send(self, data: bytes, now_ps: int) -> None:
        """Queue bytes from the host, in the packets of USB where that is asked for."""
        if VirtualFault.USB_BURSTS not in self._faults:
            self._send_piece(bytes(data), now_ps)
            return
        for at in range(0, len(data), USB_PACKET_BYTES):
            frame_ps = max(_next_frame_ps(now_ps), self._next_frame_ps)
            self._send_piece(bytes(data[at : at + USB_PACKET_BYTES]), frame_ps)
            self._next_frame_ps = frame_ps + USB_FRAME_PS
            self.disturbed[VirtualFault.USB_BURSTS] += 1

    def _send_piece(self, data: bytes, now_ps: int) -> None:
        while self._kinds and data:
            kind = min(self._kinds, key=self._until_next.__getitem__)
            distance = self._until_next[kind]
            if distance >= len(data):
                break
            super().send(data[:distance], now_ps)
            self.send_disturbed(data[distance], self._draw_glitch(kind), now_ps)
            self._count_sent(distance + 1)
            self._until_next[kind] = self._draw_distance()
            self.disturbed[kind] += 1
            data = data[distance + 1 :]
        self._count_sent(len(data))
        super().send(data, now_ps)

    def _count_sent(self, count: int) -> None:
        for kind in self._kinds:
            self._until_next[kind] = max(0, self._until_next[kind] - count)

    def _draw_distance(self) -> int:
        """Bytes before the next disturbed one."""
        return round(self._random.expovariate(1 / ERROR_ONE_IN))

    def _draw_glitch(self, kind: VirtualFault) -> Glitch:
        if kind is VirtualFault.FRAMING_ERRORS:
            return SPOILT_STOP_BIT
        return Glitch(self._random.randrange(FRAME_BITS), self._random.randrange(3))

    def receiver_starts(self, now_ps: int) -> None:
        """Let the line be in the middle of a byte, unless it carries the host's bytes already."""
        if VirtualFault.HALF_BYTE_AT_START in self._faults and not self.bytes_coming:
            super().send(STRAY, now_ps - round(STRAY_BEGUN_FRAMES * self.frame_ps))
            self.disturbed[VirtualFault.HALF_BYTE_AT_START] += 1
        super().receiver_starts(now_ps)

    def drop_coming(self) -> None:
        """Forget bytes on their way."""
        super().drop_coming()
        self._next_frame_ps = 0

    # -- from the board --------------------------------------------------------------------------

    def deliver(self, data: bytes) -> None:
        """Take bytes from the board; with USB the host gets them at the end of the frame."""
        if VirtualFault.USB_BURSTS not in self._faults:
            super().deliver(data)
            return
        self._in_adapter += data
        self.bytes_wanted = max(0, self.bytes_wanted - len(data))
        self.reset()

    def reset(self) -> None:
        """Plan the next USB frame again, since a reset of the board forgets all plans."""
        if self._in_adapter:
            self.events.schedule(self.name, _next_frame_ps(self.events.now_ps))

    def on_time(self) -> None:
        """Hand the host what the USB frame brings."""
        self.from_board += self._in_adapter
        self._in_adapter.clear()

    def forget_received(self) -> None:
        """Forget what the host has not read, in the adapter too."""
        super().forget_received()
        self._in_adapter.clear()


def _next_frame_ps(now_ps: int) -> int:
    return -(-now_ps // USB_FRAME_PS) * USB_FRAME_PS
