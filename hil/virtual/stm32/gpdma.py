# SPDX-License-Identifier: Apache-2.0
"""GPDMA1: channels with linked lists, driven by peripheral requests (RM0456 section 17).

Transfers are bytes or words between a peripheral's data register and memory, as UARTs and filters
need them; anything else is refused as not modelled. A channel moves data when its peripheral pushes
or pulls.
"""

from __future__ import annotations

from collections.abc import Iterator

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.dma_channels import ByteChannel, DmaSystem

CHANNELS = 16
CHANNEL_STRIDE, CHANNEL_BASE = 0x80, 0x50

EN, RESET, SUSP = 1, 2, 4
IDLEF, TCF, HTF, DTEF, ULEF, USEF, SUSPF, TOF = (1, *(1 << bit for bit in range(8, 15)))
INTERRUPTS = 0x7F00
FIXED_WHILE_ON = 0x00C3_0000
SINC, DINC = 1 << 3, 1 << 19
WIDTHS = {0: 1, 2 | 2 << 16: 4}
"""Bytes by SDW_LOG2 and DDW_LOG2, which have to be alike here."""
WIDTH_BITS = 3 | 3 << 16
DREQ = 1 << 10
SAP, DAP = 1 << 14, 1 << 30

MODELLED = {
    "CLBAR": 0xFFFF_0000,
    "CTR1": SINC | DINC | SAP | DAP | 2 | 2 << 16,
    "CTR2": 0x7F | DREQ | 3 << 30,
    "CBR1": 0xFFFF,
    "CSAR": 0xFFFF_FFFF,
    "CDAR": 0xFFFF_FFFF,
    "CTR3": 0,
    "CBR2": 0,
    "CLLR": 0xF801_FFFC,
    "CCR": 0x00C2_7F07,
}
"""Bits with a meaning here. One byte or word a request, so no bursts, padding, exchange, trigger,
SWREQ or BREQ; no repeated blocks or 2D addressing; no security. The ports (SAP, DAP) and priorities
are accepted without an effect: there is no contention."""

_LINKED = (
    (31, "CTR1"), (30, "CTR2"), (29, "CBR1"), (28, "CSAR"), (27, "CDAR"), (16, "CLLR"),
)  # fmt: skip
_CONFIGURATION = ("CLBAR", "CTR1", "CTR2", "CBR1", "CSAR", "CDAR", "CTR3", "CBR2", "CLLR")


class Channel(ByteChannel):
    """One channel: its registers and the block that it moves."""

    dma: Gpdma

    def __init__(self, dma: Gpdma, index: int) -> None:
        self.dma = dma
        self.index = index
        self.reset()

    def reset(self) -> None:
        """Idle, everything zero."""
        self.values = dict.fromkeys((*_CONFIGURATION, "CSR", "CCR"), 0)
        self.values["CSR"] = IDLEF
        self.block_bytes = 0

    def broken(self, rule: Rule, detail: str, address: int | None = None) -> RuleBroken:
        """Make the exception for a rule that this channel breaks."""
        return RuleBroken(rule, f"{self.dma.name} channel {self.index}: {detail}", address)

    # -- registers -------------------------------------------------------------------------------

    def write(self, name: str, value: int) -> None:
        """Write a register."""
        if name == "CFCR":
            if value & ~INTERRUPTS:
                raise self.broken(Rule.UNMODELLED_REGISTER, f"CFCR = 0x{value:08x}")
            self.values["CSR"] &= ~(value & INTERRUPTS)
        elif name == "CCR":
            self._write_ccr(value)
        elif name == "CSR":
            raise self.broken(Rule.WRITE_PROTECTED_REGISTER, "CSR is read-only")
        else:
            if self.values["CCR"] & EN:
                raise self.broken(Rule.DMA_SETTINGS, f"{name} is written while the channel runs")
            self._set(name, value, "the write")
        self.update_line()

    def _set(self, name: str, value: int, who: str) -> None:
        unknown = value & ~MODELLED[name]
        if name == "CTR1" and value & WIDTH_BITS not in WIDTHS:
            unknown |= value & WIDTH_BITS
        if unknown:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                f"{who} sets bits 0x{unknown:08x} of {name}, which are not modelled",
            )
        self.values[name] = value

    def _write_ccr(self, value: int) -> None:
        unknown = value & ~MODELLED["CCR"]
        if unknown:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                f"the write sets bits 0x{unknown:08x} of CCR, which are not modelled",
            )
        before = self.values["CCR"]
        if value & RESET:
            if before & EN and not self.values["CSR"] & SUSPF:
                raise self.broken(Rule.DMA_SETTINGS, "RESET of a channel not suspended")
            self.values["CCR"] = value & ~(RESET | EN | SUSP)
            self.values["CSR"] = IDLEF
            return
        if before & EN:
            value |= EN  # Software cannot clear EN; it suspends and resets.
            if (value ^ before) & FIXED_WHILE_ON:
                raise self.broken(Rule.DMA_SETTINGS, "LSM, LAP or PRIO changes while EN is 1")
        self.values["CCR"] = value
        if value & EN:
            self.dma.note_enabled(self)
        if value & SUSP and value & EN:
            self.values["CSR"] |= SUSPF | IDLEF
        elif value & EN and not before & EN:
            self._start()
        self.dma.system.dma_clients.dma_changed()

    def update_line(self) -> None:
        """Drive the channel's interrupt."""
        active = self.values["CSR"] & self.values["CCR"] & INTERRUPTS
        self.dma.system.nvic.set_line(self.dma.interrupt_of(self.index), bool(active))

    # -- blocks ----------------------------------------------------------------------------------

    @property
    def request(self) -> int:
        """Peripheral request that paces the channel."""
        return self.values["CTR2"] & 0x7F

    @property
    def width_bytes(self) -> int:
        """Bytes that one request moves."""
        return WIDTHS[self.values["CTR1"] & WIDTH_BITS]

    @property
    def is_running(self) -> bool:
        """Whether the channel answers requests."""
        return bool(self.values["CCR"] & EN) and not self.values["CCR"] & SUSP

    @property
    def bytes_left(self) -> int:
        """Bytes of the block still to move."""
        return self.values["CBR1"] & 0xFFFF

    @property
    def from_memory(self) -> bool:
        """Whether the block goes from memory to a peripheral."""
        return bool(self.values["CTR2"] & DREQ)

    def bytes_to_flag(self) -> int | None:
        """Bytes until the next flag that raises an interrupt, or None."""
        enabled = self.values["CCR"]
        left, half = self.bytes_left, self.block_bytes - self.block_bytes // 2
        candidates = []
        if enabled & HTF and left > half:
            candidates.append(left - half)
        if enabled & TCF:
            candidates.append(left)
        return min(candidates, default=None)

    def _start(self) -> None:
        self.values["CSR"] &= ~IDLEF
        if not self.bytes_left:
            if not self.values["CLLR"]:
                raise self.broken(Rule.DMA_SETTINGS, "enabled with neither a block nor a list")
            self._load_link()
        else:
            self._begin_block()

    def _begin_block(self) -> None:
        control1 = self.values["CTR1"]
        self.block_bytes = self.bytes_left
        self._require_own_request()
        memory = self.values["CSAR" if self.from_memory else "CDAR"]
        peripheral = self.values["CDAR" if self.from_memory else "CSAR"]
        self.check_reach(memory, self.block_bytes, write=not self.from_memory)
        request = self.dma.system.dma_clients.request(self.request)
        if request is None or request.from_memory != self.from_memory:
            raise self.broken(
                Rule.DMA_SETTINGS,
                f"request {self.request} does not pace a transfer"
                f" {'to' if self.from_memory else 'from'} a modelled peripheral",
            )
        self.check_transfer(request, peripheral, f"request {self.request}")
        if self.block_bytes % self.width_bytes:
            what = f"a block of {self.block_bytes} bytes for transfers of {self.width_bytes}"
            raise self.broken(Rule.DMA_SETTINGS, what)
        increment = SINC if self.from_memory else DINC
        fixed = DINC if self.from_memory else SINC
        if not control1 & increment or control1 & fixed:
            raise self.broken(
                Rule.DMA_SETTINGS, "the memory address must increment, the other must not"
            )

    def _require_own_request(self) -> None:
        for other in self.dma.channels:
            if other is not self and other.is_running and other.request == self.request:
                raise self.broken(
                    Rule.DMA_SETTINGS, f"channel {other.index} answers request {self.request} too"
                )

    def _load_link(self) -> None:
        link = self.values["CLLR"]
        address = self.values["CLBAR"] & 0xFFFF_0000 | link & 0xFFFC
        position = address
        if not link >> 16 & 1:
            raise self.broken(Rule.UNMODELLED_REGISTER, "a list item that leaves CLLR alone")
        # Without UB1 the block's size is what it was (RM0456, GPDMA_CxBR1.BNDT).
        self.values["CBR1"] = self.values["CBR1"] & ~0xFFFF | self.block_bytes
        for bit, name in _LINKED:
            if not link >> bit & 1:
                continue
            self.check_reach(position, 4, write=False)
            word = self.dma.system.core.word(position)
            self._set(name, word, f"the list item at 0x{address:08x}")
            position += 4
        if not self.bytes_left:
            raise self.broken(Rule.DMA_SETTINGS, f"the list item at 0x{address:08x} has no block")
        self._begin_block()

    def _advance(self, count: int) -> None:
        left = self.bytes_left - count
        half = self.block_bytes - self.block_bytes // 2
        if left <= half < left + count:
            self.values["CSR"] |= HTF
        self.values["CBR1"] = self.values["CBR1"] & ~0xFFFF | left
        moving = "CSAR" if self.from_memory else "CDAR"
        self.values[moving] += count
        if left:
            return
        last = not self.values["CLLR"]
        if self.values["CTR2"] >> 30 != 3 or last:
            self.values["CSR"] |= TCF
        if last:
            self.values["CCR"] &= ~EN
            self.values["CSR"] |= IDLEF
        else:
            self._load_link()

    @property
    def memory_address(self) -> int:
        """Where in memory the next byte lies."""
        return self.values["CSAR" if self.from_memory else "CDAR"]


class Gpdma(Peripheral[DmaSystem]):
    """GPDMA1 of the STM32U5."""

    SIZE = 0x1000
    _CHANNEL_REGISTERS = {  # noqa: RUF012
        0x00: "CLBAR", 0x0C: "CFCR", 0x10: "CSR", 0x14: "CCR", 0x40: "CTR1", 0x44: "CTR2",
        0x48: "CBR1", 0x4C: "CSAR", 0x50: "CDAR", 0x54: "CTR3", 0x58: "CBR2", 0x7C: "CLLR",
    }  # fmt: skip
    REGISTERS = {0x0C: Register("MISR")}  # noqa: RUF012

    def __init__(self, system: DmaSystem, name: str, base: int) -> None:
        self.channels = [Channel(self, index) for index in range(CHANNELS)]
        self._located = {
            CHANNEL_BASE + CHANNEL_STRIDE * channel.index + place: (channel, name)
            for channel in self.channels
            for place, name in self._CHANNEL_REGISTERS.items()
            if channel.index >= 12 or name not in ("CTR3", "CBR2")
        }
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Reset every channel."""
        super().reset()
        self._enabled: list[Channel] = []
        """Those that were enabled since, in order: no others can be running."""
        for channel in self.channels:
            channel.reset()

    def note_enabled(self, channel: Channel) -> None:
        """Take note that a channel is enabled."""
        if channel not in self._enabled:
            self._enabled = sorted([*self._enabled, channel], key=lambda one: one.index)

    @staticmethod
    def interrupt_of(channel: int) -> int:
        """Interrupt number of a channel."""
        return 29 + channel if channel < 8 else 80 + channel - 8

    def steers_bytes(self, offset: int) -> bool:
        """All registers do but those that clear flags."""
        located = self._located.get(offset)
        return located is None or located[1] != "CFCR"

    def read(self, offset: int, size: int) -> int:
        """Read a register, after moving what is due."""
        located = self._located.get(offset)
        if located is None or size != 4:
            return super().read(offset, size)
        self.system.dma_clients.settle()
        channel, name = located
        return 0 if name == "CFCR" else channel.values[name]

    def write(self, offset: int, size: int, value: int) -> None:
        """Write a register, after moving what is due."""
        located = self._located.get(offset)
        if located is None or size != 4:
            super().write(offset, size, value)
            return
        self.system.dma_clients.settle()
        channel, name = located
        channel.write(name, value)

    def read_misr(self) -> int:
        """Masked interrupt status, one bit a channel."""
        return sum(
            1 << channel.index
            for channel in self.channels
            if channel.values["CSR"] & channel.values["CCR"] & INTERRUPTS
        )

    def running(self, request: int) -> Iterator[Channel]:
        """Yield the running channels that answer a request."""
        for channel in self._enabled:
            values = channel.values
            if values["CCR"] & (EN | SUSP) == EN and values["CTR2"] & 0x7F == request:
                yield channel
