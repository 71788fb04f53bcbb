# SPDX-License-Identifier: Apache-2.0
"""Framing errors, noise and overrun of the USART: flags that firmware sees, clears and survives."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from hil.virtual.serial_line import FRAME_BITS, SPOILT_STOP_BIT, Glitch
from hil.virtual.stm32.usart_sampling import Received, read_disturbed, read_frame, reads_everything
from tests.hil.virtual.conftest import Boot, assert_broken, variable
from tests.hil.virtual.stm32.u5.test_dma import RECEIVE

FE, NE, ORE = 1 << 1, 1 << 2, 1 << 3
EIE, DMAR, ONEBIT, DDRE = 1, 1 << 6, 1 << 11, 1 << 13
NOISE = Glitch(bit=3, look=0)

POLLED = """
volatile uint32_t errors, count, bytes[16];
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin(); uart_begin(CR3);
    put('o'); put('k');
    for (;;) {
        uint32_t flags = R32(UART + 0x1C);
        if (flags & 0xEu) {
            errors |= flags & 0xEu;
            R32(UART + 0x20) = flags & 0xEu;
            errors |= (R32(UART + 0x1C) & 0xEu) << 16;
        }
        if (flags & 1u << 5) { bytes[count++ & 15u] = R32(UART + 0x24); }
        wait_between_looks();
    }
}
"""

BY_DMA = (
    RECEIVE.replace("turns, idles", "errors, error_events, turns, idles")
    .replace("= 1u << 6;", "= CR3;")
    .replace(
        "    R32(USART1 + 0x20) = (1u << 4)",
        "    if (flags & 0xEu) { errors |= flags & 0xEu; error_events++; }\n"
        "    R32(USART1 + 0x20) = (flags & CLEAR) | (1u << 4)",
    )
)


def send(machine: Machine, before: bytes, byte: int, glitch: Glitch, after: bytes) -> None:
    machine.send(before)
    machine.line.send_disturbed(byte, glitch, machine.now_ps)
    machine.send(after)
    machine.run_until_received()
    machine.run(0.0002)


def in_ring(machine: Machine, count: int) -> bytes:
    ring = machine.core.memory(machine.symbols.addresses["ring"], count)
    assert ring is not None
    return ring.tobytes()


def polled_bytes(machine: Machine) -> bytes:
    start = machine.symbols.addresses["bytes"]
    return bytes(machine.core.word(start + 4 * i) for i in range(variable(machine, "count")))


@pytest.mark.parametrize("board", ["u585", "l475", "l4r5", "h743"])
@pytest.mark.parametrize(("glitch", "flag"), [(SPOILT_STOP_BIT, FE), (NOISE, NE)])
def test_a_bad_byte_reaches_a_polling_reader_with_its_flag(
    boot_on: Boot, board: str, glitch: Glitch, flag: int
) -> None:
    machine = boot_on(board, POLLED, "CR3=0")
    machine.run(0.01)
    send(machine, b"ab", ord("c"), glitch, b"d")
    assert polled_bytes(machine) == b"abcd"
    assert variable(machine, "errors") == flag  # and nothing of it is left behind the clear


@pytest.mark.parametrize(("glitch", "flag"), [(SPOILT_STOP_BIT, FE), (NOISE, NE)])
def test_a_bad_byte_never_reaches_the_dma(boot: Boot, glitch: Glitch, flag: int) -> None:
    machine = boot(BY_DMA, "FAULT=", f"CR3={DMAR | EIE}u", "CLEAR=0xEu")
    machine.run(0.001)
    send(machine, b"\1\2", 3, glitch, b"\4\5")
    assert variable(machine, "received") == 4
    assert in_ring(machine, 5) == b"\1\2\4\5\0"
    assert variable(machine, "errors") == flag
    assert variable(machine, "error_events") == 1


def test_without_eie_an_error_interrupts_nobody(boot: Boot) -> None:
    machine = boot(BY_DMA, "FAULT=", f"CR3={DMAR}u", "CLEAR=0u")
    machine.run(0.001)
    send(machine, b"\1", 2, SPOILT_STOP_BIT, b"\3")
    assert variable(machine, "received") == 2
    assert machine.peripherals["USART1"].read(0x1C, 4) & FE


def test_one_bit_sampling_sees_no_noise(boot: Boot) -> None:
    machine = boot(BY_DMA, "FAULT=", f"CR3={DMAR | EIE | ONEBIT}u", "CLEAR=0xEu")
    machine.run(0.001)
    send(machine, b"\1\2", 3, NOISE, b"\4")
    assert in_ring(machine, 4) == b"\1\2\3\4"
    assert variable(machine, "errors") == 0
    send(machine, b"", 0, Glitch(bit=3, look=1), b"")  # the one look meets the disturbance
    assert in_ring(machine, 5) == b"\1\2\3\4\4"
    assert variable(machine, "errors") == 0


def test_ddre_stops_the_dma_until_the_flag_is_cleared(boot: Boot) -> None:
    """The bad byte and the ones after it wait; the receiver overruns, by flag."""
    machine = boot(BY_DMA, "FAULT=", f"CR3={DMAR | EIE | DDRE}u", "CLEAR=0u")
    machine.run(0.001)
    send(machine, b"\1", 2, SPOILT_STOP_BIT, b"")
    assert in_ring(machine, 2) == b"\1\0"
    machine = boot(BY_DMA, "FAULT=", f"CR3={DMAR | DDRE}u", "CLEAR=0xEu")
    machine.run(0.001)
    send(machine, b"\1", 2, SPOILT_STOP_BIT, b"\3\4")
    assert in_ring(machine, 4) == b"\1\2\0\0"  # released by the handler of the idle line
    assert variable(machine, "errors") == FE | ORE


def test_a_byte_lost_without_an_error_on_the_line_stops_the_run(boot: Boot) -> None:
    machine = boot(BY_DMA, "FAULT=R32(CH + 0x14) |= 4", f"CR3={DMAR | EIE}u", "CLEAR=0xEu")
    machine.run(0.001)
    machine.line.send_disturbed(1, SPOILT_STOP_BIT, machine.now_ps)
    machine.send(b"ab")
    assert_broken(machine, Rule.UART_OVERRUN)


def test_rxfrq_drops_a_received_byte_and_keeps_the_flags(boot: Boot) -> None:
    wait = "put('o'); put('k'); while (!(R32(UART + 0x1C) & 1u << 5)) {} R32(UART + 0x18) = 8;"
    source = POLLED.replace("put('o'); put('k');", wait)
    machine = boot(source, "CR3=0")
    machine.run(0.01)
    send(machine, b"", ord("a"), SPOILT_STOP_BIT, b"")
    assert polled_bytes(machine) == b""
    assert variable(machine, "errors") == FE


CUT = """
volatile uint32_t errors, count, bytes[16];
void reset(void) {
    fpu_begin(); clock_begin(); pins_begin();
    wait_turns(WAIT);
    uart_begin(0);
    for (;;) {
        uint32_t flags = R32(UART + 0x1C);
        if (flags & 0xEu) { errors |= flags & 0xEu; R32(UART + 0x20) = flags & 0xEu; }
        if (flags & 1u << 5) { bytes[count++ & 15u] = R32(UART + 0x24); }
    }
}
"""


def cut_in_half(boot: Boot, sent: bytes, part: float) -> Machine:
    """Send so that the receiver is enabled when `part` of the first frame has gone by."""
    machine = boot(CUT, "WAIT=1000")
    usart = machine.peripherals["USART1"]
    probe = boot(CUT, "WAIT=1000")
    while not probe.peripherals["USART1"].values["CR1"] & 1:
        probe.run(1e-6)
    machine.run(probe.seconds - part * FRAME_BITS / 921_600)
    assert not usart.values["CR1"] & 1
    machine.send(sent)
    machine.run(0.001)
    return machine


def test_a_byte_cut_in_half_is_a_framing_error_or_garbage(boot: Boot) -> None:
    """Enabled in the first data bits of 0x0F 0x00: the edge after them is no start bit."""
    machine = cut_in_half(boot, b"\x0f\x00", 0.3)
    assert variable(machine, "errors") & FE
    assert variable(machine, "count") == 1


def test_a_byte_cut_without_an_edge_is_lost_and_the_next_one_is_whole(boot: Boot) -> None:
    machine = cut_in_half(boot, b"\xf0AB", 0.7)
    assert polled_bytes(machine) == b"AB"
    assert variable(machine, "errors") == 0


def test_a_byte_cut_behind_an_edge_gives_another_byte(boot: Boot) -> None:
    machine = cut_in_half(boot, b"\x0f", 0.3)
    assert polled_bytes(machine) == b"\xf8"  # three more zeros, then the idle line
    assert variable(machine, "errors") == 0


@pytest.mark.parametrize("one_bit", [False, True])
def test_two_percent_are_read_and_five_are_not(one_bit: bool) -> None:
    for ratio in (0.98, 1.0, 1.02, 1.022):
        assert reads_everything(ratio, one_bit=one_bit)
    assert not reads_everything(1.05, one_bit=one_bit)
    assert not reads_everything(1 / 1.07, one_bit=one_bit)


def test_a_sender_too_fast_spoils_the_stop_bit() -> None:
    assert read_frame(0x55, 1.05).framing_error
    assert read_frame(0x55, 1.03) == Received(0x55)


def test_one_bit_takes_more_difference_than_three() -> None:
    """As the manuals' tables have it: 3.33 and 3.88 %."""
    assert not reads_everything(1.035)
    assert reads_everything(1.035, one_bit=True)


def test_three_looks_outvote_one_disturbed() -> None:
    for look in range(3):
        for bit in range(FRAME_BITS):
            taken = read_disturbed(0xA5, Glitch(bit, look), one_bit=False)
            assert taken == Received(0xA5, noise=True)
