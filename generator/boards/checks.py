# SPDX-License-Identifier: Apache-2.0
"""Checks of a board's record that all families share.

A check yields complaints: the place below the record, what is wrong with its numbers, a remedy.
The limits that depend on the part come from `families/<family>/limits.py`, which calls these
checks. Register values are not made here: the port derives them from a record that passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from generator.boards.clock_tree import ClockTree, Pll
from generator.boards.record import (
    DMA_RAM,
    IMAGE_RAM,
    ITCM,
    MAX_DMA_BLOCK_BYTES,
    Budgets,
    Memory,
    Uart,
)

Complaint = tuple[tuple[str | int, ...], str, str]
"""Place below the record, what is wrong, remedy."""

MAX_BAUD_ERROR = 0.02
"""The receivers on both sides sample in the bit's middle; more than 2 % on one side is refused."""

USART_DIVIDER = (16, 65_535)
"""BRR of a USART with 16-fold oversampling."""

LPUART_DIVIDER = (0x300, 0xF_FFFF)
"""BRR of an LPUART, in 256ths of the kernel clock's periods (RM0351, LPUART "baud rate")."""

LPUART_FRACTIONS = 256
LPUART_CLOCK_PER_BAUD = (3, 4096)
"""The LPUART's kernel clock must be 3 to 4096 times the baud rate (RM0351, same section)."""


@dataclass(frozen=True, slots=True)
class PllLimits:
    """What a PLL takes and gives; pairs are lowest and highest."""

    divider_m: tuple[int, int]
    multiplier_n: tuple[int, int]
    output_dividers: Sequence[int]
    input_hz: tuple[int, int]
    """After divider M."""
    vco_hz: tuple[int, int]
    source: str
    """Manual and section."""
    output_dividers_said: str = ""
    """The dividers in words, where they are too many to list."""


def check_memories(
    memories: Mapping[int, Memory], budgets: Budgets | None, *, whole: bool
) -> Iterator[Complaint]:
    """Names, kinds, overlaps, and budgets against sizes.

    `memories`: those that are right in form, by their place in the record; `whole`: these are all.
    `budgets`: None where the section is bad in form.
    """
    for name, kind in (("flash", "flash"), ("ram", "ram")):
        if whole and not any(
            memory.name == name and memory.kind == kind for memory in memories.values()
        ):
            yield ("memories",), f"no memory {name!r} of kind {kind!r}", "the image needs it"
    for index, memory in memories.items():
        if memory.name in (DMA_RAM, ITCM) and memory.kind != "ram":
            what = f"{memory.name} holds what the program writes"
            yield ("memories", index, "kind"), what, "write ram"
    for (_, first), (index, second) in combinations(memories.items(), 2):
        if first.name == second.name:
            yield ("memories", index), f"a second memory named {second.name!r}", "rename it"
        if first.origin < second.end and second.origin < first.end:
            what = (
                f"{second.name} 0x{second.origin:08x}..0x{second.end - 1:08x} overlaps "
                f"{first.name} 0x{first.origin:08x}..0x{first.end - 1:08x}"
            )
            yield ("memories", index), what, "mend origin or size_bytes by the part's memory map"
    if budgets is None or not whole:
        return
    for names, key, budget in (
        (("flash",), "image_flash_bytes", budgets.image_flash_bytes),
        (IMAGE_RAM, "image_ram_bytes", budgets.image_ram_bytes),
    ):
        held = [memory for memory in memories.values() if memory.name in names]
        size_bytes = sum(memory.size_bytes for memory in held)
        if held and budget > size_bytes:
            said = ", ".join(memory.name for memory in held)
            what = f"{budget} bytes, but {said} has only {size_bytes}"
            yield ("budgets", key), what, "lower the budget"


def check_one_ram(part: str, memories: Sequence[Memory], uart: Uart | None) -> Iterator[Complaint]:
    """For a family whose DMA reaches all RAM, with no cache before it: one memory holds all data.

    A family's `check_memories`: `memories` is empty where one is bad in form, `uart` is not asked.
    """
    for index, memory in enumerate(memories):
        if memory.name in (DMA_RAM, ITCM):
            what = f"{part} needs no memory of this name, and its port uses none"
            yield ("memories", index, "name"), what, "another name"


def check_rings(uart: Uart) -> Iterator[Complaint]:
    """Both rings of the UART: a power of two, within one block of the DMA."""
    for name, size in (
        ("rx_ring_bytes", uart.rx_ring_bytes),
        ("tx_ring_bytes", uart.tx_ring_bytes),
    ):
        if size & (size - 1):
            yield ("uart", name), f"{size} is no power of two", "write 1024, 2048, 4096 or 8192"
        if size > MAX_DMA_BLOCK_BYTES:
            what = f"{size} bytes are beyond one DMA block of {MAX_DMA_BLOCK_BYTES}"
            yield ("uart", name), what, "write 32768 or less"


def check_pll(clock: ClockTree, pll: Pll, limits: PllLimits) -> Iterator[Complaint]:
    """Factors, the PLL's input, its VCO, and whether they give the core's clock."""
    for name, value, (low, high) in (
        ("divider_m", pll.divider_m, limits.divider_m),
        ("multiplier_n", pll.multiplier_n, limits.multiplier_n),
    ):
        if not low <= value <= high:
            yield ("clock", "pll", name), f"{value} is not within {low} to {high}", limits.source
    if pll.output_divider not in limits.output_dividers:
        choice = limits.output_dividers_said or ", ".join(map(str, limits.output_dividers))
        what = f"{pll.output_divider} is not one of {choice}"
        yield ("clock", "pll", pll.OUTPUT), what, limits.source
    input_hz = clock.source_hz / pll.divider_m
    vco_hz = input_hz * pll.multiplier_n
    if not limits.input_hz[0] <= input_hz <= limits.input_hz[1]:
        what = f"the PLL's input would be {input_hz:.0f} Hz, outside {mhz_span(limits.input_hz)}"
        yield ("clock", "pll", "divider_m"), what, "choose another divider_m or source"
    if not limits.vco_hz[0] <= vco_hz <= limits.vco_hz[1]:
        what = f"the PLL's VCO would run at {vco_hz:.0f} Hz, outside {mhz_span(limits.vco_hz)}"
        yield ("clock", "pll", "multiplier_n"), what, "choose another multiplier_n"
    reached_hz = vco_hz / pll.output_divider / clock.core_divider
    if reached_hz != clock.core_hz:
        what = (
            f"{clock.core_hz} Hz is unreachable: {clock.source_hz} / {pll.divider_m} * "
            f"{pll.multiplier_n} / {pll.output_divider} / {clock.core_divider}"
            f" = {reached_hz:.0f} Hz"
        )
        yield ("clock", "core_hz"), what, "mend the PLL's factors, or core_hz"


def check_direct_clock(clock: ClockTree) -> Iterator[Complaint]:
    """Without a PLL the source itself must be the core's clock."""
    if clock.source_hz != clock.core_hz * clock.core_divider:
        what = f"unreachable: {clock.source} gives {clock.source_hz} Hz without a PLL"
        yield ("clock", "core_hz"), what, "add pll"


def check_wait_states(
    core_hz: int, wait_states: int, latency_max_hz: Sequence[int]
) -> Iterator[Complaint]:
    """`latency_max_hz`: highest clock for 0, 1, 2, ... wait states; the last one is high enough."""
    needed = next(states for states, hz in enumerate(latency_max_hz) if core_hz <= hz)
    if wait_states < needed:
        what = f"{wait_states} wait states at {core_hz} Hz: {needed} are needed"
        yield ("clock", "flash_wait_states"), what, f"write {needed}"


def check_pins(
    uart: Uart, pins: Mapping[tuple[str, str], Mapping[str, int]]
) -> Iterator[Complaint]:
    """`pins`: (peripheral, "tx" or "rx") to the pins that carry it, with alternate function."""
    if uart.tx.pin == uart.rx.pin:
        yield ("uart", "rx", "pin"), f"{uart.rx.pin} carries both TX and RX", "two pins"
    for direction, pin in (("tx", uart.tx), ("rx", uart.rx)):
        known = pins.get((uart.peripheral, direction))
        if known is None:
            what = f"{uart.peripheral} is not supported by this port"
            yield ("uart", "peripheral"), what, f"one of {', '.join(sorted({p for p, _ in pins}))}"
            return
        signal = f"{uart.peripheral}_{direction.upper()}"
        choice = ", ".join(f"{name} AF{function}" for name, function in known.items())
        if pin.pin not in known:
            yield ("uart", direction, "pin"), f"{pin.pin} does not carry {signal}", choice
        elif pin.alternate_function != known[pin.pin]:
            what = f"AF{pin.alternate_function} of {pin.pin} is not {signal}"
            yield ("uart", direction, "alternate_function"), what, f"write {known[pin.pin]}"


def check_channels(
    uart: Uart, controllers: Mapping[str, range], requests: Mapping[tuple[str, str], int]
) -> Iterator[Complaint]:
    """DMA that joins any request to any channel: GPDMA, or DMA behind a DMAMUX.

    `controllers`: name to its channels. `requests`: (peripheral, "tx" or "rx") to request line.
    """
    for direction, dma in (("rx", uart.rx_dma), ("tx", uart.tx_dma)):
        place = f"{direction}_dma"
        channels = controllers.get(dma.controller)
        if channels is None:
            what = f"this part has no {dma.controller}"
            yield ("uart", place, "controller"), what, f"one of {', '.join(controllers)}"
        elif dma.channel not in channels:
            span = f"{channels[0]} to {channels[-1]}"
            what = f"{dma.controller} has channels {span}, not {dma.channel}"
            yield ("uart", place, "channel"), what, f"choose one of {span}"
        request = requests.get((uart.peripheral, direction))
        if request is not None and dma.request != request:
            what = f"request {dma.request} is not {uart.peripheral}_{direction.upper()}"
            yield ("uart", place, "request"), what, f"write {request}"
    yield from check_distinct_channels(uart)


def check_distinct_channels(uart: Uart) -> Iterator[Complaint]:
    """Reception and transmission each need a channel of their own."""
    rx, tx = uart.rx_dma, uart.tx_dma
    if (rx.controller, rx.channel) == (tx.controller, tx.channel):
        yield ("uart", "tx_dma", "channel"), "shared with rx_dma", "choose another channel"


def baud_divider(peripheral: str, kernel_hz: int, baud: int) -> tuple[int, int]:
    """Return BRR, rounded, and the fraction it counts in: 1, or for an LPUART 256."""
    fractions = LPUART_FRACTIONS if peripheral.startswith("LPUART") else 1
    return (fractions * kernel_hz + baud // 2) // baud, fractions


def check_baud(uart: Uart, kernel_hz: int) -> Iterator[Complaint]:
    """The rate must be within the divider's range, and what comes out within 2 %."""
    place = ("uart", "baud")
    divider, fractions = baud_divider(uart.peripheral, kernel_hz, uart.baud)
    low, high = USART_DIVIDER if fractions == 1 else LPUART_DIVIDER
    if not low <= divider <= high:
        what = (
            f"{uart.baud} baud cannot be divided from {kernel_hz} Hz: "
            f"BRR would be {divider}, outside {low} to {high}"
        )
        yield place, what, "choose another rate, or another divider of its bus"
        return
    least, most = LPUART_CLOCK_PER_BAUD
    if fractions != 1 and not least * uart.baud <= kernel_hz <= most * uart.baud:
        what = f"{kernel_hz} Hz is not {least} to {most} times {uart.baud} baud"
        yield place, what, "choose another rate, or another divider of its bus"
        return
    reached = fractions * kernel_hz / divider
    error = reached / uart.baud - 1
    if abs(error) > MAX_BAUD_ERROR:
        what = (
            f"{uart.baud} baud would be {reached:.0f}, {error:+.1%} off at {kernel_hz} Hz; "
            f"{MAX_BAUD_ERROR:.0%} at most"
        )
        yield place, what, "choose a rate that the kernel clock divides into better"


def mhz_span(hz: tuple[int, int]) -> str:
    """Return "4 to 16 MHz"."""
    return f"{hz[0] / 1e6:g} to {hz[1] / 1e6:g} MHz"
