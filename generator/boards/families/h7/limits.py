# SPDX-License-Identifier: Apache-2.0
"""What an STM32H7 can do: the limits that a record of boards.yaml must keep.

`lines.py` has the numbers of the two lines of parts. A record may have two clocks, the board's and
the fallback of an older revision: both are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator.boards.checks import (
    Complaint,
    check_baud,
    check_channels,
    check_direct_clock,
    check_pins,
    check_pll,
    check_wait_states,
    mhz_span,
)
from generator.boards.families.h7.lines import (
    FLASH_MAX_BYTES,
    FLASH_ORIGIN,
    ITCM,
    ITCM_LEAST_BYTES,
    LINES,
    MPU_REGION_MIN_BYTES,
    PLL_SOURCE_HZ,
    STACK_GUARD_BYTES,
    WIDE_INPUT_FROM_HZ,
    Line,
    find_line,
)
from generator.boards.families.h7.record import H7Clock
from generator.boards.record import Memory, Uart

CONTROLLERS = {"DMA1": range(8), "DMA2": range(8)}
"""DMA1 and DMA2 have eight streams each (RM0433, RM0455: DMA); the BDMA and MDMA are not used."""

FALLBACK_FIELDS = ("multiplier_n", "core_hz", "voltage_scale", "flash_wait_states")


def check(part: str, clock: H7Clock | None, uart: Uart | None) -> Iterator[Complaint]:
    """Hold a record's sections (None: bad in form) against the limits; complain of each breach."""
    line = find_line(part)
    if line is None:
        parts = ", ".join(name for known in LINES.values() for name in known.parts)
        yield ("part",), f"{part} is not supported by this port", f"one of {parts}"
        return
    if clock is not None:
        yield from _check_source(clock, line)
        yield from _check_supply(part, clock, line)
        own = list(_check_tree(clock, uart, line))
        yield from own
        yield from _check_fallback(clock, uart, line, [place for place, _, _ in own])
    if uart is not None:
        yield from check_pins(uart, line.uart_pins)
        yield from check_channels(uart, CONTROLLERS, line.uart_requests)


def check_memories(part: str, memories: Sequence[Memory], uart: Uart | None) -> Iterator[Complaint]:
    """Each memory that the image is linked to is where the part has one for its purpose.

    `memories` is empty where one is bad in form.
    """
    line = find_line(part)
    if not memories or line is None:
        return
    banks = tuple((bank.origin, bank.end) for bank in line.sram_banks)
    for index, memory in enumerate(memories):
        place = ("memories", index)
        match memory.name:
            case "flash":
                yield from _check_flash(place, memory)
            case "ram":
                yield from _check_span(place, memory, line.ram_memory)
                if memory.origin % STACK_GUARD_BYTES:
                    what = f"0x{memory.origin:08x} is no multiple of {STACK_GUARD_BYTES}"
                    yield (*place, "origin"), what, "the MPU guards the stack's end below it"
            case "itcm":
                yield from _check_span(place, memory, ITCM)
                if memory.origin != ITCM[0][0] or memory.size_bytes < ITCM_LEAST_BYTES:
                    what = f"kernels need {ITCM_LEAST_BYTES} bytes from 0x{ITCM[0][0]:08x} on"
                    yield place, what, "give all of it, or leave it out"
            case "dma_ram":
                yield from _check_span(place, memory, banks)
                yield from _check_dma_ram(place, memory, uart)
    if not any(memory.name == "dma_ram" for memory in memories):
        what = "no memory 'dma_ram', and DMA1 and DMA2 do not reach the core's own ITCM and DTCM"
        yield ("memories",), what, "add SRAM1 or another RAM of the second domain by that name"


def _check_span(
    place: tuple[str | int, ...], memory: Memory, spans: Sequence[tuple[int, int]]
) -> Iterator[Complaint]:
    low, end = spans[0]
    for next_low, next_end in spans[1:]:
        if next_low == end:
            end = next_end  # banks that are one after the other are one stretch
    stretches = [(low, end), *spans]
    if not any(low <= memory.origin and memory.end <= end for low, end in stretches):
        said = ", ".join(f"0x{low:08x}..0x{end - 1:08x}" for low, end in spans)
        what = f"{memory.name} cannot be 0x{memory.origin:08x}..0x{memory.end - 1:08x}"
        yield (*place, "origin"), what, f"a memory within {said}"


def _check_flash(place: tuple[str | int, ...], memory: Memory) -> Iterator[Complaint]:
    if memory.origin != FLASH_ORIGIN:
        what = f"the core starts at 0x{FLASH_ORIGIN:08x}, not at 0x{memory.origin:08x}"
        yield (*place, "origin"), what, f"write 0x{FLASH_ORIGIN:08x}"
    if memory.size_bytes > FLASH_MAX_BYTES:
        what = f"{memory.size_bytes} bytes: no part of this family has more than {FLASH_MAX_BYTES}"
        yield (*place, "size_bytes"), what, "the size in the data sheet"


def _check_dma_ram(
    place: tuple[str | int, ...], memory: Memory, uart: Uart | None
) -> Iterator[Complaint]:
    """One region of the MPU holds it, and it holds the rings."""
    size = memory.size_bytes
    if size & (size - 1) or size < MPU_REGION_MIN_BYTES:
        what = f"{size} bytes are no region of the MPU: it needs a power of two, 32 or more"
        yield (*place, "size_bytes"), what, "give a part of the memory a name of its own"
    elif memory.origin % size:
        what = f"0x{memory.origin:08x} is no multiple of {size}, as the MPU needs it"
        yield (*place, "origin"), what, "give a smaller part of the memory this name"
    rings_bytes = uart.rx_ring_bytes + uart.tx_ring_bytes if uart is not None else 0
    if rings_bytes > size:
        what = f"the UART's rings take {rings_bytes} bytes, and dma_ram has {size}"
        yield (*place, "size_bytes"), what, "shorter rings, or a larger memory"


def _check_source(clock: H7Clock, line: Line) -> Iterator[Complaint]:
    hz = clock.source_hz
    place = ("clock", "source_hz")
    if clock.source in PLL_SOURCE_HZ and hz != PLL_SOURCE_HZ[clock.source]:
        fixed_hz = PLL_SOURCE_HZ[clock.source]
        yield place, f"{clock.source.upper()} runs at {fixed_hz} Hz, not {hz}", f"write {fixed_hz}"
    if clock.source == "hse" and not line.hse_hz[0] <= hz <= line.hse_hz[1]:
        yield place, f"HSE takes {mhz_span(line.hse_hz)}, not {hz} Hz", "check the crystal"
    if clock.hse_bypass and clock.source != "hse":
        what = f"the source is {clock.source}, not HSE"
        yield ("clock", "hse_bypass"), what, "write false, or source: hse"


def _check_supply(part: str, clock: H7Clock, line: Line) -> Iterator[Complaint]:
    supplies = [supply for supply in line.supplies if supply != "smps" or part.endswith("Q")]
    if clock.supply not in supplies:
        what = f"{part} has no {clock.supply}"
        remedy = f"write {', '.join(supplies)}"
        if clock.supply in line.supplies:
            remedy += (
                f", or the part's whole name: a package with the converter ends in Q ({part}Q)"
            )
        yield ("clock", "supply"), what, remedy
    needs_fallback = line.scale_0_from_revision is not None and clock.voltage_scale == 0
    if needs_fallback and clock.fallback is None:
        what = f"voltage scale 0 needs revision 0x{line.scale_0_from_revision:04x} of the part"
        remedy = "add fallback: {multiplier_n, core_hz, voltage_scale, flash_wait_states}"
        yield ("clock", "fallback"), what, remedy
    if clock.fallback is not None and not needs_fallback:
        what = f"every revision of {part} reaches voltage scale {clock.voltage_scale}"
        yield ("clock", "fallback"), what, "leave it out"


def _check_fallback(
    clock: H7Clock, uart: Uart | None, line: Line, reported: Sequence[tuple[str | int, ...]]
) -> Iterator[Complaint]:
    """Complain of what is wrong with the fallback's tree alone.

    `reported`: places of the complaints about the board's own tree.
    """
    older = clock.fallen_back()
    if older is None:
        return
    for place, what, remedy in _check_tree(older, uart, line):
        if place[-1] in FALLBACK_FIELDS:
            yield ("clock", "fallback", place[-1]), what, remedy
        elif place not in reported:
            yield ("clock", "fallback"), what, remedy


def _check_tree(clock: H7Clock, uart: Uart | None, line: Line) -> Iterator[Complaint]:
    """One whole tree: the board's, or that of the fallback."""
    if clock.pll is None:
        yield from check_direct_clock(clock)
    else:
        wide = clock.source_hz / clock.pll.divider_m >= WIDE_INPUT_FROM_HZ
        vco_hz = line.vco_wide_hz[clock.voltage_scale] if wide else line.vco_medium_hz
        yield from check_pll(clock, clock.pll, replace(line.pll, vco_hz=vco_hz))
    scale = clock.voltage_scale
    limits = line.limits[scale]
    if clock.core_hz > limits.core_hz:
        what = f"{clock.core_hz} Hz is beyond {limits.core_hz} Hz of voltage scale {scale}"
        yield ("clock", "core_hz"), what, "lower the clock, or take a stronger voltage scale"
        return
    if clock.ahb_hz > limits.ahb_hz:
        what = f"AXI and AHB at {clock.ahb_hz} Hz are beyond {limits.ahb_hz} Hz of scale {scale}"
        yield ("clock", "ahb_divider"), what, "a larger divider"
        return
    yield from check_wait_states(clock.ahb_hz, clock.flash_wait_states, limits.latency_max_hz)
    for number, hz in enumerate((clock.apb1_hz, clock.apb2_hz, clock.apb3_hz, clock.apb4_hz), 1):
        if hz > limits.apb_hz:
            what = f"APB{number} at {hz} Hz is beyond {limits.apb_hz} Hz of voltage scale {scale}"
            yield ("clock", f"apb{number}_divider"), what, "a larger divider"
    if uart is not None:
        yield from check_baud(uart, clock.uart_kernel_hz(uart.peripheral))
