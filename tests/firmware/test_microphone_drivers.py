# SPDX-License-Identifier: Apache-2.0
"""The microphone's drivers on the virtual boards: each word is that of the microphone's bits.

The images hold `core/`, `port/` and a loop that keeps the words. The UART's DMA runs beside the
microphone's.
"""

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
from tests.hil.virtual.stm32.test_dfsdm import expected_words, run_of, tone
from tests.support.microphone_image import RATE_HZ, build_image

RUNS = (("l475", None), ("l4r5", None), ("h743", None), ("h743", "Y"), ("h7a3", None))
"""Boards with a DFSDM, and the revision of the H743 that runs at the fallback's clock."""

WORDS_HZ = 2 * RATE_HZ

Listen = Callable[..., Machine]


@pytest.fixture
def listen(boards: dict[str, BoardSpec], tmp_path: Path, toolchain: Toolchain) -> Listen:
    """`listen("l475", None, 0.2, "DEAF_MS=100u")`: an image that has run while a tone sounded."""

    def run(board: str, revision: str | None, seconds: float, *defines: str) -> Machine:
        machine = Machine(board, revision)
        machine.load_elf(build_image(boards[board], tmp_path, toolchain, *defines))
        machine.hear(tone(seconds), 48_000)
        machine.run(seconds)
        return machine

    return run


def kept_words(machine: Machine) -> Words:
    """What the loop has kept, as the data register held it."""
    count = variable(machine, "kept_words")
    view = machine.core.memory(machine.symbols.addresses["kept"], 4 * count)
    assert view is not None
    return np.frombuffer(view.tobytes(), "<i4").astype(np.int64)


@pytest.mark.parametrize(("board", "revision"), RUNS)
def test_every_word_is_that_of_the_microphones_bits(
    listen: Listen, boards: dict[str, BoardSpec], board: str, revision: str | None
) -> None:
    """And between two halves of the ring nothing wakes the core but the tick."""
    seconds = 0.3
    machine = listen(board, revision, seconds)
    words, run = kept_words(machine), run_of(machine)
    assert len(words) == 4000
    assert set(words & 0xFF) == {2}  # the channel's number
    assert np.array_equal(words >> 8, expected_words(run, machine, len(words)))
    assert np.abs(words >> 8).max() > 0.45 * 50**4
    assert variable(machine, "lost_words") == 0
    port = make_port(boards[board], RATE_HZ).microphone
    assert port is not None
    halves = run.made // (port.ring_words // 2)
    assert 3 <= halves <= variable(machine, "wakes") <= halves + 40 * seconds + 3
    left = run.made - variable(machine, "heard_words")
    assert 0 <= left < port.ring_words // 2 + 16  # each half empties the ring, but for the newest


@pytest.mark.parametrize("board", ["l475", "h7a3"])
def test_a_ring_that_is_lapped_is_told_and_goes_on(
    listen: Listen, boards: dict[str, BoardSpec], board: str
) -> None:
    """Each word is either handed over or counted as lost, and after the loss come fresh ones."""
    port = make_port(boards[board], RATE_HZ).microphone
    assert port is not None
    deaf_ms = port.ring_words * 3 // 2 * 1000 // WORDS_HZ
    machine = listen(
        *(board, None, 0.3 + deaf_ms / 1000, "DEAF_AFTER_WORDS=1000u", f"DEAF_MS={deaf_ms}u"),
        "KEPT_WORDS=9000u",
    )
    lost, heard = variable(machine, "lost_words"), variable(machine, "heard_words")
    made = run_of(machine).made
    assert lost >= port.ring_words
    assert 0 <= made - (heard + lost) < port.ring_words // 2 + 16
    words = kept_words(machine) >> 8
    expected = expected_words(run_of(machine), machine, made)
    first = next(index for index, word in enumerate(words) if word != expected[index])
    assert 1000 <= first <= 1000 + port.ring_words
    assert np.array_equal(words[first:], expected[first + lost : len(words) + lost])


def test_the_adc_hears_the_tone(listen: Listen) -> None:
    """Around half the supply, at the rate of the words, with hardly anything beside it."""
    machine = listen("l432", None, 0.3)
    words = kept_words(machine)[1000:]
    assert len(words) == 3000
    assert variable(machine, "lost_words") == 0
    times = np.arange(len(words)) / WORDS_HZ
    phase = 2 * np.pi * 440 * times
    shapes = np.stack([np.sin(phase), np.cos(phase), np.ones(len(words))], axis=1)
    parts, *_ = np.linalg.lstsq(shapes, words.astype(np.float64), rcond=None)
    rest = words - shapes @ parts
    amplitude = float(np.hypot(parts[0], parts[1]))
    assert abs(parts[2] - 32_768) < 0.02 * 32_768  # the module rests not quite in the middle
    assert 0.4 * 32_768 < amplitude < 0.51 * 32_768
    assert 20 * np.log10(amplitude / np.sqrt(2) / np.std(rest)) > 60


def test_an_adc_that_was_not_heard_is_told(listen: Listen, boards: dict[str, BoardSpec]) -> None:
    port = make_port(boards["l432"], RATE_HZ).microphone
    assert port is not None
    deaf_ms = port.ring_words * 3 // 2 * 1000 // WORDS_HZ
    seconds = 0.3 + deaf_ms / 1000
    machine = listen(
        *("l432", None, seconds, "DEAF_AFTER_WORDS=1000u", f"DEAF_MS={deaf_ms}u"), "KEPT_WORDS=200u"
    )
    lost, heard = variable(machine, "lost_words"), variable(machine, "heard_words")
    assert lost >= port.ring_words
    assert heard > 1000 + port.ring_words // 2
    assert WORDS_HZ * (seconds - 0.01) - port.ring_words < heard + lost <= WORDS_HZ * seconds
