# SPDX-License-Identifier: Apache-2.0
"""Listening without end: segments are clips, times are right to the sample, cuts do not matter."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.boards.record import BoardSpec
from generator.firmware import make_project
from generator.host.continuous_twin import (
    ContinuousTwin,
    Heard,
    build_continuous_twin,
    run_continuous_sanitised,
)
from generator.model.event_rule import EventKind, RunningDecision
from generator.network import read_network
from tests.network.test_state import streaming_model
from tests.support.continuous_reference import end_samples, segments, silent_steps
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model

pytestmark = pytest.mark.slow

RECORDS = {
    "usual": (96, "preset: yamnet\n"),
    "no hangover, much overlap": (
        32,
        "preset: yamnet\npatch_overlap_frames: 24\n"
        "silence_gate: {threshold_rms: 2, hangover_ms: 0}\n",
    ),
    "centred, gaps between frames": (
        24,
        "preset: yamnet\nwindow_samples: 256\nfft_samples: 256\nhop_samples: 400\n"
        "centred: true\npatch_overlap_frames: 0\n"
        "silence_gate: {threshold_rms: 2, hangover_ms: 50}\n",
    ),
    "a network that keeps variables": (
        3,
        "preset: yamnet\nbands: 8\nhop_samples: 1600\n"
        "silence_gate: {threshold_rms: 2, hangover_ms: 0}\n",
    ),
}

SETTINGS = "events: {smoothing_s: 1.4, begin: 0.35, end: 0.34, refractory_s: 0.5}\n"


def plain_model(frames: int) -> bytes:
    return (
        ModelBuilder(frames=frames, bands=64, transposed=True)
        .conv(2, stride=(2, 2))
        .depthwise(stride=(2, 2))
        .conv(4, kernel=(1, 1))
        .head(classes=3)
        .to_bytes()
    )


def build(folder: Path, board: BoardSpec, name: str) -> ContinuousTwin:
    frames, record = RECORDS[name]
    content = streaming_model(assigns_first=False) if frames == 3 else plain_model(frames)
    model = write_model(folder / "m.tflite", content, record=record)
    (folder / "m.decision.yaml").write_text(SETTINGS, encoding="utf-8")
    project = make_project(board, read_network(model), folder, taps=False)
    return build_continuous_twin(project.directory, sanitize=True)


@pytest.fixture(scope="module")
def make_twin(
    tmp_path_factory: pytest.TempPathFactory, u585: BoardSpec
) -> Callable[[str], ContinuousTwin]:
    return cache(lambda name: build(tmp_path_factory.mktemp("continuous"), u585, name))


@pytest.fixture(scope="module", params=RECORDS)
def twin(
    request: pytest.FixtureRequest, make_twin: Callable[[str], ContinuousTwin]
) -> ContinuousTwin:
    return make_twin(request.param)


def same(one: Heard, other: Heard) -> None:
    np.testing.assert_array_equal(one.frames, other.frames)
    for mine, theirs in zip(one.steps, other.steps, strict=True):
        assert (mine.sample, mine.index) == (theirs.sample, theirs.index)
        assert mine.segment_begin == theirs.segment_begin
        assert np.array_equal(mine.scores, theirs.scores)  # type: ignore[arg-type]
    assert one.events == other.events


def check(twin: ContinuousTwin, samples: NDArray[np.int16]) -> Heard:
    """Hold a recording that ends in silence against the definition; return what was heard."""
    record, patches = twin.project.info.frontend.record, twin.project.info.frontend.patches
    heard = twin.run(samples)
    expected: list[tuple[int, int | None, NDArray[np.int8] | None]] = [
        (sample, None, None) for sample in silent_steps(record, patches, samples)
    ]
    for segment in segments(record, patches, samples):
        if not segment.passed:
            continue
        clip = twin.run_clip(samples[segment.begin : segment.end])
        assert len(clip.frames) == len(segment.passed)
        for patch in clip.patches:
            last = min(patch.first_frame + patches.frames, len(segment.passed)) - 1
            expected.append((segment.passed[last], segment.begin, patch.scores))
    expected.sort(key=lambda step: step[0])
    assert [step.sample for step in heard.steps] == [sample for sample, _, _ in expected]
    for step, (_, begin, scores) in zip(heard.steps, expected, strict=True):
        assert step.segment_begin == begin
        assert np.array_equal(step.scores, scores)  # type: ignore[arg-type]
    indices = [step.index for step in heard.steps if step.index is not None]
    assert indices == [*range(len(indices))]

    running = RunningDecision(twin.project.info.events)
    events = [event for step in heard.steps for event in running.step(step.scores, step.sample)]
    assert heard.events == tuple(events)
    return heard


def sound(seed: int, parts: list[tuple[int, int]], end: int) -> NDArray[np.int16]:
    """Stretches of noise of an amplitude and a length; then silence."""
    random = np.random.default_rng(seed)
    stretches = [random.normal(0.0, amplitude, length) for amplitude, length in parts]
    return np.concatenate([*stretches, np.zeros(end)]).astype(np.int16)


@st.composite
def recordings(draw: st.DrawFn, record_hop: int, longest: int, step: int) -> NDArray[np.int16]:
    """Sounds that are short or long, and silences about the lengths at which something happens."""
    hops = st.integers(-3, 60).map(lambda count: count * record_hop)
    parts: list[tuple[int, int]] = []
    for _ in range(draw(st.integers(1, 5))):
        loud = draw(st.integers(1, 40).map(lambda count: count * record_hop) | st.just(step * 3))
        parts.append((draw(st.sampled_from([3, 300, 6000])), loud + draw(st.integers(0, 3))))
        silence = draw(st.sampled_from([0, step, longest, longest + record_hop * 8])) + draw(hops)
        parts.append((0, max(silence, 0)))
    return sound(draw(st.integers(0, 9)), parts, 4 * longest)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_segments_are_clips_and_steps_are_of_their_time(
    twin: ContinuousTwin, data: st.DataObject
) -> None:
    info = twin.project.info.frontend
    longest = end_samples(info.record, info.patches)
    samples = data.draw(recordings(info.hop_samples, longest, info.step_samples))
    heard = check(twin, samples)
    assert [step.sample for step in heard.steps] == sorted(step.sample for step in heard.steps)


def events_in_turn(heard: Heard) -> None:
    active: dict[int, int] = {}
    for event in heard.events:
        if event.kind is EventKind.BEGINS:
            assert event.label not in active
            active[event.label] = event.sample
        else:
            assert active.pop(event.label) == event.begin_sample < event.sample


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_how_samples_are_cut_does_not_matter(twin: ContinuousTwin, data: st.DataObject) -> None:
    info = twin.project.info.frontend
    longest = end_samples(info.record, info.patches)
    samples = data.draw(recordings(info.hop_samples, longest, info.step_samples))
    whole = twin.run(samples)
    events_in_turn(whole)
    same(whole, twin.run(samples, piece=data.draw(st.sampled_from([1, 159, 160, 161, 5000]))))
    twin.begin()
    cuts = sorted(data.draw(st.lists(st.integers(0, samples.size), max_size=4)))
    pieces = [twin.push(part) for part in np.split(samples, cuts)]
    steps = tuple(itertools.chain.from_iterable(piece.steps for piece in pieces))
    events = tuple(itertools.chain.from_iterable(piece.events for piece in pieces))
    same(whole, Heard(steps, events, np.concatenate([piece.frames for piece in pieces])))


def test_a_sound_begins_while_the_patch_before_it_is_filled(twin: ContinuousTwin) -> None:
    """At every hop of it: its frames wait, none is lost, and the silence between is told."""
    info = twin.project.info.frontend
    longest = end_samples(info.record, info.patches)
    short = info.patches.frames // 4 * info.hop_samples
    for hop in range(0, info.patches.frames // 2 + 4, 3):
        gate = info.record.silence_gate
        assert gate is not None
        closed = longest + round(gate.hangover_ms * info.sample_rate_hz / 1000)
        gap = closed + hop * info.hop_samples
        check(twin, sound(hop, [(900, short), (0, gap), (900, 3 * short)], 3 * longest))


def test_the_network_is_never_given_many_frames_in_a_hop(twin: ContinuousTwin) -> None:
    """Not while a patch is filled, and not while frames that waited catch up."""
    info = twin.project.info.frontend
    gate = info.record.silence_gate
    assert gate is not None
    closed = end_samples(info.record, info.patches)
    closed += round(gate.hangover_ms * info.sample_rate_hz / 1000)
    hop = info.hop_samples
    short = max(info.patches.frames // 4, 1) * hop
    parts = [(900, short), (0, closed + 4 * hop), (900, 5 * info.step_samples)]
    samples = sound(3, parts, 3 * closed)
    most = 0
    twin.begin()
    before = 0
    for at in range(0, samples.size, hop):
        patches = sum(step.scores is not None for step in twin.push(samples[at : at + hop]).steps)
        given = twin.patch_frames + patches * info.patches.frames - before
        before = twin.patch_frames
        most = max(most, given)
    # A centred front-end's first frame ends half a frame after the segment before it.
    frame_ends = 2 if info.record.centred else 1
    assert most == max(2, info.patches.pushes) * frame_ends


def test_silence_alone_is_silent_steps(twin: ContinuousTwin) -> None:
    info = twin.project.info.frontend
    heard = check(twin, np.zeros(10 * info.sample_rate_hz, dtype=np.int16))
    assert [step.sample for step in heard.steps[:3]] == [
        info.step_samples * count for count in (1, 2, 3)
    ]
    assert (heard.events, len(heard.frames)) == ((), 0)


def test_far_in_the_future_all_is_as_now(twin: ContinuousTwin) -> None:
    """Counters of 32 bits wrap, and times go on beyond them."""
    info = twin.project.info.frontend
    step = info.step_samples
    samples = sound(4, [(900, 12 * step), (0, step), (900, 12 * step)], 4 * info.sample_rate_hz)
    now = twin.run(samples)
    for start in (2**32 - 5 * step, 2**33 - 100, 2**60):
        twin.begin(start, 2**32 - 3)
        later = twin.push(samples)
        assert [one.sample - start for one in later.steps] == [one.sample for one in now.steps]
        indices = [(one.index - 2**32 + 3) % 2**32 for one in later.steps if one.index is not None]
        assert indices == [*range(len(indices))]
        for mine, theirs in zip(now.steps, later.steps, strict=True):
            assert np.array_equal(mine.scores, theirs.scores)  # type: ignore[arg-type]
        assert [one.sample - start for one in later.events] == [one.sample for one in now.events]


def test_a_segment_may_last_for_years(twin: ContinuousTwin) -> None:
    """What the listener counts within a segment wraps in the midst of a patch."""
    info = twin.project.info.frontend
    step = info.step_samples
    samples = sound(5, [(900, 20 * step)], 4 * info.sample_rate_hz)
    now = twin.run(samples)
    middle = 5 * step + 77
    for frames in (2**32 - 3 * info.patches.step - 1, 2**32 - 1):
        twin.begin()
        before = twin.push(samples[:middle])
        twin.age(frames)
        after = twin.push(samples[middle : 20 * step])
        # The listener finds a frame's row by its number, so that must not wrap: it stays small.
        assert twin.counted_frames <= 2 * (info.patches.frames + info.patches.kept)
        last = twin.push(samples[20 * step :])
        together = Heard(
            before.steps + after.steps + last.steps,
            before.events + after.events + last.events,
            np.concatenate([before.frames, after.frames, last.frames]),
        )
        same(now, together)


def test_it_runs_clean_under_sanitisers(make_twin: Callable[[str], ContinuousTwin]) -> None:
    """In a process of its own, as a program would have it."""
    twin = make_twin("usual")
    samples = sound(6, [(900, 30_000), (0, 40_000), (900, 3_000)], 60_000)
    done = run_continuous_sanitised(twin.project.directory, samples, piece=333)
    assert (done.returncode, done.stderr) == (0, "")
    heard = twin.run(samples)
    events = iter(heard.events)
    lines = done.stdout.splitlines()
    steps = [line.split() for line in lines if line.startswith(("step", "silent"))]
    assert len(steps) == len(heard.steps) > 5
    for words, step in zip(steps, heard.steps, strict=True):
        scores = [] if step.scores is None else [step.index, *step.scores]
        assert [int(word) for word in words[1:]] == [step.sample, *scores]
    for line in lines:
        if line.startswith(("begins", "ends")):
            event = next(events)
            numbers = (event.sample, event.label, event.score, event.begin_sample)
            assert line == f"{event.kind} {' '.join(map(str, numbers))}"
    assert next(events, None) is None
    assert heard.events
