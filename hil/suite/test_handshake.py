# SPDX-License-Identifier: Apache-2.0
"""The device says who it is; a wrong one is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.wire.messages import (
    Hello,
    HelloRequest,
)
from hil.boards.candidates import own_virtual_board
from hil.boards.identity import check_identity
from hil.boards.pyocd_programmer import PyocdProgrammer
from hil.boards.virtual_board import VirtualBoard
from hil.link.client import Link
from hil.link.errors import HandshakeError
from hil.session import BoardSession


def test_device_runs_the_image_that_was_built(dut: BoardSession) -> None:
    """Board, engine, clock, both hashes and the labels are those of this run."""
    check_identity(dut.hello, dut.link.read_rule(), dut.expected, dut.remedy)
    assert dut.hello.operators == len(dut.oracle.operator_names)
    assert dut.hello.window_bytes < dut.board.spec.uart.rx_ring_bytes


@pytest.mark.parametrize("what", ["firmware", "model"])
def test_another_hash_is_refused_and_both_are_shown(dut: BoardSession, what: str) -> None:
    """A device with another image or model never counts as the right one."""
    wanted, is_firmware = "0" * 64, what == "firmware"
    other_model = replace(dut.expected.project, model_sha256=wanted)
    expected = (
        replace(dut.expected, firmware_sha256=wanted)
        if is_firmware
        else replace(dut.expected, project=other_model)
    )
    with pytest.raises(HandshakeError) as refused:
        check_identity(dut.hello, dut.link.read_rule(), expected, dut.remedy)
    said = dut.hello.firmware_sha256 if is_firmware else dut.hello.model_sha256
    assert wanted in str(refused.value)
    assert said.hex() in str(refused.value)


def test_image_that_holds_another_model_is_refused(board: BoardSession, tmp_path: Path) -> None:
    """A device that really runs another image says so itself, and is not taken."""
    if not board.board.virtual:
        pytest.skip("needs another image in the flash: --virtual")
    mine, other = bytes.fromhex(board.image.project.info.model_sha256), bytes(range(32))
    content = board.image.elf.read_bytes()
    assert content.count(mine) == 1
    elf = tmp_path / "other.elf"
    elf.write_bytes(content.replace(mine, other))
    flash = board.image.elf.with_suffix(".bin").read_bytes()
    assert flash.count(mine) == 1
    elf.with_suffix(".bin").write_bytes(flash.replace(mine, other))
    spec = board.board.spec
    attachment = own_virtual_board(spec)
    assert attachment.probe is not None
    programmer = PyocdProgrammer(spec, attachment.probe)
    stranger = VirtualBoard(spec, attachment, programmer)
    try:
        port = stranger.open(replace(board.image, elf=elf))
        link = Link(port, clock_s=stranger.clock_s)
        hello, rule = link.handshake(), link.read_rule()
    finally:
        stranger.release()
    with pytest.raises(HandshakeError) as refused:
        check_identity(hello, rule, board.expected, board.remedy)
    told = str(refused.value)
    assert f"model SHA-256\n    expected {mine.hex()}\n    device   {other.hex()}" in told
    assert f"firmware SHA-256\n    expected {board.image.firmware_sha256}" in told
    assert f"remedy: remove {board.image.project.directory} and run again" in told


def test_device_names_its_protocol_to_a_host_of_another(dut: BoardSession) -> None:
    """HELLO answers any HELLO_REQUEST, so that either side can say what does not fit."""
    dut.link.send_message(HelloRequest(protocol=0xFFFF, nonce=77))
    hello = dut.link.await_message(Hello, fresh=True)
    assert hello.nonce == 77
    assert hello.protocol == dut.hello.protocol
