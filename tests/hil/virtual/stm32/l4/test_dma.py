# SPDX-License-Identifier: Apache-2.0
"""DMA1 of the L4 with CSELR and of the L4+ behind DMAMUX1; memories that appear twice; flash."""

from __future__ import annotations

import pytest

from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.images import L4_BOARDS

TRANSFER = """
volatile uint32_t result, turns, sent;
uint8_t ring[16], block[8];
void dma_rx(void) { DMA1_IFCR = 0xFu << 4 * (RX_CHANNEL - 1); turns++; }
void dma_tx(void) { DMA1_IFCR = 0xFu << 4 * (TX_CHANNEL - 1); CCR(TX_CHANNEL) = 0; sent++; }
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin(); uart_begin(3u << 6); dma_begin();
    for (uint32_t i = 0; i < sizeof block; i++) { block[i] = (uint8_t)('a' + i); }
    R32(NVIC) = 3u << (10 + (RX_CHANNEL < TX_CHANNEL ? RX_CHANNEL : TX_CHANNEL));
    ACT;
    result = 1;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""
RECEIVE = "dma_receive((uint32_t)ring, sizeof ring, DMA_CIRC | DMA_TCIE)"
SEND = "dma_send((uint32_t)block, sizeof block, DMA_TCIE)"


@pytest.mark.parametrize("board", L4_BOARDS)
def test_a_block_is_sent_and_ends_with_an_interrupt(boot_on: Boot, board: str) -> None:
    machine = boot_on(board, TRANSFER, f"ACT={SEND}")
    machine.run(0.01)
    assert bytes(machine.line.from_board) == b"abcdefgh"
    assert (variable(machine, "sent"), variable(machine, "turns")) == (1, 0)


@pytest.mark.parametrize("board", L4_BOARDS)
def test_reception_goes_round_the_ring(boot_on: Boot, board: str) -> None:
    machine = boot_on(board, TRANSFER, f"ACT={RECEIVE}")
    machine.run(0.005)
    machine.send(bytes(range(1, 41)))
    machine.run(0.005)
    start = machine.symbols.addresses["ring"]
    view = machine.core.memory(start, 16)
    assert view is not None
    assert bytes(view) == bytes([*range(33, 41), *range(25, 33)])
    assert variable(machine, "turns") == 2
    count = {"l475": 5, "l432": 6, "l4r5": 1}[board]
    assert machine.bus.read(0x4002_000C + 20 * (count - 1), 4) == 8


@pytest.mark.parametrize("board", L4_BOARDS)
@pytest.mark.parametrize(
    ("act", "rule"),
    [
        ("dma_receive(0x30000000, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE),
        ("dma_receive(0x08010000, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE),
        ("dma_receive(0x1FFFFFF8, 16, DMA_CIRC)", Rule.DMA_UNREACHABLE),
        ("dma_send(0x40020000, 16, 0)", Rule.DMA_UNREACHABLE),
        ("dma_receive((uint32_t)ring, 0, DMA_CIRC)", Rule.DMA_SETTINGS),
        ("dma_receive((uint32_t)ring, 16, 1u << 6)", Rule.DMA_SETTINGS),
        ("dma_receive((uint32_t)ring, 16, 1u << 14)", Rule.UNMODELLED_REGISTER),
        ("dma_receive((uint32_t)ring, 16, 1u << 8)", Rule.UNMODELLED_REGISTER),
        ("dma_receive((uint32_t)ring, 16, 3u << 8 | 3u << 10)", Rule.DMA_SETTINGS),
        ("dma_receive((uint32_t)ring, 16, 1u << 8 | 1u << 10)", Rule.DMA_SETTINGS),
        (f"{RECEIVE}; CNDTR(RX_CHANNEL) = 4", Rule.DMA_SETTINGS),
        (f"{RECEIVE}; CMAR(RX_CHANNEL) = 4", Rule.DMA_SETTINGS),
        (f"{RECEIVE}; CCR(RX_CHANNEL) &= ~DMA_CIRC", Rule.DMA_SETTINGS),
        (f"{RECEIVE}; CCR(RX_CHANNEL) = 0; CPAR(RX_CHANNEL) = UART; CCR(RX_CHANNEL) = 0x81",
         Rule.DMA_SETTINGS),
        ("dma_receive((uint32_t)ring, 16, DMA_DIR)", Rule.DMA_REQUEST),
        ("CPAR(3) = UART + 0x24; CMAR(3) = (uint32_t)ring; CNDTR(3) = 16; CCR(3) = 0x81",
         Rule.DMA_REQUEST),
    ],
)  # fmt: skip
def test_a_wrong_transfer_is_refused(boot_on: Boot, board: str, act: str, rule: Rule) -> None:
    assert_broken(boot_on(board, TRANSFER.replace("ACT", act)), rule)


@pytest.mark.parametrize(
    ("board", "request_number"), [("l475", 1), ("l475", 3), ("l432", 4), ("l4r5", 24), ("l4r5", 0)]
)
def test_another_request_is_refused(boot_on: Boot, board: str, request_number: int) -> None:
    machine = boot_on(board, TRANSFER, f"ACT={RECEIVE}", f"RX_REQUEST={request_number}u")
    error = assert_broken(machine, Rule.DMA_REQUEST)
    assert ("DMAMUX1" if board == "l4r5" else "CSELR") in error.detail


@pytest.mark.parametrize(
    ("board", "act"),
    [
        ("l475", f"{RECEIVE}; DMA_CSELR = 0"),
        ("l4r5", f"{RECEIVE}; R32(DMAMUX) = 0"),
        ("l4r5", "R32(DMAMUX + 8) = 34"),
    ],
)
def test_requests_are_not_moved_while_in_use(boot_on: Boot, board: str, act: str) -> None:
    assert_broken(boot_on(board, TRANSFER.replace("ACT", act)), Rule.DMA_SETTINGS)


def test_the_l4_plus_has_no_cselr_and_its_dmamux_no_synchronisation(boot_on: Boot) -> None:
    for act in ("DMA_CSELR", "R32(DMAMUX) = 1u << 16 | 34u"):
        machine = boot_on("l4r5", TRANSFER.replace("ACT", act))
        assert_broken(machine, Rule.UNMODELLED_REGISTER)


@pytest.mark.parametrize(("board", "alias"), [("l432", 0x2000_C000), ("l4r5", 0x2003_0000)])
def test_sram2_appears_behind_sram1(boot_on: Boot, board: str, alias: int) -> None:
    machine = boot_on(
        board,
        f"""
        volatile uint32_t result;
        void reset(void) {{
            R32(0x10000010) = 0x12345678;
            result = R32({alias + 0x10}u);
            R32({alias}u + 0x20) = 0x9ABCDEF0;
            result ^= R32(0x10000020);
            for (;;) {{}}
        }}
        """,
    )
    machine.run(0.001)
    assert variable(machine, "result") == 0x12345678 ^ 0x9ABCDEF0


def test_sram2_of_the_l475_stands_apart(boot_on: Boot) -> None:
    source = """
    void hard_fault(void) { R32(0x20018000); }
    void reset(void) { R32(0x10007FFC) = 1; R32(0x20018000); for (;;) {} }
    """
    assert_broken(boot_on("l475", source), Rule.LOCKUP, "hard_fault")


@pytest.mark.parametrize("board", L4_BOARDS)
def test_a_null_pointer_is_a_bus_fault(boot_on: Boot, board: str) -> None:
    """Flash appears at 0 for the vectors; nothing else may look there."""
    source = """
    volatile uint32_t result, zero;
    void hard_fault(void) { result = R32(SCB + 0x28); for (;;) {} }
    void reset(void) { R32(zero); for (;;) {} }
    """
    machine = boot_on(board, source)
    machine.run(0.001)
    assert variable(machine, "result") == 1 << 9 | 1 << 15


FLASH = """
volatile uint32_t result;
__attribute__((used)) static void unlock(void) {
    R32(FLASH_R + 8) = 0x45670123; R32(FLASH_R + 8) = 0xCDEF89AB;
}
static void ready(void) { while (R32(FLASH_R + 0x10) & 1u << 16) { } R32(FLASH_R + 0x10) = 1; }
void reset(void) { unlock(); ready(); ACT; ready(); result = 1; for (;;) {} }
"""
PAGE = {"l475": 2048, "l432": 2048, "l4r5": 4096}


@pytest.mark.parametrize("board", L4_BOARDS)
def test_a_double_word_is_programmed_and_its_page_erased(boot_on: Boot, board: str) -> None:
    at = 0x0800_0000 + 20 * PAGE[board]
    program = f"R32(FLASH_R + 0x14) = 1; R32({at}u) = 1; R32({at + 4}u) = 2"
    machine = boot_on(board, FLASH.replace("ACT", program))
    machine.run(0.01)
    assert variable(machine, "result") == 1
    assert (machine.core.word(at), machine.core.word(at + 4)) == (1, 2)
    erase = f"{program}; ready(); R32(FLASH_R + 0x14) = 2 | 20u << 3 | 1u << 16"
    machine = boot_on(board, FLASH.replace("ACT", erase))
    machine.run(0.1)
    assert variable(machine, "result") == 1
    assert machine.core.word(at) == 0xFFFFFFFF


@pytest.mark.parametrize(
    ("board", "act"),
    [
        ("l475", "R32(FLASH_R + 0x14) = 1; R32(0x08010004) = 1"),
        ("l475", "R32(FLASH_R + 0x14) = 1; R32(0x08010000) = 1; R32(0x08010008) = 1"),
        ("l475", "R32(FLASH_R + 0x14) = 1; R16(0x08010000) = 1"),
        ("l475", "R32(0x08010000) = 1"),
        ("l475", "R32(FLASH_R + 0x14) = 1u << 16"),
        ("l432", "R32(FLASH_R + 0x14) = 2 | 128u << 3 | 1u << 16"),
        ("l432", "R32(FLASH_R + 0x14) = 2 | 1u << 11 | 1u << 16"),
        ("l432", "R32(FLASH_R + 0x14) = 1u << 15 | 1u << 16"),
    ],
)
def test_wrong_programming_is_refused(boot_on: Boot, board: str, act: str) -> None:
    assert_broken(boot_on(board, FLASH.replace("ACT", act)), Rule.FLASH_PROGRAMMING)
