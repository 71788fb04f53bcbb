# SPDX-License-Identifier: Apache-2.0
"""What a receiver makes of a frame whose sender has another baud rate, or a disturbed line.

A USART looks at each bit three times in its middle, and takes the majority: at ticks 8, 9 and 10
of 16, or 4, 5 and 6 of 8; with ONEBIT once, at the one in the middle (RM0351, RM0433, RM0456:
USART, "Data sampling when oversampling by 16"). The falling edge of the start bit is found at the
next tick, so that every look comes up to one tick late; the worse case counts here. In the stop
bit, which ends 10 bits after the edge, that leaves 10 / 9.6875 - 1 = 3.2 % to a sender that is
faster, and 3.9 % with ONEBIT. The manuals' tables ("Tolerance of the USART receiver") have 3.33 and
3.88 % for a divider with a fraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from hil.virtual.serial_line import DATA_BITS, FRAME_BITS, START_BIT, STOP_BIT, Glitch

MIDDLE_TICKS = {16: (8, 9, 10), 8: (4, 5, 6)}
"""By the ticks of a bit, the times of the three looks."""
EDGE_LATENCY_TICKS = 1
_PATTERNS = (0x00, 0xFF, 0x55, 0xAA, 0x7F, 0x80)


@dataclass(frozen=True, slots=True)
class Received:
    """A frame as the receiver took it."""

    byte: int
    framing_error: bool = False
    noise: bool = False


@lru_cache(maxsize=4096)
def read_frame(byte: int, ratio: float, *, ticks: int = 16, one_bit: bool = False) -> Received:
    """Read one frame of a stream without gaps; `ratio`: the sender's baud to the receiver's."""
    looks = MIDDLE_TICKS[ticks][1:2] if one_bit else MIDDLE_TICKS[ticks]
    latency = EDGE_LATENCY_TICKS if ratio > 1 else 0
    levels: list[int] = []
    noise = False
    for bit in range(FRAME_BITS):
        seen = [_level(byte, (ticks * bit + look + latency) / ticks * ratio) for look in looks]
        level = int(2 * sum(seen) > len(seen))
        noise |= seen != [level] * len(seen)
        levels.append(level)
    data = sum(levels[1 + place] << place for place in range(DATA_BITS))
    return Received(data, not levels[STOP_BIT], noise)


def _level(byte: int, time_bits: float) -> int:
    """The line's level at a time since the start edge; a next frame follows at once."""
    place = int(time_bits) % FRAME_BITS
    if place in (START_BIT, STOP_BIT):
        return int(place == STOP_BIT)
    return byte >> (place - 1) & 1


@lru_cache(maxsize=64)
def reads_everything(ratio: float, *, ticks: int = 16, one_bit: bool = False) -> bool:
    """Whether any stream is read without a fault at this ratio of baud rates."""
    return all(
        read_frame(byte, ratio, ticks=ticks, one_bit=one_bit) == Received(byte)
        for byte in _PATTERNS
    )


def read_disturbed(byte: int, glitch: Glitch, *, one_bit: bool) -> Received:
    """Read a frame in which one bit, or one of the three looks at it, is disturbed."""
    if glitch.look is None or (one_bit and glitch.look == 1 and glitch.bit != START_BIT):
        if glitch.bit == STOP_BIT:
            return Received(byte, framing_error=True)
        return Received(byte ^ 1 << (glitch.bit - 1))
    # A start bit is looked at three times in either mode; two looks that agree confirm it.
    return Received(byte, noise=not one_bit)
