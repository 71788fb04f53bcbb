# SPDX-License-Identifier: Apache-2.0
"""The board keeps up with the sound, within the memory it was given, the same way every time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from generator.project.manifest import FrontendInfo
from generator.wire import ClipFlag, encode_frame
from hil.judges.divergence import DivergenceError
from hil.judges.real_time import real_time_faults
from hil.link.played import Clip
from hil.session import NETWORK_FUNCTION, BoardSession

STACK_RESERVE_BYTES = 512
"""Bytes of the stack that no run may touch: interrupts of all three priorities at the deepest call
take 200 (frames of 108, 36 and 36 bytes with registers of the FPU, alignment and what the handlers
keep), and the rest is for a path that no run has met."""


BITS = 10
"""Of a byte on the line."""

PAUSES = 1.05
"""At most so many times as long as the slower of line and core takes alone."""


def patches_of(frontend: FrontendInfo) -> int:
    """So many that they take two seconds, and four at least."""
    return max(4, 2 * frontend.sample_rate_hz // frontend.step_samples)


def sound(frontend: FrontendInfo) -> npt.NDArray[np.int16]:
    """Noise that no gate takes for silence, of so many patches."""
    samples = frontend.samples_of(patches_of(frontend))
    return np.random.default_rng(6).integers(-8000, 8000, samples).astype(np.int16)


def test_work_fits_between_two_patches(m2m_dut: BoardSession) -> None:
    """Front-end and network together take less time than the sound that they listen to."""
    run = m2m_dut.play_clip(1, sound(m2m_dut.frontend))
    assert len(run.patches) == patches_of(m2m_dut.frontend)
    faults = [
        fault
        for patch in run.patches
        for fault in real_time_faults(
            m2m_dut.frontend, patch, m2m_dut.hello.core_clock_hz, is_first=patch.patch_index == 0
        )
    ]
    if faults:
        more = f"\nand {len(faults) - 1} more like this" if len(faults) > 1 else ""
        pytest.fail(f"{faults[0]}{more}", pytrace=False)


def test_sound_arrives_while_it_is_worked_on(m2m_dut: BoardSession) -> None:
    """Line or core is at work nearly all the time: the receive ring is long enough for both."""
    if not m2m_dut.board.virtual:
        pytest.skip("on a real line the pauses of this computer count as well")
    samples = sound(m2m_dut.frontend)
    begin_s = m2m_dut.board.clock_s()
    run = m2m_dut.play_clip(1, samples)
    took_s = m2m_dut.board.clock_s() - begin_s
    if run.retries or run.resumptions:
        pytest.skip("the line itself disturbed the clip: parts of it were resent")
    messages = Clip(1, 0, samples.astype("<i2").tobytes()).begin()
    line_s = BITS * sum(len(encode_frame(m, 0)) for m in messages) / m2m_dut.board.spec.uart.baud
    core_s = run.result.busy_cycles / m2m_dut.hello.core_clock_hz
    answer_s = run.patches[-1].answer_cycles / m2m_dut.hello.core_clock_hz
    assert took_s <= PAUSES * max(line_s, core_s) + answer_s


def test_same_clip_gives_the_same_bits(m2m_dut: BoardSession) -> None:
    """Two runs after two resets: equal results, and equal instruction counts where counted."""
    seen, counted = [], []
    for _ in range(2):
        m2m_dut.reset()
        run = m2m_dut.play_clip(1, sound(m2m_dut.frontend), ClipFlag.FEATURES)
        meter = None if run.retries else m2m_dut.meters.get(NETWORK_FUNCTION)
        counts = tuple(meter.per_call_instructions) if meter is not None else None
        scores = tuple(patch.scores for patch in run.patches)
        seen.append((run.features.tobytes(), scores, run.result.score_sums))
        counted += [] if counts is None else [counts]
    if seen[0] != seen[1]:
        raise DivergenceError("two runs of one clip gave different features, scores or sums")
    if len(set(counted)) > 1:
        raise DivergenceError("two runs of one clip took different numbers of instructions")


def test_memory_is_within_its_bounds(m2m_dut: BoardSession) -> None:
    """Stack and rings have room left after a clip; the arena is the footprint's."""
    before = m2m_dut.read_memory()
    run = m2m_dut.play_clip(1, sound(m2m_dut.frontend), ClipFlag.FEATURES)
    # Too short for a patch: its last frames are pushed again and again, all at once.
    length = max(m2m_dut.frontend.samples_of(1) // 2, 2 * m2m_dut.frontend.frame_samples)
    short = m2m_dut.play_clip(2, sound(m2m_dut.frontend)[:length])
    assert len(short.patches) >= 1
    memory = m2m_dut.read_memory()
    assert 0 < memory.stack_high_water_bytes <= memory.stack_bytes - STACK_RESERVE_BYTES
    assert memory.stack_bytes == m2m_dut.image.footprint["image"]["stack_bytes"]
    assert 0 < memory.rx_high_water_bytes < memory.rx_ring_bytes
    assert memory.tx_high_water_bytes <= memory.tx_ring_bytes
    assert memory.arena_bytes == m2m_dut.image.footprint["network"]["activation_ram_bytes"]
    errors = (memory.overruns, memory.framing_errors, memory.noise_errors)
    repeated = run.retries or run.resumptions or short.retries or short.resumptions
    assert repeated or errors == (before.overruns, before.framing_errors, before.noise_errors)
    assert memory.arena_bytes <= m2m_dut.board.spec.budgets.activation_ram_bytes
