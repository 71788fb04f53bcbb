# SPDX-License-Identifier: Apache-2.0
"""Clips that end in silence, and answers put in order: the steps of the firmware that listens
without end, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from generator.boards.boards_file import load_board
from generator.firmware import make_project
from generator.host.continuous_twin import ContinuousTwin, build_continuous_twin
from generator.host.twin import HostTwin, build_host_twin
from generator.model.event_rule import Event
from generator.network import read_network
from generator.repository import DEFAULT_BOARDS_FILE
from hil.live.running_events import RunningEvents
from hil.live.segments import Segments
from tests.support.firmware_store import write_tiny_model

Samples = npt.NDArray[np.int16]
Steps = list[tuple[int, tuple[int, ...] | None]]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[HostTwin, ContinuousTwin]:
    folder = tmp_path_factory.mktemp("tiny")
    network = read_network(write_tiny_model(folder))
    project = make_project(load_board(DEFAULT_BOARDS_FILE, "u585"), network, folder, taps=False)
    return build_host_twin(project.directory), build_continuous_twin(project.directory)


class Recorder:
    """In the place of the decision: the steps that it is given."""

    def __init__(self) -> None:
        self.steps: Steps = []

    def step(self, scores: Sequence[int] | None, sample: int) -> tuple[Event, ...]:
        self.steps.append((sample, None if scores is None else tuple(scores)))
        return ()


def live_steps(twin: HostTwin, samples: Samples) -> tuple[Steps, list[int]]:
    """Through clips, each answered when it has ended; and where the clips begin."""
    info = twin.project.info
    segments = Segments(info.frontend.record, info.frontend.patches)
    events = RunningEvents(info.events, info.frontend.patches, info.frontend.hop_samples)
    recorder = Recorder()
    events._decision = recorder  # type: ignore[assignment]
    begins = [0]
    heard = 0
    for part in segments.split(samples):
        heard += len(part.samples)
        if part.passed is not None:
            events.frame(heard, passed=part.passed)
        if part.ends_clip:
            segments.begin()
            answer(twin, samples[begins[-1] : heard], events)
            begins.append(heard)
    return recorder.steps, begins


def answer(twin: HostTwin, clip: Samples, events: RunningEvents) -> None:
    events.end_segment()
    for patch in twin.run_clip(clip).patches:
        events.patch(patch.scores.tolist())


def sound(seed: int) -> Samples:
    """Bursts from a few frames to seconds, gaps from less than the hangover to several seconds."""
    random = np.random.default_rng(seed)
    pieces: list[Samples] = []
    for _ in range(24):
        loud = int(16_000 * random.choice([0.01, 0.05, 0.3, 1.1]))
        quiet = int(16_000 * random.choice([0.2, 0.7, 1.2, 1.45, 3.0])) + int(random.integers(160))
        pieces.append(random.normal(0, 2500, loud).astype(np.int16))
        pieces.append(random.normal(0, 0.4, quiet).astype(np.int16))
    return np.concatenate([*pieces, np.zeros(40_000, np.int16)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_step_has_its_sample_and_its_scores(
    twins: tuple[HostTwin, ContinuousTwin], seed: int
) -> None:
    twin, continuous = twins
    samples = sound(seed)
    steps, begins = live_steps(twin, samples)
    expected = continuous.run(samples)
    assert len(begins) > 5
    wanted: Steps = [
        (one.sample, None if one.scores is None else tuple(one.scores.tolist()))
        for one in expected.steps
    ]
    # What the last clip is answered, which has not ended, is not in the comparison.
    known = [one for one in wanted if one[0] <= begins[-1]]
    assert sum(scores is None for _, scores in known) > 10
    assert sum(scores is not None for _, scores in known) > 10
    assert [one for one in steps if one[0] <= begins[-1]] == known
