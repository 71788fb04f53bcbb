# SPDX-License-Identifier: Apache-2.0
"""Weights that change in a board's flash: named, programmed again, and the clip played again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import serial

from generator.wire.messages import ClipBegin
from hil.boards.recovery import Rung
from hil.link.errors import RecoveryError, WeightsDamagedError
from tests.hil.fake_device import WEIGHTS_CRC, FakeDevice
from tests.hil.test_recovery import Board, assert_right, begin
from tests.support.pytest_run import run_pytest, write_noise
from tests.support.tiny_model import TINY_LABELS

SAMPLES = 9_600
FOUND = "weights in the board's flash have changed: the firmware found "


class Gone(FakeDevice):
    """A port whose cable was pulled."""

    def write(self, data: bytes, /) -> int:
        raise serial.SerialException("the device reports readiness to read but returns no data")


class Flash(Board):
    """A board whose programmer mends its weights."""

    def reflash(self) -> None:
        super().reflash()
        self.device.weights_damage = 0


def damaged_in_mid_clip(monkeypatch: pytest.MonkeyPatch, device: FakeDevice) -> None:
    """The weights change behind the first CLIP_BEGIN."""
    answer = device._answer

    def damage(message: Any, sequence: int) -> Any:
        yield from answer(message, sequence)
        if isinstance(message, ClipBegin):
            monkeypatch.undo()
            device.weights_damage = 0x40

    monkeypatch.setattr(device, "_answer", damage)


def test_the_board_is_programmed_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither another try nor a reset would help; patches that came before count for nothing."""
    device = FakeDevice()
    board = Flash(device)
    session, retries = begin(board)
    damaged_in_mid_clip(monkeypatch, device)
    (reason,) = assert_right(session)
    found = f"CRC-32 0x{WEIGHTS_CRC ^ 0x40:08x}; clip 1 has no answer"
    assert reason == f"{Rung.REFLASH}: {FOUND}{found}"
    assert board.steps == [Rung.REFLASH]
    assert [retry.rung for retry in retries] == [Rung.REFLASH]


def test_a_restart_with_damaged_weights_ends_in_programming_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HELLO's flag says so where the CLIP_END never came."""
    device = FakeDevice(restart_at_frame=20)
    board = Flash(device)
    session, retries = begin(board)
    damaged_in_mid_clip(monkeypatch, device)
    assert_right(session)
    assert [retry.rung for retry in retries] == [Rung.RESYNCHRONISE, Rung.REFLASH]
    assert retries[-1].reason == f"{FOUND}it at its start"


def test_without_a_programmer_it_is_told_what_to_do() -> None:
    device = FakeDevice()
    session, _ = begin(Board(device, has_programmer=False, has_power_command=False))
    device.weights_damage = 1
    with pytest.raises(RecoveryError) as caught:
        session.read_check()
    told = str(caught.value)
    assert f"CRC-32 0x{WEIGHTS_CRC ^ 1:08x} over 1,000 bytes, generated 0x{WEIGHTS_CRC:08x}" in told
    assert "reset: does not write the flash" in told
    assert "program the board again" in told


def test_damage_at_the_start_is_mended_before_anything_is_played() -> None:
    device = FakeDevice(weights_damage=3)
    board = Flash(device)
    with pytest.raises(WeightsDamagedError):
        begin(board)


def test_a_board_that_is_gone_is_not_waited_for_at_the_end() -> None:
    device = FakeDevice()
    session, _ = begin(Board(device))
    start = session.check_weights()
    assert start is not None
    assert (start.crc32, start.bytes, start.at_end) == (WEIGHTS_CRC, 1000, False)
    end = session.check_weights(at_end=True)
    assert end is not None
    assert end.at_end
    session.link.port = Gone()
    assert session.check_weights(at_end=True) is None


TURN_OVER = """
import numpy as np

from tests.support.image_objects import ImageObjects


def test_flipped(m2m_dut):
    sound = np.random.default_rng(3).integers(-8000, 8000, 9600).astype(np.int16)
    right = m2m_dut.play(sound)
    place, _ = ImageObjects(m2m_dut.image.elf).checked()[1]
    port, board = m2m_dut.link.port, m2m_dut.board

    class Flipping:
        written = 0

        def __getattr__(self, name):
            return getattr(port, name)

        def __setattr__(self, name, value):
            if name == "written":
                object.__setattr__(self, name, value)
            else:
                setattr(port, name, value)

        def write(self, data):
            self.written += len(data)
            if self.written > 8000:
                m2m_dut.link.port = port
                board.machine.core.memory(place, 1)[0] ^= 16
            return port.write(data)

    m2m_dut.link.port = Flipping()
    answer = m2m_dut.play(sound)
    assert np.array_equal(answer.scores, right.scores)
"""


@pytest.mark.slow
@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_a_bit_of_flash_turns_over_in_mid_clip(
    tmp_path: Path, tiny_build: Path, board: str
) -> None:
    """The virtual board is programmed again through its probe, and answers right."""
    (tmp_path / "test_flip.py").write_text(TURN_OVER)
    sounds = write_noise(tmp_path / "sounds", TINY_LABELS, SAMPLES)
    done = run_pytest(
        *(str(tmp_path / "test_flip.py"), "--board", board, "--virtual"),
        *("--sounds", str(sounds), "--model", str(tiny_build / "m.tflite")),
        *("--build-dir", str(tiny_build)),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tiny_build / "hil" / board / "latest" / "report.json").read_text())
    assert report["retries"] == 1
    check = report["weights_check"]
    assert check["at_start"]
    assert check["at_end"]
    told = " ".join(done.stdout.split())
    assert f"(CRC-32 {check['crc32']}): at the start, with each clip, and at the end" in told
    assert f"RETRIES 1 × re-flash: {FOUND}" in told
