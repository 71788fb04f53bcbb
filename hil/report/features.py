# SPDX-License-Identifier: Apache-2.0
"""The features of the clips that were played, in the range of the model's input.

Judged as `mel2metal inspect` and `make evaluate` judge them, of what the board itself sent.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.frontend.saturation import Saturation, judge_counts
from hil.report.records import RunRecords
from sounds.decode import lacks_bands, low_rate_text


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
    recorded = any(clip.rate_hz is not None for clip in clips)
    return found if recorded else replace(found, warnings=())


def rate_lines(records: RunRecords) -> list[str]:
    """What to know of clips whose files lack bands of the front-end."""
    if records.board is None:
        return []
    record = records.board.project.frontend.record
    rates_hz = [clip.rate_hz for clip in records.features.values() if clip.rate_hz is not None]
    low = sum(lacks_bands(rate_hz, record.high_hz) for rate_hz in rates_hz)
    if not low:
        return []
    text = low_rate_text(record.sample_rate_hz, record.high_hz)
    return [f"{'':13}{low} of {len(rates_hz)} clips {text}"]


def feature_lines(features: Saturation | None) -> list[str]:
    """The summary's lines; warnings loudly."""
    if features is None:
        return []
    lines = [line.removeprefix("features: ") for line in features.lines()]
    lines = [line.removeprefix("features of ") for line in lines]
    lines += [f"WARNING: {warning}" for warning in features.warnings]
    return [f"{'' if number else 'features':13}{line}" for number, line in enumerate(lines)]
