# SPDX-License-Identifier: Apache-2.0
"""Minutes of mixed sound through the monitor of a virtual board: the events are the host's.

Dogs, rain, silence, faint noise and speech-like noise. One sound by itself; more, with false alarms
and misses printed, by `make listen MINUTES=10`.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from generator.boards.record import BoardSpec
from generator.model.event_rule import Event, EventKind
from generator.project.applications import MONITOR
from generator.project.manifest import read_project
from generator.repository import REPO_ROOT
from generator.toolchain.locate import Toolchain
from scoring.event_match import Span, match_events
from sounds.decode import FULL_SCALE, read_samples
from sounds.layouts import read_sounds
from sounds.mixture import mix
from sounds.place import find_directory
from sounds.recording import Recording
from tests.firmware.test_monitor import LOAD, event_line, start, twin_of
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL

MINUTES = float(os.environ.get("LISTEN_MINUTES", "0.1"))
BOARD = os.environ.get("LISTEN_BOARD", "u585")
CLASSES = ("dog", "rain")
SEED = 7
RATE_HZ = 16_000
BEGIN_S = 0.3
TOLERANCE_S = 2.2
"""So long after a sound may its event begin: a second without sound, and a patch that is filled."""


def mixed_sound() -> Recording:
    """As many sounds, drawn with a fixed seed, as make these minutes."""
    root = find_directory(None, os.environ, REPO_ROOT)
    if root is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    sounds = [one for one in read_sounds(root).sounds if one.category in CLASSES]
    order = np.random.default_rng(SEED).permutation(len(sounds)).tolist()
    drawn: list[Recording] = []
    seconds = 0.0
    for number in range(10**6):
        one = sounds[order[number % len(order)]]
        samples = read_samples(one.path, RATE_HZ)
        drawn.append(mix(one.name, [(one.category, samples)], RATE_HZ, seed=SEED + number))
        seconds += drawn[-1].seconds
        if seconds >= 60 * MINUTES:
            break
    samples = np.concatenate([one.samples for one in drawn])
    begins = np.cumsum([0.0, *(one.seconds for one in drawn)])
    occurrences = tuple(
        type(sound)(begin + sound.begin_s, begin + sound.end_s, sound.label)
        for begin, one in zip(begins.tolist(), drawn, strict=False)
        for sound in one.occurrences
    )
    return Recording("mixed", samples, RATE_HZ, occurrences)


def spans_of(events: tuple[Event, ...], origin_s: float, end_s: float) -> list[Span]:
    """Events as times of the sound; one that is still on ends with it."""
    open_at: dict[int, float] = {}
    spans = []
    for event in events:
        at_s = origin_s + event.sample / RATE_HZ
        if event.kind is EventKind.BEGINS:
            open_at[event.label] = at_s
        else:
            spans.append(Span(event.label, open_at.pop(event.label), at_s))
    return spans + [Span(label, begin_s, end_s) for label, begin_s in open_at.items()]


@pytest.mark.slow
def test_minutes_of_mixed_sound(
    boards: dict[str, BoardSpec], toolchain: Toolchain, capsys: pytest.CaptureFixture[str]
) -> None:
    board = boards[BOARD]
    assert board.microphone is not None
    firmware = stored_firmware(board, OWN_MODEL, toolchain=toolchain, application=MONITOR)
    labels = read_project(firmware.image.project_dir).info.labels
    recording = mixed_sound()
    levels = recording.samples / FULL_SCALE * 10 ** (-board.microphone.gain_db / 20)
    listening = start(firmware, BOARD)
    listening.run_until(BEGIN_S)
    end_s = listening.machine.hear(levels, RATE_HZ)
    while listening.machine.seconds < end_s + 2.0:
        listening.run(10.0 if listening.machine.seconds + 10 < end_s else 0.5)

    samples = listening.pushed.samples
    heard = twin_of(firmware, samples)
    expected = [event_line(event, labels, RATE_HZ) for event in heard.events]
    assert listening.event_lines == expected
    loads = [LOAD.fullmatch(line) for line in listening.lines_of("# load")]
    assert all(load is not None and load[3] == load[4] == "0" for load in loads)
    assert len(loads) >= 6 * MINUTES - 1
    assert listening.machine.resets == []

    origin_s = listening.machine.seconds - len(samples) / RATE_HZ - BEGIN_S
    events = spans_of(heard.events, origin_s, recording.seconds)
    sounds = [
        Span(labels.index(one.label), one.begin_s, one.end_s) for one in recording.occurrences
    ]
    count = match_events(sounds, events, TOLERANCE_S).count(recording.seconds)
    with capsys.disabled():
        print(
            f"\n{BOARD}: {recording.seconds / 60:.1f} minutes, {len(expected)} lines of events as "
            f"the host's; {count.sounds} sounds: {count.found} found, {count.missed} missed, "
            f"{count.false_alarms} false alarms ({count.false_alarms_an_hour:.0f} an hour); "
            "no overrun"
        )
    assert MINUTES < 1 or count.found > 0
