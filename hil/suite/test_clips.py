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
    m2m_dut: BoardSession,
    m2m_clip: Clip,
    m2m_clip_set: ClipSet,
    m2m_save_record: Callable[[Record], None],
    m2m_record_property: Callable[[str, object], None],
) -> None:
    """Features in every cell, scores of every patch, the decision: equal bit for bit.

    The scores of another engine than the built-in one may differ: they are counted and told.
    """
    clip_id = m2m_clip_set.clips.index(m2m_clip)
    samples = m2m_clip.read(m2m_dut.frontend.sample_rate_hz)
    checked = check_clip(m2m_dut, m2m_clip, samples, clip_id)
    record = checked.record
    m2m_save_record(record)
    m2m_save_record(checked.features)
    m2m_save_record(checked.evidence)
    for divergence in checked.divergences:
        m2m_save_record(DivergenceRecord(record.board, divergence.count, str(divergence)))
    memory = m2m_dut.read_memory()
    m2m_save_record(MemoryRecord.of(record.board, memory))
    for name, value in clip_properties(record, m2m_dut.labels, m2m_dut.hello).items():
        m2m_record_property(name, value)
    refuse_divergences(faults_among(checked.divergences, m2m_dut.image.engine))
