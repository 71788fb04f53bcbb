# SPDX-License-Identifier: Apache-2.0
"""When faults strike: `--fault NAME@RATE`, and the plan that a seed makes of the rates.

What strikes in a clip follows from seed and number of the clip alone, and each mode is drawn by
itself: a run that goes on after a kill, or has one mode less, has the same strikes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.errors import Fault, InputError
from generator.spelling import did_you_mean
from hil.fault_modes.names import MODES, Boundary, FaultMode

EVERY_MODE = "all"
"""The group of all modes; each boundary is a group by its own name."""

DEFAULT_SEED = 1

CHOICES = 1 << 32
"""How many values a strike's choice may have."""


@dataclass(frozen=True, slots=True)
class FaultRate:
    """How likely a mode strikes in a clip, 0 to 1."""

    mode: FaultMode
    rate: float


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault of one clip."""

    mode: FaultMode
    position: float
    """Where in the clip, as a share of it from 0 to below 1."""

    choice: int = 0
    """Draws what the mode leaves open, such as the bit that turns over; below `CHOICES`."""


class FaultPlan:
    """The strikes of a run: a pure function of seed, rates and number of the clip."""

    def __init__(self, seed: int, rates: Iterable[FaultRate]) -> None:
        self.seed = seed
        self.rates = tuple(rates)

    def strikes(self, clip_number: int) -> tuple[Strike, ...]:
        """What strikes in a clip, in the order of the positions."""
        drawn = (self._draw(one, clip_number) for one in self.rates)
        strikes = [strike for strike in drawn if strike is not None]
        return tuple(sorted(strikes, key=lambda one: (one.position, one.mode.value)))

    def _draw(self, one: FaultRate, clip_number: int) -> Strike | None:
        draw = random.Random(f"{self.seed}/{clip_number}/{one.mode.value}")
        if draw.random() >= one.rate:
            return None
        return Strike(one.mode, draw.random(), draw.randrange(CHOICES))


def parse_rate(text: str) -> FaultRate:
    """The rate of one mode: `link-byte-flipped@0.02`; InputError with what is wrong."""
    name, rate = _split(text)
    if name not in MODES:
        raise InputError([_fault(f"no fault {name!r}", did_you_mean(name, [*MODES]))])
    return FaultRate(MODES[name], rate)


def parse_rates(
    texts: Iterable[str], impossible: Mapping[FaultMode, str] | None = None
) -> tuple[FaultRate, ...]:
    """Rates of modes and of groups (`all`, or a boundary), each mode once, the last one of it.

    `impossible`: modes that cannot strike in this run, with the reason; named alone they are
    refused, and of a group they are left out. InputError with all that is wrong.
    """
    excluded = impossible or {}
    faults: list[Fault] = []
    rates: dict[FaultMode, FaultRate] = {}
    for text in texts:
        try:
            found = _parse_one(text, excluded)
        except InputError as error:
            faults += error.faults
        else:
            rates |= {one.mode: one for one in found}
    if faults:
        raise InputError(faults)
    return tuple(rates[mode] for mode in FaultMode if mode in rates)


def _parse_one(text: str, impossible: Mapping[FaultMode, str]) -> list[FaultRate]:
    name, rate = _split(text)
    groups = [EVERY_MODE, *(boundary.value for boundary in Boundary)]
    if name in groups:
        members = [mode for mode in FaultMode if name in (EVERY_MODE, mode.boundary.value)]
        possible = [mode for mode in members if mode not in impossible]
        if not possible:
            raise InputError([_fault(f"{name}: {impossible[members[0]]}")])
        return [FaultRate(mode, rate) for mode in possible]
    if name not in MODES:
        raise InputError([_fault(f"no fault {name!r}", did_you_mean(name, [*MODES, *groups]))])
    mode = MODES[name]
    if mode in impossible:
        raise InputError([_fault(f"{name}: {impossible[mode]}")])
    return [FaultRate(mode, rate)]


def _split(text: str) -> tuple[str, float]:
    name, at, number = text.rpartition("@")
    if not at:
        raise InputError([_fault(f"{text!r} has no rate", "NAME@RATE, as in link-cut@0.02")])
    try:
        rate = float(number)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        remedy = "a rate is the probability in each clip, 0 to 1"
        raise InputError([_fault(f"{text!r}: no rate {number!r}", remedy)])
    return name, rate


def _fault(what: str, remedy: str = "") -> Fault:
    return Fault("--fault", what, remedy)
