# SPDX-License-Identifier: Apache-2.0
"""Faults of the serial line really strike, as often as they say, the same way every time."""

from __future__ import annotations

from pathlib import Path

import pytest
import serial

import hil.virtual.host_ports.serial_url  # noqa: F401  # registers virtual://
from hil.virtual.faults.line import ERROR_ONE_IN, DisturbedLine
from hil.virtual.faults.names import VirtualFault
from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.serial_line import HostLine
from tests.hil.virtual.conftest import variable
from tests.hil.virtual.images import compile_image
from tests.hil.virtual.stm32.test_usart_errors import BY_DMA, CUT

FE, NE = 1 << 1, 1 << 2
BAUD = 921_600
ECHO = "void reset(void) { begin(); for (;;) { put((uint8_t)(get() + 1)); } }"


def boot(folder: Path, source: str, *defines: str, faults: tuple[VirtualFault, ...]) -> Machine:
    machine = Machine("u585", faults=faults)
    machine.load_elf(compile_image(folder, source, *defines))
    return machine


def disturbed(machine: Machine) -> DisturbedLine:
    assert isinstance(machine.line, DisturbedLine)
    return machine.line


def receive_by_dma(folder: Path, count: int, cr3: int, *faults: VirtualFault) -> Machine:
    machine = boot(folder, BY_DMA, "FAULT=", f"CR3={cr3}u", "CLEAR=0xEu", faults=faults)
    machine.run(0.001)
    for _ in range(count // 1000):
        machine.send(bytes((1,)) * 1000)
        machine.run_until_received()
        machine.run(0.002)
    return machine


@pytest.mark.parametrize(
    ("fault", "flag"), [(VirtualFault.FRAMING_ERRORS, FE), (VirtualFault.NOISE, NE)]
)
def test_one_byte_in_ten_thousand_has_an_error(
    image_folder: Path, fault: VirtualFault, flag: int
) -> None:
    sent = 100_000
    machine = receive_by_dma(image_folder, sent, 1 << 6 | 1, fault)
    events = variable(machine, "error_events")
    struck = disturbed(machine).disturbed[fault]
    assert events > 0
    assert struck >= events
    assert 0.3 < struck / (sent / ERROR_ONE_IN) < 3
    assert variable(machine, "received") == sent - struck
    again = receive_by_dma(image_folder, sent, 1 << 6 | 1, fault)
    assert (again.now_ps, again.instructions) == (machine.now_ps, machine.instructions)


def test_noise_is_not_noticed_with_one_look_a_bit(image_folder: Path) -> None:
    machine = receive_by_dma(image_folder, 50_000, 1 << 6 | 1 | 1 << 11, VirtualFault.NOISE)
    assert disturbed(machine).disturbed[VirtualFault.NOISE] > 0
    assert variable(machine, "errors") & NE == 0


def test_the_line_is_busy_when_the_receiver_is_enabled(image_folder: Path) -> None:
    """The stray bytes come with an error or wrong; what the host sends later comes whole."""
    machine = boot(image_folder, CUT, "WAIT=1", faults=(VirtualFault.HALF_BYTE_AT_START,))
    machine.run(0.001)
    assert disturbed(machine).disturbed[VirtualFault.HALF_BYTE_AT_START] == 1
    before = variable(machine, "count")
    assert before > 0 or variable(machine, "errors")
    machine.send(b"ok")
    machine.run(0.001)
    start = machine.symbols.addresses["bytes"]
    taken = bytes(machine.core.word(start + 4 * i) for i in range(before, before + 2))
    assert taken == b"ok"
    machine.reset()
    machine.run(0.001)
    assert disturbed(machine).disturbed[VirtualFault.HALF_BYTE_AT_START] == 2


@pytest.mark.parametrize(
    ("fault", "baud"),
    [
        (VirtualFault.BAUD_PLUS, 940_032),
        (VirtualFault.BAUD_MINUS, 903_168),
        (VirtualFault.STLINK_BAUD, 923_123),
    ],
)
def test_the_hosts_end_has_another_rate_and_is_read_all_the_same(
    image_folder: Path, fault: VirtualFault, baud: int
) -> None:
    machine = receive_by_dma(image_folder, 1000, 1 << 6 | 1, fault)
    assert machine.line.wire_baud == baud
    assert variable(machine, "received") == 1000
    assert variable(machine, "errors") == 0
    start = machine.seconds
    machine.send(b"\1" * 1000)
    machine.run_until_received()
    assert machine.seconds - start == pytest.approx(10_000 / baud, rel=1e-3)


class TooFast(HostLine):
    """A host whose end is 5 % too fast."""

    wire_baud = 967_680


def test_five_percent_give_framing_errors(image_folder: Path) -> None:
    machine = boot(image_folder, BY_DMA, "FAULT=", "CR3=65u", "CLEAR=0xEu", faults=())
    machine.usart.line = machine.line = TooFast(BAUD)
    machine.run(0.001)
    machine.send(bytes(range(1, 101)))
    machine.run_until_received()
    machine.run(0.001)
    assert variable(machine, "errors") & FE
    assert variable(machine, "error_events") > 10


def test_usb_brings_64_bytes_a_frame_and_takes_what_came_once_a_frame(image_folder: Path) -> None:
    machine = receive_by_dma(image_folder, 0, 1 << 6 | 1, VirtualFault.USB_BURSTS)
    machine.send(b"\1" * 640)
    start = machine.seconds
    machine.run_until_received()
    assert machine.seconds - start == pytest.approx(0.0097, abs=0.0011)
    assert variable(machine, "received") >= 576
    assert variable(machine, "idles") >= 9  # a gap in each frame
    assert disturbed(machine).disturbed[VirtualFault.USB_BURSTS] == 10


def test_usb_hands_over_what_the_board_sends_at_the_end_of_a_frame(image_folder: Path) -> None:
    machine = boot(image_folder, ECHO, faults=(VirtualFault.USB_BURSTS,))
    registry.register("usb", machine)
    with serial.serial_for_url("virtual://usb", baudrate=BAUD, timeout=0.01) as port:
        port.read(1)
        port.write(b"HAL")
        assert port.read(3) == b"IBM"
    registry.unregister("usb")
    off_frame_ps = machine.now_ps % (PS_PER_SECOND // 1000)
    assert off_frame_ps < PS_PER_SECOND // 100_000


def test_without_faults_the_line_is_the_plain_one() -> None:
    assert type(Machine("u585").line) is HostLine
    assert Machine("u585").faults == []
