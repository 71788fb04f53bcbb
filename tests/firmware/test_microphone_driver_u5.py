# SPDX-License-Identifier: Apache-2.0
"""The U5's microphone driver on the virtual u585: each word is that of the microphone's bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from hil.virtual.sound.cic import Words
from tests.hil.virtual.conftest import variable
from tests.hil.virtual.stm32.u5.adf_words import adf_of, expected_words, play_tone
from tests.support.microphone_image import RATE_HZ, build_image

Listen = Callable[..., Machine]


@pytest.fixture
def listen(boards: dict[str, BoardSpec], tmp_path: Path, toolchain: Toolchain) -> Listen:
    """`listen(0.2, "DEAF_MS=100u")`: an image that has run while a tone sounded."""

    def run(seconds: float, *defines: str) -> Machine:
        machine = Machine("u585")
        machine.load_elf(build_image(boards["u585"], tmp_path, toolchain, *defines))
        play_tone(machine, seconds)
        machine.run(seconds)
        return machine

    return run


def kept_words(machine: Machine) -> Words:
    """The values that the loop has kept; the lowest eight bits of a word are zero."""
    count = variable(machine, "kept_words")
    view = machine.core.memory(machine.symbols.addresses["kept"], 4 * count)
    assert view is not None
    words = np.frombuffer(view.tobytes(), "<i4").astype(np.int64)
    assert not np.any(words & 0xFF)
    return words >> 8


def test_every_word_is_that_of_the_microphones_bits(
    listen: Listen, boards: dict[str, BoardSpec]
) -> None:
    """And between two halves of the ring nothing wakes the core but the tick."""
    seconds = 0.3
    machine = listen(seconds)
    words = kept_words(machine)
    assert len(words) == 4000
    assert np.array_equal(words, expected_words(machine, len(words)))
    assert np.abs(words).max() > 0.45 * 50**4
    assert variable(machine, "lost_words") == 0
    port = make_port(boards["u585"], RATE_HZ).microphone
    assert port is not None
    halves = int(seconds * 2 * RATE_HZ) // (port.ring_words // 2)
    assert halves - 1 <= variable(machine, "wakes") <= halves + 40 * seconds + 3


def test_a_ring_that_is_lapped_is_told_and_goes_on(
    listen: Listen, boards: dict[str, BoardSpec]
) -> None:
    """Each word is either handed over or counted as lost, and after the loss come fresh ones."""
    port = make_port(boards["u585"], RATE_HZ).microphone
    assert port is not None
    deaf_ms = port.ring_words * 3 // 2 * 1000 // (2 * RATE_HZ)
    machine = listen(
        0.3 + deaf_ms / 1000, "DEAF_AFTER_WORDS=1000u", f"DEAF_MS={deaf_ms}u", "KEPT_WORDS=9000u"
    )
    lost, heard = variable(machine, "lost_words"), variable(machine, "heard_words")
    adf = adf_of(machine)
    assert adf.microphone is not None
    made = (adf.microphone.clocks_by(machine.now_ps) - adf.first_clock) // 50
    assert lost >= port.ring_words
    assert 0 <= made - (heard + lost) < port.ring_words // 2 + port.block_words
    words, expected = kept_words(machine), expected_words(machine, made)
    first = int(np.flatnonzero(words != expected[: len(words)])[0])
    assert 1000 <= first <= 1000 + port.ring_words
    assert np.array_equal(words[first:], expected[first + lost : len(words) + lost])
