# SPDX-License-Identifier: Apache-2.0
"""DMA1 of the H7: streams behind DMAMUX1, and the memories that they reach."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.images import H7_BOARDS

TRANSFER = """
#ifndef READ_BACK
#define READ_BACK (void)DMA1_LISR
#endif
volatile uint32_t result, turns, halves, sent, flags;
AXI uint8_t ring[16], block[8];
uint8_t tight[16];
SRAM1 uint8_t far[16];
void dma_rx(void) {
    uint32_t now = DMA1_LISR & 0x3Du;
    DMA1_LIFCR = now;
    (void)DMA1_LISR;
    halves += now >> 4 & 1u;
    turns += now >> 5 & 1u;
}
void dma_tx(void) {
    flags = DMA1_LISR >> 6 & 0x3Du; DMA1_LIFCR = 0x3Du << 6;
    READ_BACK;
    sent++;
}
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin(); uart_begin(3u << 6); dma_begin();
    for (uint32_t i = 0; i < sizeof block; i++) { block[i] = (uint8_t)('a' + i); }
    R32(NVIC) = 3u << 11;
    ACT;
    result = 1;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""
RECEIVE = "dma_receive((uint32_t)ring, sizeof ring, DMA_CIRC | DMA_TCIE | DMA_HTIE)"
SEND = "dma_send((uint32_t)block, sizeof block, DMA_TCIE)"


@pytest.mark.parametrize("board", H7_BOARDS)
def test_a_block_is_sent_and_its_stream_switches_off(boot_on: Boot, board: str) -> None:
    machine = boot_on(board, TRANSFER.replace("ACT", SEND))
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"abcdefgh"
    assert (variable(machine, "sent"), variable(machine, "turns")) == (1, 0)
    assert variable(machine, "flags") == 0x30
    assert machine.bus.read(0x4002_0028, 4) & 1 == 0
    assert machine.bus.read(0x4002_002C, 4) == 0


@pytest.mark.parametrize(
    ("read_back", "entered"), [("(void)DMA1_LISR", 1), ("(void)0", 2), ("DMA1_LIFCR = 0", 2)]
)
def test_a_flag_cleared_too_late_enters_the_handler_again(
    boot_on: Boot, read_back: str, entered: int
) -> None:
    """The write may still be on its way when the handler returns; a read after it awaits it."""
    source = TRANSFER.replace("ACT", SEND)
    machine = boot_on("h743", source, f"READ_BACK={read_back}")
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"abcdefgh"
    assert variable(machine, "sent") == entered


@pytest.mark.parametrize("board", H7_BOARDS)
def test_reception_goes_round_the_ring(boot_on: Boot, board: str) -> None:
    machine = boot_on(board, TRANSFER.replace("ACT", RECEIVE))
    machine.run(0.005)
    machine.send(bytes(range(1, 41)))
    machine.run(0.005)
    view = machine.core.memory(machine.symbols.addresses["ring"], 16)
    assert view is not None
    assert bytes(view) == bytes([*range(33, 41), *range(25, 33)])
    assert (variable(machine, "turns"), variable(machine, "halves")) == (2, 3)
    assert machine.bus.read(0x4002_0014, 4) == 8


@pytest.mark.parametrize("board", H7_BOARDS)
def test_a_block_goes_from_flash_and_from_sram(boot_on: Boot, board: str) -> None:
    act = """enable(AHB2ENR, 29); far[0] = 'x'; far[1] = 'y';
    dma_send((uint32_t)far, 2, DMA_TCIE);
    while (!sent) { }
    SM0AR(TX_STREAM) = 0x08000000; SNDTR(TX_STREAM) = 4; SCR(TX_STREAM) |= 1u"""
    machine = boot_on(board, TRANSFER.replace("ACT", act))
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"xy\x00\x10\x00\x20"


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize(
    ("act", "rule", "words"),
    [
        ("dma_receive((uint32_t)tight, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE, "DTCM"),
        ("dma_send((uint32_t)tight, 16, 0)", Rule.DMA_UNREACHABLE, "DTCM"),
        ("dma_receive(0x1000, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE, "ITCM"),
        ("dma_receive(0x08010000, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE, "flash"),
        ("dma_receive(0x25000000, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE, "no memory"),
        ("dma_receive(0x2001FFF8, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE, "no memory"),
        ("dma_receive(0x30000000, 16, DMA_CIRC)", Rule.MEMORY_CLOCK_OFF, "SRAM1"),
        ("enable(AHB2ENR, 29); dma_receive(0x3000FFF8 + SECOND, 16, DMA_CIRC)",
         Rule.MEMORY_CLOCK_OFF, "SRAM2"),
        ("dma_receive((uint32_t)ring, 0, DMA_CIRC)", Rule.DMA_SETTINGS, "NDTR = 0"),
        ("SCR(0) = DMA_TRBUFF | 1u", Rule.DMA_SETTINGS, "NDTR = 0"),
        ("dma_receive((uint32_t)ring, 16, 1u << 9)", Rule.DMA_SETTINGS, "increment"),
        ("dma_receive((uint32_t)ring, 16, 1u << 18)", Rule.UNMODELLED_REGISTER, "00040000"),
        ("dma_receive((uint32_t)ring, 16, 1u << 11)", Rule.UNMODELLED_REGISTER, "widths"),
        ("dma_receive((uint32_t)ring, 16, 1u << 13)", Rule.UNMODELLED_REGISTER, "widths"),
        ("dma_receive((uint32_t)ring, 16, 5u << 11)", Rule.DMA_SETTINGS, "moves 1 bytes"),
        ("dma_receive((uint32_t)ring, 16, 1u << 7)", Rule.UNMODELLED_REGISTER, "00000080"),
        ("dma_receive((uint32_t)ring, 16, 1u << 23)", Rule.UNMODELLED_REGISTER, "00800000"),
        ("SFCR(0) = 4", Rule.UNMODELLED_REGISTER, "FCR"),
        ("SM1AR(0) = 4", Rule.UNMODELLED_REGISTER, "M1AR"),
        ("SNDTR(0) = 0x10000", Rule.UNMODELLED_REGISTER, "NDTR"),
        (f"{RECEIVE}; SNDTR(0) = 4", Rule.DMA_SETTINGS, "while the stream is on"),
        (f"{RECEIVE}; SM0AR(0) = 4", Rule.DMA_SETTINGS, "while the stream is on"),
        (f"{RECEIVE}; SFCR(0) = 0x21", Rule.DMA_SETTINGS, "while the stream is on"),
        (f"{RECEIVE}; SCR(0) &= ~DMA_CIRC", Rule.DMA_SETTINGS, "CR is changed"),
        (f"{RECEIVE}; SCR(0) = 0; SPAR(0) = UART; DMA1_LIFCR = 0x3D; SCR(0) = 0x100401",
         Rule.DMA_SETTINGS, "belongs to"),
        (f"{RECEIVE}; SCR(0) = 0; SCR(0) = 0x100401", Rule.DMA_SETTINGS, "not cleared"),
        (f"{SEND}; DMA1_LIFCR = 0; R32(NVIC + 0x80) = 1u << 12; while (SCR(1) & 1u) {{ }};"
         "SNDTR(1) = 8; SCR(1) |= 1u", Rule.DMA_SETTINGS, "not cleared"),
        ("dma_receive((uint32_t)ring, 16, DMA_DIR)", Rule.DMA_REQUEST, "transmission"),
        ("SPAR(3) = UART + 0x24; SM0AR(3) = (uint32_t)ring; SNDTR(3) = 16; SCR(3) = 0x100401",
         Rule.DMA_REQUEST, "C3CR"),
        (f"{RECEIVE}; R32(DMAMUX) = 0", Rule.DMA_SETTINGS, "C0CR"),
        ("R32(DMAMUX + 8) = 45", Rule.DMA_SETTINGS, "already has a line"),
        ("R32(DMAMUX + 8) = 1u << 16", Rule.UNMODELLED_REGISTER, "C2CR"),
        ("SPAR(0) = UART + 0x24; SM0AR(0) = (uint32_t)ring; SNDTR(0) = 16; SCR(0) = 0x401",
         Rule.DMA_SETTINGS, "TRBUFF"),
        ("R32(DMA1 + 0xD0)", Rule.UNMODELLED_REGISTER, "0x0d0"),
        ("DMA1_LIFCR = 2", Rule.UNMODELLED_REGISTER, "LIFCR"),
    ],
)  # fmt: skip
def test_a_wrong_transfer_is_refused(
    boot_on: Boot, board: str, act: str, rule: Rule, words: str
) -> None:
    second = 0x10000 if board == "h743" else 0
    machine = boot_on(board, TRANSFER.replace("ACT", act), f"SECOND={second}")
    assert words in assert_broken(machine, rule).detail


@pytest.mark.parametrize("request_number", [0, 46, 25])
def test_another_request_is_refused(boot_on: Boot, request_number: int) -> None:
    act = f"R32(DMAMUX + 4) = 0; R32(DMAMUX) = {request_number}; {RECEIVE}"
    error = assert_broken(boot_on("h743", TRANSFER.replace("ACT", act)), Rule.DMA_REQUEST)
    assert "DMAMUX1_C0CR" in error.detail


def test_a_stream_stopped_by_software_says_that_it_has_ended(boot_on: Boot) -> None:
    act = f"{SEND}; wait_turns(1500); SCR(TX_STREAM) &= ~1u; while (!sent) {{ }}"
    machine = boot_on("h743", TRANSFER.replace("ACT", act))
    machine.run(0.01)
    assert variable(machine, "result") == 1
    sent = bytes(machine.line.from_board)
    assert 0 < len(sent) < 8
    assert b"abcdefgh".startswith(sent)
    assert machine.bus.read(0x4002_002C, 4) == 8 - len(sent)


def test_revision_y_knows_no_trbuff(boot_on: Boot) -> None:
    """Its streams work on a UART without that bit, and need 400 MHz."""
    source = TRANSFER.replace("ACT", "SPAR(1) = UART + 0x28; SM0AR(1) = (uint32_t)block;"
                              "SNDTR(1) = 8; SCR(1) = DMA_MINC | DMA_DIR | 1u")  # fmt: skip
    image = boot_on("h743", source, "PLL_N=100", "NO_OVERDRIVE", "BRR_VALUE=109")
    machine = Machine("h743", "Y")
    machine.core.flash_bytes[:] = image.core.flash_bytes
    machine.power_on()
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"abcdefgh"
