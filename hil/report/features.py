# SPDX-License-Identifier: Apache-2.0
"""The features of the clips that were played, in the range of the model's input.

Judged as `mel2metal inspect` and `make evaluate` judge them, of what the board itself sent.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.frontend.saturation import Saturation, judge_counts
from hil.report.records import RunRecords


def judge_features(records: RunRecords) -> Saturation | None:
    """Of all clips together; None where no features came.

    Synthetic sounds give no warning: silence and full scale are among them on purpose.
    """
    clips = list(records.features.values())
    if records.board is None or not clips:
        return None
    counts = np.array([clip.counts for clip in clips], dtype=np.int64).sum(axis=0)
    record = records.board.project.frontend.record
    frames = sum(clip.frames for clip in clips)
    found = judge_counts(counts, frames, record, clips[0].scale, clips[0].zero_point)
    recorded = any(clip.is_recorded for clip in clips)
    return found if recorded else replace(found, warnings=())


def feature_lines(features: Saturation | None) -> list[str]:
    """The summary's lines; warnings loudly."""
    if features is None:
        return []
    lines = [line.removeprefix("features: ") for line in features.lines()]
    lines = [line.removeprefix("features of ") for line in lines]
    lines += [f"WARNING: {warning}" for warning in features.warnings]
    return [f"{'' if number else 'features':13}{line}" for number, line in enumerate(lines)]
