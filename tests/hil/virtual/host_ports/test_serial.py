# SPDX-License-Identifier: Apache-2.0
"""The serial line and the pyserial port onto it."""

from __future__ import annotations

from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

import hil.virtual.host_ports.serial_url  # noqa: F401  # registers virtual://
from generator.boards.boards_file import load_boards
from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine
from hil.virtual.rules import RuleBroken
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.serial_line import FRAME_BITS, HostLine
from tests.hil.virtual.conftest import Boot
from tests.hil.virtual.images import compile_image

ECHO = "void reset(void) { begin(); for (;;) { put((uint8_t)(get() + 1)); } }"

BOOT_S, TIMEOUT_S = 0.001, 0.002
"""Virtual time: a program that polls is slow to emulate."""


@pytest.fixture
def port(boot: Boot) -> serial.SerialBase:
    registry.register("echo", boot(ECHO))
    opened = serial.serial_for_url("virtual://echo", baudrate=921_600, timeout=BOOT_S)
    opened.read(1)
    opened.timeout = TIMEOUT_S
    yield opened
    opened.close()
    registry.unregister("echo")


def test_an_echo_over_pyserial(port: serial.SerialBase) -> None:
    assert port.write(b"HAL") == 3
    assert port.read(3) == b"IBM"
    assert port.read(1) == b""


def test_the_timeout_is_virtual(port: serial.SerialBase) -> None:
    before = port.machine.seconds
    assert port.read(1) == b""
    assert port.machine.seconds - before == pytest.approx(TIMEOUT_S, rel=0.01)


def test_polling_in_waiting_lets_time_pass(port: serial.SerialBase) -> None:
    port.write(b"abc")
    polls = 0
    while port.in_waiting < 3:
        polls += 1
        assert polls < 10
    assert port.read(3) == b"bcd"


def test_flush_and_buffers(port: serial.SerialBase) -> None:
    port.write(b"abc")
    assert port.out_waiting == 3
    port.flush()
    assert port.out_waiting == 0
    port.write(b"later")
    port.reset_output_buffer()
    assert port.out_waiting == 0
    port.read(3)
    port.reset_input_buffer()


def test_a_broken_rule_reaches_the_reader_as_a_serial_exception(port: serial.SerialBase) -> None:
    port.baudrate = 115_200
    port.write(b"x")
    with pytest.raises(RuleBroken, match="BAUD_ERROR") as caught:
        port.read(1)
    assert isinstance(caught.value, serial.SerialException)


def test_an_image_by_url(image_folder: Path) -> None:
    elf = compile_image(image_folder, ECHO)
    url = f"virtual://u585?image={elf}"
    with serial.serial_for_url(url, baudrate=921_600, timeout=BOOT_S) as p:
        p.read(1)
        p.write(b"a")
        assert p.read(1) == b"b"
    registry.unregister("u585")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("virtual://nobody", "no virtual board runs"),
        ("virtual://u585?image=/no/such/file.elf", "no image at"),
        ("virtual://", "is not virtual://BOARD"),
    ],
)
def test_wrong_urls_say_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(serial.SerialException, match=words):
        serial.serial_for_url(url)


def test_a_sleeping_board_does_not_hang_a_reader_without_timeout(boot: Boot) -> None:
    registry.register(
        "asleep", boot('void reset(void) { for (;;) { __asm volatile("dsb; wfi; isb"); } }')
    )
    with (
        serial.serial_for_url("virtual://asleep", baudrate=921_600) as opened,
        pytest.raises(serial.SerialException, match="sleeps"),
    ):
        opened.read(1)
    registry.unregister("asleep")


def test_hex_and_elf_load_the_same(image_folder: Path, tmp_path: Path) -> None:
    elf = compile_image(image_folder, ECHO)
    machine = Machine(load_boards(Path("boards.yaml").resolve())["u585"])
    machine.load_elf(elf)
    image = machine.core.flash_bytes.tobytes()
    end = len(image.rstrip(b"\xff"))
    records = [":020000040800F2"]
    for start in range(0, end, 16):
        data = image[start : start + 16]
        record = bytes((len(data), start >> 8, start & 0xFF, 0)) + data
        records.append(f":{(record + bytes((-sum(record) & 0xFF,))).hex()}")
    path = tmp_path / "echo.hex"
    path.write_text("\n".join([*records, ":00000001FF", ""]))
    other = Machine("u585")
    other.load_hex(path)
    assert other.core.flash_bytes.tobytes() == image
    path.write_text(":0100000000FE\n")
    with pytest.raises(ValueError, match="checksum"):
        other.load_hex(path)


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.integers(0, 10**9)), max_size=8),
    st.integers(9_600, 2_000_000),
)
def test_bytes_arrive_in_order_and_never_faster_than_the_baud_rate(
    sends: list[tuple[bytes, int]], baud: int
) -> None:
    line, now, arrived = HostLine(baud), 0, bytearray()
    for data, pause_ps in sends:
        line.send(data, now)
        now += pause_ps
        while True:
            part, last_ps, _ = line.take_arrived(now)
            if not part:
                break
            assert last_ps <= now
            arrived += part
        assert len(arrived) <= now * baud // (FRAME_BITS * PS_PER_SECOND) + 1
    sent = b"".join(data for data, _ in sends)
    assert sent.startswith(bytes(arrived))
    assert line.bytes_coming == len(sent) - len(arrived)
    if line.bytes_coming:
        end = line.arrival_ps(line.bytes_coming - 1)
        while part := line.take_arrived(end)[0]:
            arrived += part
        assert bytes(arrived) == sent
