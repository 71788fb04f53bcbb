# SPDX-License-Identifier: Apache-2.0
"""Events against labelled sounds: found, missed, false alarms."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring.event_match import NOTHING, EventCount, Span, match_events

DOG, RAIN = 0, 1

SPANS = st.lists(
    st.builds(
        lambda label, begin, length: Span(label, begin, begin + length),
        st.integers(0, 2),
        st.integers(0, 60).map(float),
        st.integers(0, 10).map(float),
    ),
    max_size=8,
)


def test_an_event_within_its_sound_is_a_find() -> None:
    sound = Span(DOG, 10.0, 15.0)
    matched = match_events([sound], [Span(DOG, 11.0, 16.0)], tolerance_s=1.0)
    assert matched.found == (sound,)
    assert matched.missed == matched.false_alarms == ()


def test_an_event_a_little_after_a_short_sound_is_a_find() -> None:
    sound, event = Span(DOG, 10.0, 10.4), Span(DOG, 11.3, 12.0)
    assert match_events([sound], [event], tolerance_s=1.0).found == (sound,)
    late = match_events([sound], [event], tolerance_s=0.5)
    assert (late.missed, late.false_alarms) == ((sound,), (event,))


def test_an_event_before_the_sound_is_an_alarm_even_if_it_goes_on() -> None:
    sound, event = Span(DOG, 10.0, 15.0), Span(DOG, 9.0, 12.0)
    matched = match_events([sound], [event], tolerance_s=1.0)
    assert matched.false_alarms == (event,)
    assert matched.found == (sound,)  # it was being told while it sounded


def test_an_event_of_another_class_finds_nothing() -> None:
    sound, event = Span(DOG, 10.0, 15.0), Span(RAIN, 11.0, 12.0)
    matched = match_events([sound], [event], tolerance_s=1.0)
    assert (matched.missed, matched.false_alarms) == ((sound,), (event,))


def test_two_events_of_one_sound_are_one_find_and_no_alarm() -> None:
    sound = Span(DOG, 10.0, 20.0)
    events = [Span(DOG, 11.0, 12.0), Span(DOG, 14.0, 15.0)]
    assert match_events([sound], events, tolerance_s=0.0).count(60) == EventCount(1, 0, 0, 60)


def test_rates() -> None:
    count = EventCount(found=3, missed=1, false_alarms=2, seconds=1800.0)
    assert count.miss_share == 0.25
    assert count.false_alarms_an_hour == 4.0
    assert (NOTHING.miss_share, NOTHING.false_alarms_an_hour) == (0.0, 0.0)
    assert count + NOTHING == count


@given(SPANS, SPANS, st.integers(0, 5))
def test_each_sound_and_each_event_is_counted_once(
    sounds: list[Span], events: list[Span], tolerance: int
) -> None:
    matched = match_events(sounds, events, float(tolerance))
    assert sorted(matched.found + matched.missed, key=repr) == sorted(sounds, key=repr)
    assert set(matched.false_alarms) <= set(events)
    parts = [matched.count(60, [label]) for label in range(3)]
    whole = matched.count(60)
    assert sum(part.found for part in parts) == whole.found
    assert sum(part.false_alarms for part in parts) == whole.false_alarms
