# SPDX-License-Identifier: Apache-2.0
"""What a board answered to one sound, in the words of its model: for tests of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model.decision import SHARE_STEPS, ZERO_SHARE_STEP, Head
from generator.project.manifest import ProjectInfo
from generator.wire import numbers_in
from hil.link.played import ClipRun


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one sound. Tuples of cycles and times have one entry for each patch."""

    label: str | None
    """The class that was decided; None: no class reached its threshold, or no patch came."""

    detected: tuple[str, ...]
    """The classes detected: at most one by softmax, any number by sigmoid."""

    scores: dict[str, float]
    """Mean score of each class over the patches, 0 to 1; of logits, in their own int8 steps.
    Empty where no patch came."""

    network_cycles: tuple[int, ...]
    """Core cycles of the network."""

    network_ms: tuple[float, ...]
    """The same in milliseconds, at the board's own clock."""

    answer_ms: tuple[float, ...]
    """From the arrival of a patch's last frame to its scores, in milliseconds."""

    cycles_are: str
    """'measured' on silicon, 'estimated' on the virtual board."""

    retries: tuple[str, ...]
    """Why the sound was resent, once for each time; empty where the link did not fail."""

    run: ClipRun
    """All that the board sent: each patch's scores, the features where they were asked for."""

    @property
    def patches(self) -> int:
        """How many patches the network answered."""
        return len(self.network_cycles)


def answer_of(run: ClipRun, project: ProjectInfo, core_clock_hz: int, cycles_are: str) -> Answer:
    """The answer of a board with that project and clock, in Hz, to a sound that was played."""
    result, patches, labels = run.result, run.patches, project.labels
    network_cycles = tuple(patch.network_cycles for patch in patches)
    return Answer(
        label=labels[result.decision] if result.decision >= 0 else None,
        detected=tuple(labels[number] for number in numbers_in(result.detected)),
        scores={
            label: _mean_score(total, len(patches), project.rule.head)
            for label, total in zip(labels, result.score_sums, strict=True)
            if patches
        },
        network_cycles=network_cycles,
        network_ms=tuple(_ms(cycles, core_clock_hz) for cycles in network_cycles),
        answer_ms=tuple(_ms(patch.answer_cycles, core_clock_hz) for patch in patches),
        cycles_are=cycles_are,
        retries=run.retries,
        run=run,
    )


def _mean_score(total: int, patches: int, head: Head) -> float:
    """Of int8 scores with that sum: a probability, but of logits the mean itself."""
    mean = total / patches
    return mean if head is Head.LOGITS else (mean - ZERO_SHARE_STEP) / SHARE_STEPS


def _ms(cycles: int, clock_hz: int) -> float:
    return 1e3 * cycles / clock_hz
