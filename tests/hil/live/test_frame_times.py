# SPDX-License-Identifier: Apache-2.0
"""Frames and gate on this side against the firmware's own C: every frame, at its sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord, SilenceGate
from generator.host.frontend_twin import FrontendTwin, build_frontend_twin
from generator.model.patches import PatchRule, patch_rule
from hil.live import segments as segments_module
from hil.live.frame_times import FrameTimes
from hil.live.segments import LONGEST_S, QUIET_S, Segments, end_samples

Samples = npt.NDArray[np.int16]
SCALE, ZERO_POINT = 0.05, 0

SHORT_GATE = SilenceGate(threshold_rms=150, hangover_ms=30.0)
RECORDS = {
    "short hangover": YAMNET.model_copy(update={"silence_gate": SHORT_GATE}),
    "centred": YAMNET.model_copy(update={"centred": True}),
    "hop beyond frame": YAMNET.model_copy(update={"hop_samples": 640}),
}


def bursts(seconds: float, seed: int) -> Samples:
    """Noise that is loud, faint or absent, in stretches of any length, with a constant offset."""
    random = np.random.default_rng(seed)
    pieces: list[Samples] = []
    left = round(16_000 * seconds)
    while left > 0:
        count = min(left, int(random.integers(50, 12_000)))
        level = random.choice([0.0, 1.9, 2.1, 140.0, 160.0, 2000.0])
        pieces.append((random.normal(37, level, count)).clip(-32768, 32767).astype(np.int16))
        left -= count
    return np.concatenate(pieces)


def follow(record: FrontendRecord, samples: Samples, piece: int) -> tuple[FrameTimes, list[int]]:
    """The frames of a clip, and the sample at which each ended."""
    times, ends = FrameTimes(record, 10_000), []
    at = 0
    while at < len(samples):
        part = samples[at : at + min(piece, times.until_hop_end)]
        at += len(part)
        if times.push(part):
            ends.append(at)
    return times, ends


@pytest.fixture(scope="module", params=RECORDS)
def case(request: pytest.FixtureRequest) -> tuple[FrontendRecord, FrontendTwin]:
    record = RECORDS[request.param]
    return record, build_frontend_twin(record, SCALE, ZERO_POINT)


@pytest.mark.parametrize("seed", [1, 2])
def test_each_frame_ends_at_the_sample_at_which_the_firmware_makes_it(
    case: tuple[FrontendRecord, FrontendTwin], seed: int
) -> None:
    record, twin = case
    samples = bursts(6, seed)
    times, ends = follow(record, samples, 10_000)
    before = times.frames
    assert times.finish() == times.frames - before
    assert times.frames == len(twin.features(samples)) > 0
    reaching_over = FrameTimes(record, 1).samples  # of a clip without sound: none
    assert reaching_over == 0
    for number in (0, len(ends) // 2, len(ends) - 1):
        end = ends[number]
        assert times.end_of(number) == end
        if not record.centred:  # a clip cut there has zeros behind it
            assert len(twin.features(samples[:end])) == number + 1
            assert len(twin.features(samples[: end - 1])) == number


def test_pieces_of_any_length_make_the_same_frames() -> None:
    samples = bursts(3, 3)
    _, whole = follow(YAMNET, samples, 10_000)
    _, small = follow(YAMNET, samples, 7)
    assert whole == small


def test_times_that_are_not_kept_or_not_come_are_none() -> None:
    times = FrameTimes(YAMNET.model_copy(update={"silence_gate": None}), kept=10)
    for _ in range(100):
        times.push(np.ones(times.until_hop_end, np.int16))
    assert times.end_of(times.frames) is None
    assert times.end_of(times.frames - 1) == times.heard_end == times.samples
    assert times.end_of(times.frames - 11) is None


PATCHES = patch_rule(96)


def clips_of(samples: Samples, patches: PatchRule = PATCHES) -> list[int]:
    """The lengths of the clips that sound is cut into."""
    segments, lengths = Segments(YAMNET, patches), [0]
    for part in segments.split(samples):
        lengths[-1] += len(part.samples)
        if part.ends_clip:
            segments.begin()
            lengths.append(0)
    return lengths


def test_a_second_without_a_frame_ends_a_clip() -> None:
    loud = np.random.default_rng(1).normal(0, 2000, 8000).astype(np.int16)
    samples = np.concatenate([loud, np.zeros(32_000, np.int16), loud])
    first, second = clips_of(samples)
    hangover = round(0.4 * 16_000)
    assert first - (8000 + hangover + end_samples(YAMNET, PATCHES)) in range(-512, 513)
    assert first + second == len(samples)


def test_a_second_is_long_enough_for_a_patch_to_be_filled_and_longer_patches_take_more() -> None:
    assert end_samples(YAMNET, PATCHES) == 16_000
    assert end_samples(YAMNET, patch_rule(400)) == 400 * 160


def test_quiet_is_cut_at_a_hop_of_the_sound_and_nothing_is_heard_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rate, quiet_s = 16_000, 20.0
    monkeypatch.setattr(segments_module, "QUIET_S", quiet_s)
    quiet = np.zeros(round((quiet_s + 3) * rate), np.int16)
    loud = np.random.default_rng(1).normal(0, 2000, 4000).astype(np.int16)
    samples = np.concatenate([quiet, loud])
    lengths = clips_of(samples)
    assert lengths[0] == round(quiet_s * rate)
    # The frames of the whole, and of the clip after the cut, end at the same samples.
    _, whole = follow(YAMNET, samples, 10_000)
    _, after = follow(YAMNET, samples[lengths[0] :], 10_000)
    assert whole == [lengths[0] + end for end in after] != []


def test_no_counter_of_the_board_overflows_in_the_longest_clip() -> None:
    assert LONGEST_S * 48_000 < 1 << 32
    # A patch's cycles count on from the patch before: so long may be quiet at most.
    busiest_share, fastest_hz = 0.01, 480e6
    assert QUIET_S * busiest_share * fastest_hz < 1 << 32
