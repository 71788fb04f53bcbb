# SPDX-License-Identifier: Apache-2.0
"""The running decision over what a board answers: in the order of the sound, silence in between.

Answers come a little after their sound. A silent step is taken only once every patch that is due
before it has come, so that the order is the firmware's.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.model.event_rule import Event, EventRule, RunningDecision


class RunningEvents:
    """Steps of one patch's step each; samples are those of the whole sound."""

    def __init__(self, rule: EventRule, step_samples: int) -> None:
        self._decision = RunningDecision(rule)
        self._step = step_samples
        self._last = 0

    def patch(self, scores: Sequence[int], sample: int) -> tuple[Event, ...]:
        """A patch whose last sample that is."""
        self._last = sample
        return self._decision.step(scores, sample)

    def silence(self, since: int, until: int) -> tuple[Event, ...]:
        """Nothing was heard in these samples: a step for each whole one."""
        events: list[Event] = []
        begin = max(self._last, since)
        while begin + self._step <= until:
            begin += self._step
            self._last = begin
            events += self._decision.step(None, begin)
        return tuple(events)
