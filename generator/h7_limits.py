# SPDX-License-Identifier: Apache-2.0
"""What an STM32H7 can do: limits that a record of boards.yaml is held against.

What the two lines of parts are is in `h7_lines`; here is how a record is held against its own. A
record may have two clocks, the board's and the fallback of an older revision: both are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from generator.h7_lines import (
    ITCM_ORIGIN,
    LINES,
    MPU_REGION_MIN_BYTES,
    PLL_SOURCE_HZ,
    STACK_GUARD_BYTES,
    WIDE_INPUT_FROM_HZ,
    Line,
    find_line,
)
from generator.limit_checks import (
    Complaint,
    check_baud,
    check_channels,
    check_direct_clock,
    check_pins,
    check_pll,
    check_wait_states,
    mhz_span,
)

if TYPE_CHECKING:
    from generator.board_spec import Memory, Uart
    from generator.clock_tree import H7Clock

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
        yield from _check_tree(clock, uart, line)
        older = clock.fallen_back()
        if older is not None:
            for place, what, remedy in _check_tree(older, uart, line):
                field = (place[-1],) if place[-1] in FALLBACK_FIELDS else ()
                yield ("clock", "fallback", *field), what, remedy
    if uart is not None:
        yield from check_pins(uart, line.uart_pins)
        yield from check_channels(uart, CONTROLLERS, line.uart_requests)


def check_memories(part: str, memories: Sequence[Memory], uart: Uart | None) -> Iterator[Complaint]:
    """The buffers need a memory that the DMA reaches and that one MPU region can hold.

    `memories` is empty where one is bad in form.
    """
    line = find_line(part)
    if not memories or line is None:
        return
    places = {memory.name: ("memories", index) for index, memory in enumerate(memories)}
    named = {memory.name: memory for memory in memories}
    ram, itcm, dma_ram = named.get("ram"), named.get("itcm"), named.get("dma_ram")
    if ram is not None and ram.origin % STACK_GUARD_BYTES:
        what = f"0x{ram.origin:08x} is no multiple of {STACK_GUARD_BYTES}"
        yield (*places["ram"], "origin"), what, "the MPU guards the stack's end below it"
    if itcm is not None and itcm.origin != ITCM_ORIGIN:
        what = f"the core fetches from its ITCM at 0x{ITCM_ORIGIN:08x}, not at 0x{itcm.origin:08x}"
        yield (*places["itcm"], "origin"), what, f"write {ITCM_ORIGIN}"
    if dma_ram is None:
        what = "no memory 'dma_ram', and DMA1 and DMA2 do not reach the core's own ITCM and DTCM"
        yield ("memories",), what, "add SRAM1 or another RAM of the buses by that name"
        return
    place = places["dma_ram"]
    if not any(low <= dma_ram.origin and dma_ram.end <= end for low, end in line.dma_memory):
        spans = ", ".join(f"0x{low:08x}..0x{end - 1:08x}" for low, end in line.dma_memory)
        what = f"the DMA's buffers cannot lie at 0x{dma_ram.origin:08x}..0x{dma_ram.end - 1:08x}"
        yield (*place, "origin"), what, f"a memory within {spans}"
    size = dma_ram.size_bytes
    if size & (size - 1) or size < MPU_REGION_MIN_BYTES:
        what = f"{size} bytes are no region of the MPU: it needs a power of two, 32 or more"
        yield (*place, "size_bytes"), what, "give a part of the memory a name of its own"
    elif dma_ram.origin % size:
        what = f"0x{dma_ram.origin:08x} is no multiple of {size}, as the MPU needs it"
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
