# SPDX-License-Identifier: Apache-2.0
"""GPDMA with the USART: circular reception by a linked list, transmission, and its rules."""

from __future__ import annotations

import pytest

from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, variable

RECEIVE = """
#define CH DMA_CHANNEL(0)
#ifndef TARGET
#define TARGET ((uint32_t)ring)
#endif
#ifndef SOURCE
#define SOURCE (USART1 + 0x24u)
#endif
#ifndef LINK
#define LINK link[0] = 256; link[1] = TARGET; link[2] = relink
#endif
#ifndef REQUEST
#define REQUEST 24u
#endif
uint8_t ring[256] __attribute__((aligned(16)));
uint32_t link[4] __attribute__((aligned(16)));
volatile uint32_t turns, idles, matches, received;
void dma0(void) { R32(CH + 0x0C) = 0x7F00u; turns++; }
void usart1(void) {
    uint32_t flags = R32(USART1 + 0x1C);
    if (flags & 1u << 4) { idles++; received = turns * 256u + (R32(CH + 0x50) - (uint32_t)ring); }
    if (flags & 1u << 17) { matches++; }
    R32(USART1 + 0x20) = (1u << 4) | (1u << 17);
}
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin();
    enable(0x88, 0); enable(0xA4, 14);
    uint32_t relink = 1u << 29 | 1u << 27 | 1u << 16 | ((uint32_t)link & 0xFFFCu);
    LINK;
    R32(CH + 0x40) = 1u << 19 | 1u << 30;
    R32(CH + 0x44) = REQUEST;
    R32(CH + 0x48) = 256; R32(CH + 0x4C) = SOURCE; R32(CH + 0x50) = TARGET;
    R32(CH + 0x00) = (uint32_t)link & 0xFFFF0000u; R32(CH + 0x7C) = relink;
    R32(NVIC) = 1u << 29; R32(NVIC + 4) = 1u << 29;
    R32(CH + 0x14) = 1u << 8 | 1u;
    FAULT;
    R32(USART1 + 0x0C) = BRR_VALUE;
    R32(USART1 + 0x08) = 1u << 6;
    R32(USART1 + 0x00) = 0xDu | 1u << 4 | 1u << 14;
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def test_circular_reception_keeps_every_byte_in_place(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=")
    machine.run(0.001)
    data = bytes((i * 37 + i // 256) % 255 + 1 for i in range(1000))
    machine.send(data)
    machine.run_until_received()
    machine.run(0.0001)
    assert variable(machine, "turns") == 3
    assert variable(machine, "received") == 1000
    assert variable(machine, "idles") == 1  # back-to-back frames are no idle line
    ring = machine.core.memory(machine.symbols.addresses["ring"], 256)
    assert ring is not None
    assert ring.tobytes() == data[768:1000] + data[744:768]


def test_reception_is_paced_at_the_baud_rate(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=")
    machine.run(0.001)
    start = machine.seconds
    machine.send(bytes([1]) * 500)
    machine.run_until_received()
    assert machine.seconds - start == pytest.approx(500 * 10 / 921_600, rel=1e-3)


def test_each_delimiter_interrupts_by_character_match(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=")
    machine.run(0.001)
    machine.send(b"abc\0de\0fgh\0")
    machine.run(0.01)
    assert variable(machine, "matches") == 3


def test_a_pause_on_the_line_is_one_idle_each(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=")
    machine.run(0.001)
    for count in (3, 5, 1):
        machine.send(b"x" * count)
        machine.run(0.001)
    assert variable(machine, "idles") == 3
    assert variable(machine, "received") == 9


@pytest.mark.parametrize(
    ("defines", "rule"),
    [
        (("TARGET=0x200C0000u",), Rule.DMA_UNREACHABLE),
        (("TARGET=0x200BFFF0u",), Rule.DMA_UNREACHABLE),
        (("TARGET=0x08100000u",), Rule.DMA_UNREACHABLE),
        (("TARGET=0xE0001000u",), Rule.DMA_UNREACHABLE),
        (("SOURCE=(USART1+0x28u)",), Rule.DMA_SETTINGS),
        (("REQUEST=25u",), Rule.DMA_SETTINGS),
        (("FAULT=R32(CH + 0x48) = 128",), Rule.DMA_SETTINGS),
        (("FAULT=R32(CH + 0x40) = 0",), Rule.DMA_SETTINGS),
        (("FAULT=R32(DMA_CHANNEL(1) + 0x14) = 1",), Rule.DMA_SETTINGS),
        (("FAULT=R32(CH + 0x54) = 0",), Rule.UNMODELLED_REGISTER),
        (("FAULT=R32(CH + 0x14) |= 1u << 22",), Rule.DMA_SETTINGS),
        (
            (
                "FAULT=R32(DMA_CHANNEL(2) + 0x40) = 1u << 19; R32(DMA_CHANNEL(2) + 0x44) = 24;"
                "R32(DMA_CHANNEL(2) + 0x48) = 4; R32(DMA_CHANNEL(2) + 0x4C) = SOURCE;"
                "R32(DMA_CHANNEL(2) + 0x50) = TARGET; R32(DMA_CHANNEL(2) + 0x14) = 1",
            ),
            Rule.DMA_SETTINGS,
        ),
        (("FAULT=R32(CH + 0x14) = 2",), Rule.DMA_SETTINGS),
    ],
)
def test_wrong_transfers_are_refused(boot: Boot, defines: tuple[str, ...], rule: Rule) -> None:
    if not any(define.startswith("FAULT") for define in defines):
        defines = (*defines, "FAULT=")
    assert_broken(boot(RECEIVE, *defines), rule, "reset")


def test_memory_reachable_by_dma_passes(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=", "TARGET=0x28000000u")
    machine.run(0.001)
    machine.send(b"sram4")
    machine.run(0.001)
    view = machine.core.memory(0x2800_0000, 5)
    assert view is not None and view.tobytes() == b"sram4"


def test_a_link_without_ub1_repeats_the_blocks_size(boot: Boot) -> None:
    machine = boot(
        RECEIVE,
        "FAULT=R32(CH + 0x48)",
        "LINK=relink &= ~(1u << 29); link[0] = TARGET; link[1] = relink",
    )
    machine.run(0.001)
    machine.send(b"x" * 600)
    machine.run_until_received()
    machine.run(0.0001)
    assert variable(machine, "received") == 600


def test_a_link_that_leads_out_of_memory_is_refused(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=link[1] = 0x60000000u")
    machine.run(0.001)
    machine.send(b"x" * 300)
    error = assert_broken(machine, Rule.DMA_UNREACHABLE)
    assert error.address == 0x6000_0000


def test_a_stopped_channel_lets_the_receiver_overrun(boot: Boot) -> None:
    machine = boot(RECEIVE, "FAULT=R32(CH + 0x14) |= 4")
    machine.run(0.001)
    machine.send(b"abc")
    assert_broken(machine, Rule.UART_OVERRUN)


TRANSMIT = """
#define CH DMA_CHANNEL(1)
uint8_t text[100];
volatile uint32_t done;
void dma1(void) { R32(CH + 0x0C) = 0x7F00u; done++; }
void reset(void) {
    begin();
    enable(0x88, 0);
    for (uint32_t i = 0; i < sizeof text; i++) { text[i] = (uint8_t)i; }
    R32(USART1 + 0x08) = 1u << 7;
    R32(NVIC) = 1u << 30;
    for (uint32_t k = 0; k < 3; k++) {
        R32(CH + 0x40) = 1u << 3 | 1u << 14; R32(CH + 0x44) = 25u | 1u << 10;
        R32(CH + 0x48) = 100u; R32(CH + 0x4C) = (uint32_t)text; R32(CH + 0x50) = USART1 + 0x28u;
        R32(CH + 0x14) = 1u | 1u << 8;
        while (done == k) { __asm volatile("dsb; wfi; isb"); }
    }
    for (;;) { __asm volatile("dsb; wfi; isb"); }
}
"""


def test_transmission_by_dma_arrives_in_order_and_in_time(boot: Boot) -> None:
    machine = boot(TRANSMIT)
    machine.run(0.02, until_bytes=100)
    first = machine.seconds
    assert bytes(machine.line.from_board) == bytes(range(100))
    machine.run(0.02, until_bytes=300)
    assert bytes(machine.line.from_board) == bytes(range(100)) * 3
    frame = round(160e6 / 174) and 10 * 174 / 160e6
    assert machine.seconds - first == pytest.approx(200 * frame, rel=0.01)
    machine.run(0.001)
    assert variable(machine, "done") == 3
