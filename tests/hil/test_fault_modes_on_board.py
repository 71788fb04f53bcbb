# SPDX-License-Identifier: Apache-2.0
"""Every fault mode strikes the virtual board once, and no answer is lost or wrong.

One session plays all of it. The last tests spoil the harness itself: the table can fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from generator.wire.messages import Message
from hil.boards.fault_injection import StruckClip
from hil.boards.recovery import Retry, Rung
from hil.clip_check import CheckedClip, check_clip
from hil.clips.clip_set import Clip
from hil.fault_modes.evidence import Evidence
from hil.fault_modes.names import STRIKE_FROM_OUTSIDE, FaultMode
from hil.fault_modes.plan import FaultPlan, FaultRate
from hil.fault_modes.tally import FaultCounts
from hil.link import played
from hil.link.errors import RefusedError
from hil.link.played import Clip as Outgoing
from hil.options import read_options
from hil.session import BoardSession, open_session

pytestmark = pytest.mark.slow

BOARD = "u585"
SAMPLES = 6_400
"""Two patches of the tiny model and more, and a window of the link three times over."""

GAP_SAMPLES = 256
SEED = 7
MODES = sorted(set(FaultMode) - STRIKE_FROM_OUTSIDE, key=lambda mode: mode.value)


TOLD = {
    FaultMode.WEIGHTS_FLIP: (
        *(Rung.REFLASH, "weights in the board's flash have changed"),
        Evidence.WEIGHTS,
    ),
    FaultMode.CANARY_FLIP: (
        *(Rung.RESYNCHRONISE, "the firmware found its memory damaged"),
        Evidence.CANARY,
    ),
    FaultMode.HARD_FAULT: (Rung.RESYNCHRONISE, "undefined instruction", Evidence.CORE_FAULT),
    FaultMode.CORE_STOPPED: (Rung.RESYNCHRONISE, "reset cause: watchdog", Evidence.RESTART),
    FaultMode.BROWN_OUT: (Rung.RESYNCHRONISE, "reset cause: power", Evidence.RESTART),
    FaultMode.PROGRAMMED_FLIP: (Rung.REFLASH, "1 of", Evidence.PROGRAMMING),
}
"""By which step, with which reason and by what evidence some modes must be mended."""


@dataclass
class Struck:
    """A session whose clips can be struck, and what it told of the last one."""

    session: BoardSession
    retries: list[Retry]
    clips: list[StruckClip] = field(default_factory=list)

    def play(self, *modes: FaultMode) -> CheckedClip:
        """Play one clip that these modes strike."""
        assert self.session.injection is not None
        self.retries.clear()
        rates = [FaultRate(mode, 1.0) for mode in modes]
        self.session.injection.plan = FaultPlan(SEED, rates)
        sound = np.random.default_rng(SEED).normal(0.0, 0.2, SAMPLES)
        samples = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
        return check_clip(self.session, Clip("noise", 1, None), samples, 1)

    @property
    def counts(self) -> FaultCounts:
        """What became of the faults of the last clip."""
        return self.clips[-1].tally.total


@pytest.fixture(scope="module")
def struck(tiny_build: Path) -> Iterator[Struck]:
    """The tiny model on the virtual board."""
    given = {
        "board": [BOARD],
        "virtual": True,
        "fault": ["all@1"],
        "engine": "builtin",
        "model": str(tiny_build / "m.tflite"),
        "build_dir": str(tiny_build),
    }
    options, retries, clips = read_options(given.get), list[Retry](), list[StruckClip]()
    with open_session(
        options, options.boards[BOARD], on_retry=retries.append, on_struck=clips.append
    ) as session:
        yield Struck(session, retries, clips)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_a_fault_costs_a_repetition_at_most(struck: Struck, mode: FaultMode) -> None:
    checked = struck.play(mode)
    assert not checked.divergences
    counts = struck.counts
    assert counts.injected == 1
    assert (counts.lost, counts.wrong) == (0, 0)
    assert counts.detected + counts.harmless == 1
    assert counts.recovered == counts.detected
    told = bool(struck.retries or checked.record.resumptions)
    assert told == bool(counts.detected), "what was seen is told in the report"
    if mode in TOLD:
        rung, reason, evidence = TOLD[mode]
        (retry,) = struck.retries
        assert retry.rung is rung
        assert reason in retry.reason
        assert evidence in struck.clips[-1].evidence


def test_several_faults_of_one_clip_are_all_recovered_from(struck: Struck) -> None:
    modes = (
        *(FaultMode.BYTE_FLIPPED, FaultMode.ANSWER_BYTE_DROPPED, FaultMode.LINE_SILENT),
        *(FaultMode.CABLE_CUT, FaultMode.RESET_LINE, FaultMode.HARD_FAULT, FaultMode.BROWN_OUT),
    )
    assert not struck.play(*modes).divergences
    assert struck.clips[-1].tally.modes == modes
    counts = struck.counts
    assert (counts.injected, counts.lost, counts.wrong) == (len(modes), 0, 0)


def test_flipped_weights_and_a_reset_end_in_programming(struck: Struck) -> None:
    """The hash in HELLO is another one then, and the flag beside it says why."""
    modes = (FaultMode.RESET_LINE, FaultMode.WEIGHTS_FLIP, FaultMode.BROWN_OUT)
    assert not struck.play(*modes).divergences
    assert (struck.counts.injected, struck.counts.lost, struck.counts.wrong) == (3, 0, 0)


def test_a_harness_that_does_not_compare_sample_counts_is_found_out(
    struck: Struck, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Outgoing.rest_from

    def with_a_gap(clip: Outgoing, sample: int) -> list[Message]:
        """Leave out what the device asks for again, as if it had come."""
        kept = clip.samples[: 2 * sample] + clip.samples[2 * (sample + GAP_SAMPLES) :]
        return whole(replace(clip, samples=kept) if sample else clip, sample)

    monkeypatch.setattr(Outgoing, "rest_from", with_a_gap)
    with pytest.raises(RefusedError, match=f"{SAMPLES - GAP_SAMPLES} samples, not {SAMPLES}"):
        struck.play(FaultMode.BYTE_DROPPED)
    assert (struck.counts.lost, struck.counts.wrong) == (1, 0)
    monkeypatch.setattr(played, "check_clip", lambda *told: None)
    assert struck.play(FaultMode.BYTE_DROPPED).divergences
    assert (struck.counts.lost, struck.counts.wrong) == (0, 1)
