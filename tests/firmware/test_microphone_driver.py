# SPDX-License-Identifier: Apache-2.0
"""The driver of a board's microphone, on the virtual board: words in time, none lost unnoticed.

The virtual peripherals are written from the manuals by others: what they refuse, and what level they
give, checks the driver and the derived values.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.boards.boards_file import load_boards
from generator.boards.microphone_values import MicrophoneValues
from generator.boards.port import make_port
from generator.firmware import make_firmware
from generator.microphone.reference import Decimator
from generator.microphone.tables import decimator_of
from generator.network import read_network
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.project.user_application import application_of
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import find_toolchain
from hil.virtual.machine import Machine
from tests.support.firmware_store import write_tiny_model
from tests.support.tones import level_and_snr

BOARDS = load_boards(DEFAULT_BOARDS_FILE)
LISTENING = ("u585",)

APPLICATION = Path(__file__).parent / "applications" / "keep_words"

RATE_HZ = 16_000
WORDS_HZ = 2 * RATE_HZ
BOOT_S = 0.02
"""More than the start takes; the microphone hears silence meanwhile."""


def microphone_of(board: str) -> MicrophoneValues:
    values = make_port(BOARDS[board], RATE_HZ).microphone
    assert values is not None
    return values


@pytest.fixture(scope="module", params=LISTENING)
def board(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def image(board: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keep_words")
    network = read_network(write_tiny_model(folder))
    application = application_of(str(APPLICATION), folder)
    made = make_firmware(
        BOARDS[board], network, find_toolchain(), out_dir=folder, application=application
    )
    return made.image.project_dir / OUTPUT_DIR / f"{IMAGE_NAME}.elf"


@pytest.fixture
def machine(board: str, image: Path) -> Machine:
    made = Machine(board)
    made.load_elf(image)
    return made


def value(machine: Machine, name: str) -> int:
    return machine.core.word(machine.symbols.addresses[name])


def heard(machine: Machine) -> NDArray[np.int32]:
    begin = machine.symbols.addresses["heard"]
    count = value(machine, "heard_words")
    words = [machine.core.word(begin + 4 * index) for index in range(count)]
    return np.array(words, dtype=np.uint32).astype(np.int32)


def test_a_tone_arrives_at_its_level_and_in_time(board: str, machine: Machine) -> None:
    """-26 dBFS at the microphone: level and noise, words for each millisecond, a core that sleeps.

    The noise is that of the modulator: an ideal low-pass filter at 8 kHz leaves as much.
    """
    values = microphone_of(board)
    level_db, hz = -2.0 - values.gain_db, 1_000.0
    times = np.arange(RATE_HZ // 2) / RATE_HZ
    machine.hear(10 ** (level_db / 20) * np.sin(2 * np.pi * hz * times), RATE_HZ)
    machine.run(BOOT_S + 0.36)
    words = heard(machine)
    assert value(machine, "lost_words") == value(machine, "odd_spans") == 0
    # Less than half the ring waits, the rest has been taken; the start takes a while.
    least = (machine.seconds - BOOT_S) * WORDS_HZ - values.ring_words // 2 - values.block_words
    assert least <= len(words) <= machine.seconds * WORDS_HZ
    assert value(machine, "sleeps") > 5
    samples = Decimator(decimator_of(values)).push(words)
    level, snr = level_and_snr(samples[800:], hz)
    assert level == pytest.approx(-2.0, abs=0.5)
    assert snr >= 60.0


def test_who_looks_away_loses_words_and_is_told(board: str, machine: Machine) -> None:
    """Away for longer than the ring lasts: what was in it is counted, and all goes on after it."""
    values = microphone_of(board)
    ring_ms = 1_000 * values.ring_words // WORDS_HZ
    steps = (ring_ms + 30) // 10
    machine.run(BOOT_S + 0.05)
    assert value(machine, "lost_words") == 0
    before = value(machine, "heard_words")
    machine.send(bytes((steps,)))
    machine.run(steps / 100 + 0.1)
    lost = value(machine, "lost_words")
    away = steps * WORDS_HZ // 100
    assert values.ring_words < lost <= away + values.ring_words
    taken = value(machine, "heard_words") - before
    assert taken + lost == pytest.approx(machine.seconds * WORDS_HZ - before, abs=values.ring_words)
    assert value(machine, "odd_spans") == 0


def test_who_comes_back_in_time_loses_nothing(board: str, machine: Machine) -> None:
    """Away for less than the ring lasts."""
    ring_ms = 1_000 * microphone_of(board).ring_words // WORDS_HZ
    machine.run(BOOT_S + 0.05)
    machine.send(bytes(((ring_ms - 25) // 10,)))
    machine.run(ring_ms / 1_000 + 0.05)
    assert value(machine, "lost_words") == 0
