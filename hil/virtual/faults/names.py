# SPDX-License-Identifier: Apache-2.0
"""The faults by name. Imports nothing of the emulator."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class VirtualFault(enum.Enum):
    """Every fault by its stable name; `text` says what happens."""

    text: str

    def __new__(cls, name: str, text: str) -> VirtualFault:
        """Make a member whose value is the name alone."""
        member = object.__new__(cls)
        member._value_ = name
        member.text = text
        return member

    FRAMING_ERRORS = "framing-errors", "1 byte in 10,000 to the board has a damaged stop bit"
    NOISE = "noise", "in 1 byte in 10,000 to the board one look at one bit is disturbed"
    HALF_BYTE_AT_START = (
        "half-byte-at-start",
        "the line carries 'AT' when the receiver is enabled, in the middle of its first byte",
    )
    BAUD_PLUS = "baud-plus-2-percent", "the host's end is 2 % too fast"
    BAUD_MINUS = "baud-minus-2-percent", "the host's end is 2 % too slow"
    STLINK_BAUD = (
        "stlink-baud",
        "the host's end divides 72 MHz: 923,077 baud for 921,600, its crystal 50 ppm off",
    )
    USB_BURSTS = (
        "usb-bursts",
        "64 bytes to the board in each USB frame of 1 ms; what it sends arrives once a frame",
    )
    DEBUG_SLEEP = (
        "debug-sleep",
        "a probe has left its bits in DBGMCU_CR: CYCCNT counts in sleep as well",
    )
    TRACE_LOST = "trace-lost", "a probe that leaves clears DEMCR 50 ms after each start"
    WATCHDOG_BITE = (
        "watchdog-bite",
        "the core is stopped once, in mid-clip; the watchdog restarts the chip",
    )
    LSI_FAST = "lsi-fast", "the LSI, and the watchdog with it, runs 10 % too fast"
    LSI_SLOW = "lsi-slow", "the LSI, and the watchdog with it, runs 10 % too slowly"
    STALE_READY = (
        "stale-ready",
        "ready flags stay for one more look (16 cycles at most) after a write, and come late",
    )
    HSE_MISSING = "hse-missing", "no clock arrives at HSE"
    LSE_MISSING = "lse-missing", "the 32.768 kHz crystal does not start"
    PORT_VANISHES = "port-vanishes", "the serial port fails once, in mid-clip, until it is reopened"
    RESET_IN_CLIP = "reset-in-clip", "the reset line is pulled once, in mid-clip"
    POWER_LOSS = (
        "power-loss-while-programming",
        "the supply fails once, while the 100th unit of flash is programmed",
    )
    BIT_FLIP = (
        "bit-flip-after-programming",
        "one bit of the 99th unit of flash that is programmed turns over afterwards, once",
    )


def parse_faults(names: Iterable[str]) -> tuple[VirtualFault, ...]:
    """Faults by their names, each once; ValueError with what is wrong and the list of names."""
    known = {fault.value: fault for fault in VirtualFault}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"no fault {', '.join(map(repr, unknown))}; faults: {', '.join(known)}")
    return tuple(dict.fromkeys(known[name] for name in names))
