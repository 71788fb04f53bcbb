# SPDX-License-Identifier: Apache-2.0
"""The UART's rings on the virtual board: turns, a host that ignores credit, a full transmitter."""

from __future__ import annotations

from pathlib import Path

from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.wire import (
    TAP_MASK_BYTES,
    Refusal,
)
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Frames,
    Hello,
    Memory,
    MemoryRequest,
    PatchResult,
    Refused,
    Tap,
    TapSelect,
)
from tests.firmware.board_runs import BOOT_S, BoardRun

HALF = bytes(8 * 64)
"""Frames of one message; two of them are a patch."""
ALL_OPERATORS = b"\xff" * TAP_MASK_BYTES


def booted(project: Path) -> BoardRun:
    """A board that has been greeted."""
    run = BoardRun(project / OUTPUT_DIR / f"{IMAGE_NAME}.elf")
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    return run


def memory_of(run: BoardRun) -> Memory:
    """What MEMORY says."""
    (memory,) = run.send(MemoryRequest(), seconds=0.02)
    assert isinstance(memory, Memory)
    return memory


def test_the_ring_turns_and_nothing_is_lost(tapped_project: Path) -> None:
    """Two clips of several rings' length, as fast as the line carries them."""
    run = booted(tapped_project)
    for clip_id in (1, 2):
        audio = [ClipAudio(bytes(512))] * 48
        *_, result = run.send(ClipBegin(clip_id), *audio, ClipEnd(24 * 512), seconds=0.4)
        assert isinstance(result, ClipResult)
        assert (result.clip_id, result.samples) == (clip_id, 24 * 512)
    memory = memory_of(run)
    assert 512 < memory.rx_high_water_bytes < memory.rx_ring_bytes
    assert memory.overruns == 0


def test_a_full_transmitter_holds_the_loop_and_loses_nothing(tapped_project: Path) -> None:
    """Taps of all operators: far more comes out than goes in."""
    run = booted(tapped_project)
    answers = run.send(
        TapSelect(ALL_OPERATORS), Frames(3, 0, HALF), Frames(3, 8, HALF), seconds=0.5
    )
    taps = [answer for answer in answers if isinstance(answer, Tap)]
    assert isinstance(answers[-1], PatchResult)
    assert sum(len(tap.values) for tap in taps) > 4096
    memory = memory_of(run)
    assert memory.tx_high_water_bytes > memory.tx_ring_bytes // 2


def test_a_host_that_ignores_credit_is_told(tapped_project: Path) -> None:
    """The ring is overwritten while the loop waits for the transmitter; hello mends it."""
    run = booted(tapped_project)
    patches = [Frames(number, first, HALF) for number in range(24) for first in (0, 8)]
    answers = run.send(TapSelect(ALL_OPERATORS), *patches, seconds=3.0)
    codes = {answer.code for answer in answers if isinstance(answer, Refused)}
    assert Refusal.OVERRUN in codes
    done = [answer.clip_id for answer in answers if isinstance(answer, PatchResult)]
    assert done == sorted(set(done))
    assert len(done) < 24
    hello = run.greet()[-1]
    assert isinstance(hello, Hello)
    assert memory_of(run).overruns > 0
    *_, result = run.send(ClipBegin(9), ClipAudio(bytes(512)), ClipEnd(256), seconds=0.1)
    assert isinstance(result, ClipResult)
