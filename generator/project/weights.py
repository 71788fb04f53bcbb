# SPDX-License-Identifier: Apache-2.0
"""What an image checks of its own constants: the list of them, and the CRC-32 that they must have.

The context `weights` of `library/weights_tables.c.j2`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.constant_tables import ConstantTable, array_table, crc_of, packed
from generator.engines.engine import EngineFiles
from generator.frontend.constant_tables import frontend_tables
from generator.model.decision import UNDECIDED
from generator.project.manifest import ProjectInfo

DECISION, EVENTS = "library/decision.h", "library/events.h"
DECIMATOR = "microphone/decimator_tables.h"


@dataclass(frozen=True, slots=True)
class CheckedWeights:
    """The tables of one image, in the order of the sum."""

    tables: tuple[ConstantTable, ...]
    has_network: bool
    """Whether the network's own weights are among them."""

    @property
    def crc(self) -> int:
        """Over all of them, one after the other."""
        return crc_of(self.tables)

    @property
    def bytes(self) -> int:
        """How many the sum is over."""
        return sum(len(table.content) for table in self.tables)

    @property
    def headers(self) -> tuple[str, ...]:
        """What declares them, sorted."""
        return tuple(sorted({table.header for table in self.tables if table.header}))

    @property
    def declarations(self) -> tuple[str, ...]:
        """Of those that no header of ours declares."""
        return tuple(table.declaration for table in self.tables if table.declaration)


def checked_weights(
    engine: EngineFiles,
    info: ProjectInfo,
    stages: Mapping[str, Any],
    files: Mapping[str, Path],
) -> CheckedWeights:
    """Of network, front-end, microphone and decisions; `files`: all that is rendered."""
    tables = (
        *engine.tables,
        *frontend_tables(stages["mel"]),
        *(_decimator(stages["decimator"]) if "decimator" in stages else ()),
        *(_decision(info) if "library/decision_rule.c" in files else ()),
        *(_events(info) if "library/event_rule.c" in files else ()),
    )
    return CheckedWeights(tables, has_network=bool(engine.tables))


def _decimator(decimator: Any) -> Iterator[ConstantTable]:
    yield array_table("int32_t", "decimator_half", decimator.half, DECIMATOR)


def _decision(info: ProjectInfo) -> Iterator[ConstantTable]:
    rule = info.rule
    fallback = UNDECIDED if rule.other is None else rule.other
    yield ConstantTable("&decision_rule.fallback", DECISION, packed("int32_t", [fallback]))
    yield array_table("int8_t", "decision_rule.thresholds", rule.thresholds, DECISION)


def _events(info: ProjectInfo) -> Iterator[ConstantTable]:
    content = b""
    for one in info.events.classes:
        signed = (one.begin, one.end) if one is not None else (0, 0)
        unsigned = (one.minimum, one.refractory, one.smoothing) if one is not None else (0, 0, 0)
        content += packed("int16_t", signed) + packed("uint16_t", unsigned)
    yield ConstantTable("event_rule.classes", EVENTS, content)
