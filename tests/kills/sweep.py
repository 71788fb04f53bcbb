# SPDX-License-Identifier: Apache-2.0
"""Run after run is killed, and the next one held against one that nobody disturbed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.kills.kind import Kind, Outcome
from tests.kills.place import held_locks
from tests.kills.strike import Ended, Moment, Usual, draw_moment

BESIDE = ("left over: ", "missing: ")
"""How faults begin that are none of the work itself."""

MOST_TRIES = 6
"""Of one kill: a run that was faster than usual may end before it."""


@dataclass(frozen=True)
class Kill:
    """One kill and the run after it."""

    number: int
    moment: str
    seconds: float
    next_seconds: float
    faults: tuple[str, ...]
    """What is not right afterwards; empty as a rule."""

    printed: str = ""
    """By the run after the kill, where it is not right."""

    @property
    def is_right(self) -> bool:
        """Whether the next run did its work, and as one that was never disturbed."""
        return all(fault.startswith(BESIDE) for fault in self.faults)


@dataclass(frozen=True)
class Undisturbed:
    """What a run takes and ends with that nobody disturbs."""

    usual: Usual
    outcome: Outcome
    listing: set[str]


def run_undisturbed(kind: Kind) -> Undisturbed:
    """Raises AssertionError where it does not run. Every kill is compared with this one run."""
    kind.prepare(random.Random(1))
    ended = kind.command.run(kind.place.scratch)
    assert ended.code == 0, f"{kind.name} does not run at all:\n{ended.printed}"
    usual = Usual(ended.seconds, ended.writes)
    return Undisturbed(usual, kind.outcome(ended.printed), kind.listing())


def kill_and_run(kind: Kind, seed: int, number: int, known: Undisturbed) -> Kill:
    """One kill, drawn from the seed and its number alone, and the run after it."""
    rng = random.Random(f"{seed}/{kind.name}/{number}")
    moment, killed = _kill_once(kind, rng, known.usual)
    ended = kind.command.run(kind.place.scratch)
    faults = tuple(_faults(kind, ended, known))
    printed = ended.printed if faults else ""
    return Kill(number, str(moment), killed.seconds, ended.seconds, faults, printed)


def _kill_once(kind: Kind, rng: random.Random, usual: Usual) -> tuple[Moment, Ended]:
    for _ in range(MOST_TRIES):
        kind.prepare(rng)
        moment = draw_moment(rng, usual)
        ended = kind.command.run(kind.place.scratch, moment)
        if ended.was_killed:
            return moment, ended
    raise RuntimeError(f"{kind.name} ended {MOST_TRIES} times before it was killed")


def _faults(kind: Kind, ended: Ended, known: Undisturbed) -> Iterator[str]:
    if ended.code:
        yield f"the next run ended with {ended.code}"
        return
    if "[lock]" in ended.printed:
        yield "the next run had to wait for a lock"
    try:
        outcome = kind.outcome(ended.printed)
    except (AssertionError, OSError, ValueError) as error:
        yield f"the next run left no result: {error}"
        return
    if outcome != known.outcome:
        yield f"another outcome: {_differences(known.outcome, outcome)}"
    listing = kind.listing()
    if left := sorted(listing - known.listing):
        yield f"left over: {', '.join(left[:5])} ({len(left)})"
    if missing := sorted(known.listing - listing):
        yield f"missing: {', '.join(missing[:5])} ({len(missing)})"
    if held := held_locks(kind.place.root):
        yield f"locks held: {', '.join(held)}"


def _differences(one: Outcome, other: Outcome) -> str:
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    first = names[0] if names else ""
    values = f": {str(one.get(first))[:300]} / {str(other.get(first))[:300]}"
    return f"{', '.join(names[:5])} ({len(names)}){values}"
