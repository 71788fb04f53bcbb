# SPDX-License-Identifier: Apache-2.0
"""Raw sound through the board's own front-end and network, clip by clip."""

from __future__ import annotations

from collections.abc import Callable

from hil.clip_check import check_clip, faults_among
from hil.clips.clip_set import Clip, ClipSet
from hil.judges.divergence import refuse_divergences
from hil.report.clip_properties import clip_properties
from hil.report.records import DivergenceRecord, MemoryRecord, Record
from hil.session import BoardSession


def test_clip_equals_twin_and_interpreter(
    dut: BoardSession,
    clip: Clip,
    clip_set: ClipSet,
    save_record: Callable[[Record], None],
    m2m_record_property: Callable[[str, object], None],
) -> None:
    """Features in every cell, scores of every patch, the decision: equal bit for bit.

    The scores of another engine than the built-in one may differ: they are counted and told.
    """
    clip_id = clip_set.clips.index(clip)
    samples = clip.read(dut.frontend.sample_rate_hz)
    record, features, divergences = check_clip(dut, clip, samples, clip_id)
    save_record(record)
    save_record(features)
    for divergence in divergences:
        save_record(DivergenceRecord(record.board, divergence.count, str(divergence)))
    memory = dut.read_memory()
    save_record(MemoryRecord.of(record.board, memory))
    for name, value in clip_properties(record, dut.image.project.info.labels, dut.hello).items():
        m2m_record_property(name, value)
    refuse_divergences(faults_among(divergences, dut.image.engine))
