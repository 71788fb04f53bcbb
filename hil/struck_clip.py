# SPDX-License-Identifier: Apache-2.0
"""A clip that faults strike: played until its answer is there, and the answer judged."""

from __future__ import annotations

from collections.abc import Callable

from hil.boards.fault_injection import FaultInjection
from hil.link.played import ClipRun
from hil.session import BoardSession
from sounds.decode import Samples

_SAMPLE_BYTES = 2


def play_struck(
    session: BoardSession,
    injection: FaultInjection,
    clip_id: int,
    samples: Samples,
    flags: int,
    *,
    name: str,
    is_right: Callable[[ClipRun], bool],
) -> ClipRun:
    """Play a clip under the faults of its number; `is_right` compares with the host twin's answer.

    For a fault of the probe the board is programmed again before. Raises as `play_clip` does.
    """
    with injection.clip(clip_id, _SAMPLE_BYTES * len(samples), name) as course:
        for strike in course.at_the_probe:
            with injection.troubled_probe(strike):
                session.program_again(name)
        run = session.play_clip(clip_id, samples, flags, name=name)
        course.judge(is_right=is_right(run))
    return run
