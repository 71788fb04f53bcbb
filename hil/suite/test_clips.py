# SPDX-License-Identifier: Apache-2.0
"""Raw sound through the board's own front-end and network, clip by clip."""

from __future__ import annotations

from collections.abc import Callable

from hil.clip_check import check_clip, faults_among
from hil.clips.clip_set import Clip, ClipSet
from hil.report.clip_properties import clip_properties
from hil.report.records import DivergenceRecord, MemoryRecord, Record
from hil.session import BoardSession


def test_clip_equals_twin_and_interpreter(
    dut: BoardSession,
    clip: Clip,
    clip_set: ClipSet,
    save_record: Callable[[Record], None],
    record_property: Callable[[str, object], None],
) -> None:
    """Features in every cell, scores of every patch, the decision: equal bit for bit.

    The scores of another engine than the built-in one may differ: they are counted and told.
    """
    clip_id = clip_set.clips.index(clip)
    samples = clip.read(dut.frontend.sample_rate_hz)
    checked = check_clip(dut, clip, samples, clip_id)
    record = checked.record
    save_record(record)
    save_record(checked.features)
    save_record(checked.evidence)
    for divergence in checked.divergences:
        save_record(DivergenceRecord(record.board, divergence.count, str(divergence)))
    memory = dut.read_memory()
    save_record(MemoryRecord.of(record.board, memory))
    for name, value in clip_properties(record, dut.image.project.info.labels, dut.hello).items():
        record_property(name, value)
    faults = faults_among(checked.divergences, dut.image.engine)
    assert not faults, "\n".join(str(divergence) for divergence in faults)
