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


def test_device_runs_the_image_that_was_built(m2m_dut: BoardSession) -> None:
    """Board, engine, clock, both hashes and the labels are those of this run."""
    check_identity(m2m_dut.hello, m2m_dut.link.read_rule(), m2m_dut.expected, m2m_dut.remedy)
    assert m2m_dut.hello.operators == len(m2m_dut.oracle.operator_names)
    assert m2m_dut.hello.window_bytes < m2m_dut.board.spec.uart.rx_ring_bytes


@pytest.mark.parametrize("what", ["firmware", "model"])
def test_another_hash_is_refused_and_both_are_shown(m2m_dut: BoardSession, what: str) -> None:
    """A device with another image or model never counts as the right one."""
    wanted, is_firmware = "0" * 64, what == "firmware"
    other_model = replace(m2m_dut.expected.project, model_sha256=wanted)
    expected = (
        replace(m2m_dut.expected, firmware_sha256=wanted)
        if is_firmware
        else replace(m2m_dut.expected, project=other_model)
    )
    with pytest.raises(HandshakeError) as refused:
        check_identity(m2m_dut.hello, m2m_dut.link.read_rule(), expected, m2m_dut.remedy)
    said = m2m_dut.hello.firmware_sha256 if is_firmware else m2m_dut.hello.model_sha256
    assert wanted in str(refused.value)
    assert said.hex() in str(refused.value)


def test_image_that_holds_another_model_is_refused(m2m_board: BoardSession, tmp_path: Path) -> None:
    """A device that really runs another image says so itself, and is not taken."""
    if not m2m_board.board.virtual:
        pytest.skip("needs another image in the flash: --virtual")
    mine, other = bytes.fromhex(m2m_board.image.project.info.model_sha256), bytes(range(32))
    content = m2m_board.image.elf.read_bytes()
    assert content.count(mine) == 1
    elf = tmp_path / "other.elf"
    elf.write_bytes(content.replace(mine, other))
    flash = m2m_board.image.elf.with_suffix(".bin").read_bytes()
    assert flash.count(mine) == 1
    elf.with_suffix(".bin").write_bytes(flash.replace(mine, other))
    spec = m2m_board.board.spec
    attachment = own_virtual_board(spec)
    assert attachment.probe is not None
    programmer = PyocdProgrammer(spec, attachment.probe)
    stranger = VirtualBoard(spec, attachment, programmer)
    try:
        port = stranger.open(replace(m2m_board.image, elf=elf))
        link = Link(port, clock_s=stranger.clock_s)
        hello, rule = link.handshake(), link.read_rule()
    finally:
        stranger.release()
    with pytest.raises(HandshakeError) as refused:
        check_identity(hello, rule, m2m_board.expected, m2m_board.remedy)
    told = str(refused.value)
    assert f"model SHA-256\n    expected {mine.hex()}\n    device   {other.hex()}" in told
    assert f"firmware SHA-256\n    expected {m2m_board.image.firmware_sha256}" in told
    assert f"remedy: remove {m2m_board.image.project.directory} and run again" in told


def test_device_names_its_protocol_to_a_host_of_another(m2m_dut: BoardSession) -> None:
    """HELLO answers any HELLO_REQUEST, so that either side can say what does not fit."""
    m2m_dut.link.send_message(HelloRequest(protocol=0xFFFF, nonce=77))
    hello = m2m_dut.link.await_message(Hello, fresh=True)
    assert hello.nonce == 77
    assert hello.protocol == m2m_dut.hello.protocol
