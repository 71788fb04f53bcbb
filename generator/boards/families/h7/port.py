# SPDX-License-Identifier: Apache-2.0
"""A board's record to register values of the STM32H7.

Sources: RM0433 (H742, H743/H753, H750), RM0455 (H7A3/H7B3, H7B0). The two manuals name some
registers differently; they have the names of RM0433 here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.boards.checks import baud_divider
from generator.boards.dma import dma_streams
from generator.boards.families.h7.interrupts import INTERRUPTS_OF
from generator.boards.families.h7.lines import (
    PLL_SOURCE_HZ,
    STACK_GUARD_BYTES,
    WIDE_INPUT_FROM_HZ,
    Line,
    find_line,
)
from generator.boards.families.h7.record import H7Board, H7Clock
from generator.boards.microphone_values import MicrophoneValues
from generator.boards.port_values import (
    AHB_CODES,
    APB_CODES,
    UartValues,
    Vector,
    WatchdogValues,
    choose_tick_hz,
    make_uart,
    make_vectors,
    make_watchdog,
    tick_faults,
    tick_reload,
)
from generator.boards.record import Memory
from generator.errors import Fault, InputError

PLL_SOURCES = {"hsi": 0, "csi": 1, "hse": 2}
"""PLLSRC (RM0433, RM0455: RCC_PLLCKSELR)."""

PLL_INPUT_RANGES = ((2_000_000, 0), (4_000_000, 1), (8_000_000, 2))
"""PLL1RGE for an input below each of these; 3 from 8 MHz on (RCC_PLLCFGR)."""

VOS_FIELDS = {
    "RM0433": {0: 3, 1: 3, 2: 2, 3: 1},  # scale 0 is scale 1 with the overdrive of SYSCFG_PWRCR
    "RM0455": {0: 3, 1: 2, 2: 1, 3: 0},
}
"""VOS by voltage scale (PWR_D3CR; in RM0455 PWR_SRDCR)."""

SUPPLY_MASKS = {"RM0433": 0x07, "RM0455": 0x3F}
"""Fields of the supply in PWR_CR3: BYPASS, LDOEN, SCUEN; with SMPS also its level and use."""

SUPPLY_FIELDS = {"ldo": 0x02, "smps": 0x04}
"""LDOEN alone, or SMPSEN alone: the converter feeds the core directly (PWR_CR3)."""

PLL_DIVIDER_M_MAX = 63
"""DIVM1 (RCC_PLLCKSELR)."""

GPIO_BASE = 0x5802_0000
DMA_BASES = {"DMA1": 0x4002_0000, "DMA2": 0x4002_0400}
DMA_ENABLES = {"DMA1": 1, "DMA2": 2}

DMAMUX1_BASE = 0x4002_0800

USART_BASES = {
    "USART1": 0x4001_1000,
    "USART2": 0x4000_4400,
    "USART3": 0x4000_4800,
    "UART4": 0x4000_4C00,
    "UART5": 0x4000_5000,
    "USART6": 0x4001_1400,
    "UART7": 0x4000_7800,
    "UART8": 0x4000_7C00,
    "UART9": 0x4001_1800,
    "USART10": 0x4001_1C00,
}

UART_ENABLES = {
    "USART1": ("APB2ENR", 4),
    "USART2": ("APB1LENR", 17),
    "USART3": ("APB1LENR", 18),
    "UART4": ("APB1LENR", 19),
    "UART5": ("APB1LENR", 20),
    "USART6": ("APB2ENR", 5),
    "UART7": ("APB1LENR", 30),
    "UART8": ("APB1LENR", 31),
    "UART9": ("APB2ENR", 6),
    "USART10": ("APB2ENR", 7),
}
"""Register of the RCC and bit that clock a UART (RCC_APB1LENR, RCC_APB2ENR)."""

KERNEL_SELECT_SHIFTS = {"APB1LENR": 0, "APB2ENR": 3}
"""Place of the kernel clock's selection in D2CCIP2R: one for the UARTs of each bus."""


@dataclass(frozen=True, slots=True)
class H7Tree:
    """One clock that the part may run at: the board's, or the fallback of older revisions."""

    prefix: str
    """Of its constants in ``port_config.h``, after ``PORT_``."""
    summary: str
    core_hz: int
    ahb_hz: int
    pll_n_field: int
    voltage_scale: int
    vos_field: int
    wait_states: int
    programming_delay: int
    """WRHIGHFREQ."""
    tick_reload: int
    kernel_hz: int
    brr: int
    actual_baud: float
    baud_error_percent: float


@dataclass(frozen=True, slots=True)
class H7ClockValues:
    """What both clocks have in common."""

    source: str
    source_hz: int
    hse_bypass: bool
    pll_source: int
    pll_m_field: int
    hsi_pll_m_field: int
    """With the HSI in HSE's place; 0 where the source is another, or no divider fits."""
    pll_p_field: int
    pll_input_range: int
    medium_vco: bool
    supply: str
    supply_field: int
    supply_mask: int
    overdrive: bool
    """Scale 0 wants the overdrive of SYSCFG_PWRCR."""
    hpre_field: int
    ppre1_field: int
    ppre2_field: int
    ppre3_field: int
    ppre4_field: int


@dataclass(frozen=True, slots=True)
class H7MpuRegion:
    """A stretch of addresses, as the MPU takes it."""

    origin: int
    size_bytes: int
    size_field: int
    """The region has 2 to the power of this plus one bytes."""


@dataclass(frozen=True, slots=True)
class H7DmaRam:
    """The memory of the DMA's buffers, as the MPU and the RCC see it."""

    region: H7MpuRegion
    sram_enable_mask: int
    """In RCC_AHB2ENR; 0 where the memory always has its clock."""


@dataclass(frozen=True, slots=True)
class PortH7:
    """All of it: the templates see it as ``port``."""

    board: str
    manual: str
    clock: H7ClockValues
    trees: tuple[H7Tree, ...]
    """The board's clock, and the fallback if there is one."""
    full_speed_revision: int
    """REV_ID from which on the board's clock is reached; without meaning without a fallback."""
    uart: UartValues
    uart_enable_register: str
    uart_enable_bit: int
    kernel_select_shift: int
    rx_dma: dma_streams.DmaStream
    tx_dma: dma_streams.DmaStream
    dma_enable_mask: int
    """In RCC_AHB1ENR: bit 0 DMA1, bit 1 DMA2; DMAMUX1 has its clock with either."""
    bufferable_from_revision: int
    """REV_ID from which on a stream has TRBUFF; 0: every revision has it."""
    rcc_enables_offset: int
    """Of RCC_RSR; the clock enables follow it."""
    dma_ram: H7DmaRam
    stack_guard: H7MpuRegion
    """Right below the memory whose first bytes are the stack's last."""
    watchdog: WatchdogValues
    tick_hz: int
    vectors: tuple[Vector, ...]
    microphone: MicrophoneValues | None = None


def make_port(board: H7Board) -> PortH7:
    """Derive the register values; raises `InputError` as `generator.boards.port.make_port` says."""
    line = find_line(board.part)
    assert line is not None and board.dma_ram is not None, "load_boards has checked them"
    faults = [*_clock_faults(board), *tick_faults(board)]
    if faults:
        raise InputError(faults)
    interrupts = INTERRUPTS_OF[line.manual]
    rx, tx = board.uart.rx_dma, board.uart.tx_dma
    uart = make_uart(
        *(board, interrupts, dma_streams.line_name(rx), dma_streams.line_name(tx)),
        gpio_base=GPIO_BASE,
        bases=USART_BASES,
    )
    register, bit = UART_ENABLES[board.uart.peripheral]
    older = board.clock.fallen_back()
    clocks = [("", board.clock)] + ([("FALLBACK_", older)] if older is not None else [])
    return PortH7(
        board=board.name,
        manual=line.manual,
        clock=_clock_values(board.clock, line),
        trees=tuple(_tree(prefix, clock, board, line) for prefix, clock in clocks),
        full_speed_revision=line.scale_0_from_revision or 0,
        uart=uart,
        uart_enable_register=register,
        uart_enable_bit=bit,
        kernel_select_shift=KERNEL_SELECT_SHIFTS[register],
        rx_dma=dma_streams.stream_values(rx, DMA_BASES, DMAMUX1_BASE),
        tx_dma=dma_streams.stream_values(tx, DMA_BASES, DMAMUX1_BASE),
        dma_enable_mask=sum({DMA_ENABLES[dma.controller] for dma in (rx, tx)}),
        bufferable_from_revision=line.bufferable_from_revision,
        rcc_enables_offset=line.rcc_enables_offset,
        dma_ram=_dma_ram(board.dma_ram, line),
        stack_guard=_region(board.ram.origin - STACK_GUARD_BYTES, STACK_GUARD_BYTES),
        watchdog=make_watchdog(),
        tick_hz=choose_tick_hz(board.clock.core_hz),
        vectors=make_vectors(interrupts, uart),
    )


def _clock_faults(board: H7Board) -> Iterator[Fault]:
    if board.clock.pll is None:
        what = "the h7 port runs from PLL1, and there is none"
        yield Fault(f"{board.id}.clock", what, "add pll: {divider_m, multiplier_n, divider_p}")


def hsi_divider(clock: H7Clock) -> int:
    """Return the PLL's divider M for the HSI in HSE's place: the same input, so the same clocks.

    0 where the source is the part's own already, or no divider gives just that input.
    """
    if clock.pll is None or clock.source != "hse":
        return 0
    divider, rest = divmod(PLL_SOURCE_HZ["hsi"] * clock.pll.divider_m, clock.source_hz)
    return divider if rest == 0 and 1 <= divider <= PLL_DIVIDER_M_MAX else 0


def _clock_values(clock: H7Clock, line: Line) -> H7ClockValues:
    assert clock.pll is not None
    input_hz = clock.source_hz / clock.pll.divider_m
    return H7ClockValues(
        source=clock.source,
        source_hz=clock.source_hz,
        hse_bypass=clock.hse_bypass,
        pll_source=PLL_SOURCES[clock.source],
        pll_m_field=clock.pll.divider_m,
        hsi_pll_m_field=hsi_divider(clock),
        pll_p_field=clock.pll.divider_p - 1,
        pll_input_range=next((code for hz, code in PLL_INPUT_RANGES if input_hz < hz), 3),
        medium_vco=input_hz < WIDE_INPUT_FROM_HZ,
        supply=clock.supply,
        supply_field=SUPPLY_FIELDS[clock.supply],
        supply_mask=SUPPLY_MASKS[line.manual],
        overdrive=clock.voltage_scale == 0 and line.scale_0_from_revision is not None,
        hpre_field=AHB_CODES[clock.ahb_divider],
        ppre1_field=APB_CODES[clock.apb1_divider],
        ppre2_field=APB_CODES[clock.apb2_divider],
        ppre3_field=APB_CODES[clock.apb3_divider],
        ppre4_field=APB_CODES[clock.apb4_divider],
    )


def _tree(prefix: str, clock: H7Clock, board: H7Board, line: Line) -> H7Tree:
    pll, uart = clock.pll, board.uart
    assert pll is not None
    mhz = 1_000_000
    kernel_hz = clock.uart_kernel_hz(uart.peripheral)
    divider, _ = baud_divider(uart.peripheral, kernel_hz, uart.baud)
    delays_hz = line.limits[clock.voltage_scale].delay_max_hz
    return H7Tree(
        prefix=prefix,
        summary=(
            f"{clock.source.upper()} {clock.source_hz // mhz} MHz / M {pll.divider_m}"
            f" * N {pll.multiplier_n}"
            f" = {clock.source_hz * pll.multiplier_n // (pll.divider_m * mhz)} MHz VCO,"
            f" / P {pll.divider_p} = {clock.core_hz // mhz} MHz;"
            f" AXI and AHB {clock.ahb_hz // mhz} MHz"
        ),
        core_hz=clock.core_hz,
        ahb_hz=clock.ahb_hz,
        pll_n_field=pll.multiplier_n - 1,
        voltage_scale=clock.voltage_scale,
        vos_field=VOS_FIELDS[line.manual][clock.voltage_scale],
        wait_states=clock.flash_wait_states,
        programming_delay=next(code for code, hz in enumerate(delays_hz) if clock.ahb_hz <= hz),
        tick_reload=tick_reload(clock.core_hz, choose_tick_hz(board.clock.core_hz)),
        kernel_hz=kernel_hz,
        brr=divider,
        actual_baud=kernel_hz / divider,
        baud_error_percent=100 * (kernel_hz / divider / uart.baud - 1),
    )


def _region(origin: int, size_bytes: int) -> H7MpuRegion:
    return H7MpuRegion(origin, size_bytes, size_field=size_bytes.bit_length() - 2)


def _dma_ram(memory: Memory, line: Line) -> H7DmaRam:
    return H7DmaRam(
        region=_region(memory.origin, memory.size_bytes),
        sram_enable_mask=sum(
            1 << bank.enable_bit
            for bank in line.sram_banks
            if bank.origin < memory.end and memory.origin < bank.end
        ),
    )
