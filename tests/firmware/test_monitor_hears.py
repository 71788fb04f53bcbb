# SPDX-License-Identifier: Apache-2.0
"""The monitor on the virtual u585, from sound to frames: each is that of the host's own chain.

On the host: modulator, CIC filter, the decimator in Python, and the image's C for this machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator.boards.boards_file import load_board
from generator.boards.port import make_port
from generator.firmware import make_firmware
from generator.host.continuous_twin import ContinuousTwin, build_continuous_twin
from generator.host.frontend_twin import Samples
from generator.microphone.reference import Decimator
from generator.microphone.tables import decimator_of
from generator.network import read_network
from generator.project.applications import MONITOR
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from tests.hil.virtual.stm32.u5.adf_words import adf_of, expected_words
from tests.support.firmware_store import write_tiny_model
from tests.support.overheard import Overheard

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Path:
    """The project of the monitor with the tiny model, built."""
    folder = tmp_path_factory.mktemp("monitor")
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    network = read_network(write_tiny_model(folder))
    firmware = make_firmware(board, network, toolchain, out_dir=folder, application=MONITOR)
    return firmware.image.project_dir


def overheard(monitor: Path) -> Overheard:
    machine = Machine("u585")
    machine.load_elf(monitor / "out" / "mel2metal.elf")
    return Overheard(machine)


def sweep(seconds: float) -> Samples:
    """From 100 Hz to 7 kHz, at -40 dB: the board's gain brings it to -16 dB."""
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * (100 * at + (7000 - 100) * at**2 / (2 * seconds))
    return np.rint(32768 * 10 ** (-40 / 20) * np.sin(phase)).astype(np.int16)


def samples_of(machine: Machine) -> Samples:
    """What the decimator makes of all words so far, by its Python twin."""
    port = make_port(load_board(DEFAULT_BOARDS_FILE, "u585"), RATE_HZ).microphone
    adf = adf_of(machine)
    assert port is not None and adf.microphone is not None
    clocks = adf.microphone.clocks_by(machine.now_ps) - adf.first_clock
    words = expected_words(machine, clocks // 100 * 2)
    return Decimator(decimator_of(port)).push((words << 8).astype(np.int32))


def test_frames_and_scores_are_those_of_the_hosts_chain(monitor: Path) -> None:
    board = overheard(monitor)
    board.run(0.3)
    board.machine.send(b"v")
    board.hear(sweep(2.0), RATE_HZ, more_s=0.3)
    frames = [bytes.fromhex(line[2:]) for line in board.said("f ")]
    twin: ContinuousTwin = build_continuous_twin(monitor)
    heard = twin.run(samples_of(board.machine))
    expected = [frame.astype(np.int8).tobytes() for frame in heard.frames]
    assert len(frames) > 200
    first = len(expected) - len(frames)
    late = next(n for n in range(10) if frames[-1] == expected[-1 - n])
    assert frames == expected[first - late : len(expected) - late]
    said = [line.split()[2:] for line in board.said("p ")]
    scores = [
        [str(((int(score) + 128) * 1000 + 128) // 256) for score in step.scores]
        for step in heard.steps
        if step.scores is not None
    ]
    assert len(said) >= 10
    assert said == scores[-len(said) :] or said == scores[-len(said) - 1 : -1]
    assert "overruns 0 dropped 0" in board.said("# load")[-1]


def test_nothing_is_lost_in_ten_seconds(monitor: Path) -> None:
    board = overheard(monitor)
    board.hear(sweep(9.5), RATE_HZ, more_s=1.0)
    assert board.said("# mel2metal monitor u585 ")
    [load] = board.said("# load")
    assert load.endswith("overruns 0 dropped 0")
