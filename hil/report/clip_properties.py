# SPDX-License-Identifier: Apache-2.0
"""One clip's answer as properties of its test in JUnit's file."""

from __future__ import annotations

from collections.abc import Sequence

from generator.wire.messages import Hello
from hil.report.records import ClipRecord


def clip_properties(record: ClipRecord, labels: Sequence[str], hello: Hello) -> dict[str, object]:
    """Truth, answer and cost of a clip; times at the board's own clock."""
    patches = record.patches
    cycles = sum(record.network_cycles) / patches if patches else None
    return {
        "truth": _names(record.truth, labels),
        "detected": _names(record.detected, labels),
        "decision": record.decision,
        "patches": patches,
        "network_cycles": "" if cycles is None else f"{cycles:.0f}",
        "network_ms": "" if cycles is None else f"{1e3 * cycles / hello.core_clock_hz:.3f}",
        "wall_ms": f"{1e3 * record.wall_seconds:.0f}",
    }


def _names(classes: Sequence[int] | None, labels: Sequence[str]) -> str:
    """`dog+rain`; empty for none, or where it is not known."""
    return "+".join(labels[number] for number in classes or ())
