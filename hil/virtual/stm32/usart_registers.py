# SPDX-License-Identifier: Apache-2.0
"""Registers of a USART, and what they must say to talk to the host (RM0456 section 66)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.serial_line import FRAME_BITS, HostLine
from hil.virtual.stm32.dma_channels import DmaController, DmaRequest
from hil.virtual.stm32.usart_sampling import reads_everything
from hil.virtual.stm32.wired_pins import WiredPins
from hil.virtual.system import Events, Interrupting

UE, RE, TE = 1, 4, 8
IDLEIE, RXNEIE, TCIE, TXEIE, PEIE = 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8
PCE, M0, OVER8, M1, FIFOEN = 1 << 10, 1 << 12, 1 << 15, 1 << 28, 1 << 29
CMIE, CMF, ADD_POSITION = 1 << 14, 1 << 17, 24
EIE, DMAR, DMAT = 1, 1 << 6, 1 << 7
ONEBIT, OVRDIS, DDRE = 1 << 11, 1 << 12, 1 << 13
"""OVRDIS has no effect: a byte that the firmware loses stops the run with or without it."""
FE, NE, ORE, IDLE = 1 << 1, 1 << 2, 1 << 3, 1 << 4
RXNE, TC, TXE = 1 << 5, 1 << 6, 1 << 7
CLEARABLE = FE | NE | ORE | IDLE | TC | CMF
BUSY, TEACK, REACK, TXFE, RXFF = 1 << 16, 1 << 21, 1 << 22, 1 << 23, 1 << 24
STOP_BITS = 3 << 12

PRESCALERS = (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)
BAUD_TOLERANCE_PERCENT = 2
CHECKED_SETTINGS = 8
"""Settings of the line that are remembered as right."""

CR1_FIXED_WHILE_ON = PCE | M0 | OVER8 | M1 | FIFOEN


class CountsWrites(Protocol):
    """What tells a USART that something may have been set up again."""

    writes: int
    """Writes to peripherals so far."""


class KernelClocks(Protocol):
    """What a USART asks of RCC."""

    def usart_kernel_hz(self, usart: str) -> int:
        """Clock that a USART divides its baud rate from."""


@dataclass(frozen=True, slots=True)
class UsartConnections:
    """What a USART is connected to, inside the chip and outside."""

    interrupt: int
    rx_request: int
    tx_request: int
    dma: DmaController
    clocks: KernelClocks
    pins: WiredPins
    line: HostLine
    """To the host."""


class UsartSystem(Interrupting, Events, Protocol):
    """What a USART needs of the machine."""

    @property
    def bus(self) -> CountsWrites:
        """Over which registers are written."""


class UsartRegisters(Peripheral[UsartSystem]):
    """The registers and settings of a USART; `Usart` moves the bytes."""

    FIFO_BYTES: ClassVar[int] = 8
    REGISTERS: ClassVar[Mapping[int, Register]] = {
        0x00: Register("CR1", 0, UE | RE | TE | IDLEIE | RXNEIE | TCIE | TXEIE | PEIE | CMIE
                       | CR1_FIXED_WHILE_ON),
        0x04: Register("CR2", 0, STOP_BITS | 0xFF << ADD_POSITION),
        0x08: Register("CR3", 0, EIE | DMAR | DMAT | ONEBIT | OVRDIS | DDRE),
        0x0C: Register("BRR", 0, 0xFFFF),
        0x18: Register("RQR", 0, 0x18, write_one=True),
        0x1C: Register("ISR", 0),
        0x20: Register("ICR", 0, 0x0002_3BFF, write_one=True),
        0x24: Register("RDR", 0, sizes=ANY_SIZE),
        0x28: Register("TDR", 0, 0x1FF, write_one=True, sizes=ANY_SIZE),
        0x2C: Register("PRESC", 0, 0xF),
    }  # fmt: skip

    def __init__(
        self, system: UsartSystem, name: str, base: int, connections: UsartConnections
    ) -> None:
        self.interrupt = connections.interrupt
        self.rx_request, self.tx_request = connections.rx_request, connections.tx_request
        self.dma, self.clocks = connections.dma, connections.clocks
        self.pins, self.line = connections.pins, connections.line
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Reset values; what was checked before counts no more."""
        super().reset()
        self.frame_ps = 0
        self.read_ratio: float | None = None
        """The host's baud rate to this end's where the difference makes one of them misread."""
        self._checked: dict[tuple[object, ...], tuple[int, float | None]] = {}

    @property
    def dma_requests(self) -> tuple[DmaRequest, ...]:
        """Reception, through RDR, and transmission, through TDR."""
        return (
            DmaRequest(self.rx_request, f"{self.name}'s reception", self.base + 0x24),
            DmaRequest(
                self.tx_request, f"{self.name}'s transmission", self.base + 0x28, from_memory=True
            ),
        )

    @property
    def kernel_hz(self) -> int:
        """Clock that the baud rate is divided from."""
        return self.clocks.usart_kernel_hz(self.name)

    @property
    def depth(self) -> int:
        """Bytes that each direction can hold besides the shift register."""
        return self.FIFO_BYTES if self.values["CR1"] & FIFOEN else 1

    @property
    def ticks(self) -> int:
        """Ticks of the receiver in the time of one bit."""
        return 8 if self.values["CR1"] & OVER8 else 16

    @property
    def one_bit(self) -> bool:
        """Whether the receiver looks at each bit once, and so sees no noise."""
        return bool(self.values["CR3"] & ONEBIT)

    def baud(self) -> float:
        """Baud rate of BRR, PRESC, OVER8 and the kernel clock; raises on impossible settings."""
        brr, code = self.values["BRR"], self.values["PRESC"]
        if code >= len(PRESCALERS):
            raise self.broken(Rule.UART_SETTINGS, f"PRESC = {code} is reserved", 0x2C)
        clock_hz = self.kernel_hz / PRESCALERS[code]
        if self.values["CR1"] & OVER8:
            divider = (brr & 0xFFF0) | (brr & 7) << 1
            rate = 2 * clock_hz / divider if divider >= 16 else 0.0
        else:
            divider = brr
            rate = clock_hz / divider if divider >= 16 else 0.0
        if not rate:
            raise self.broken(Rule.BAUD_ERROR, f"BRR = 0x{brr:04x} is below 16", 0x0C)
        return rate

    def line_key(self, signal: str) -> tuple[object, ...]:
        """All that a check of the line looks at."""
        line, values = self.line, self.values
        settings = values["CR1"], values["CR2"], values["CR3"], values["BRR"], values.get("PRESC")
        pins = self.pins.settings(signal)
        return (signal, line.baud, line.wire_baud, self.kernel_hz, pins, settings)

    def check_line(self, signal: str) -> None:
        """Raise unless this end can talk to the host: frame, baud rate, pin."""
        settings = self.line_key(signal)
        known = self._checked.get(settings)
        if known is not None:
            self.frame_ps, self.read_ratio = known
            return
        if len(self._checked) > CHECKED_SETTINGS:
            self._checked.clear()
        if self.values["CR1"] & (PCE | M0 | M1) or self.values["CR2"] & STOP_BITS:
            raise self.broken(Rule.UART_SETTINGS, "the frame is not 8 data bits, 1 stop bit", 0x00)
        rate, host = self.baud(), self.line.baud
        if abs(rate - host) * 100 > BAUD_TOLERANCE_PERCENT * host:
            raise self.broken(
                Rule.BAUD_ERROR,
                f"BRR = 0x{self.values['BRR']:04x} gives {rate:.0f} baud, the host has {host}"
                f" ({100 * (rate - host) / host:+.1f} %)",
                0x0C,
            )
        self.pins.check(self.name, signal)
        self.frame_ps = round(FRAME_BITS * PS_PER_SECOND / rate)
        ratio = self.line.wire_baud / rate
        both_read = reads_everything(
            ratio, ticks=self.ticks, one_bit=self.one_bit
        ) and reads_everything(1 / ratio)
        self.read_ratio = None if both_read else ratio
        self._checked[settings] = self.frame_ps, self.read_ratio
