# SPDX-License-Identifier: Apache-2.0
"""Budgets: what the figures of a model on a board may be at most (bench/budgets.yaml)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from generator.errors import Fault, InputError
from generator.repository import DATA_DIR
from generator.yaml_lines import read_mapping
from hil.bench.record import BenchRecord, ModelBench

BUDGETS_FILE = DATA_DIR / "bench" / "budgets.yaml"

FIGURES: Mapping[str, Callable[[ModelBench], float | None]] = {
    "network_instructions": lambda model: model.network.instructions,
    "network_pipeline_cycles": lambda model: model.network.pipeline_cycles,
    "network_table_cycles": lambda model: model.network.table_cycles,
    "network_measured_cycles": lambda model: model.network.measured_cycles,
    "network_ram_bytes": lambda model: model.memory.network_ram_bytes,
    "image_ram_bytes": lambda model: model.memory.image_ram_bytes,
    "network_flash_bytes": lambda model: model.memory.network_flash_bytes,
    "image_flash_bytes": lambda model: model.memory.image_flash_bytes,
    "frontend_frame_instructions": lambda model: model.frontend_frame.instructions,
    "frontend_frame_measured_cycles": lambda model: model.frontend_frame.measured_cycles,
    "answer_instructions": lambda model: model.answer.instructions,
    "answer_ms": lambda model: model.answer_ms,
}
"""What may have a budget. A figure that a board cannot count keeps every budget."""

Budgets = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Limits by board, model and figure."""


@dataclass(frozen=True, slots=True)
class Overrun:
    """A budget that is exceeded."""

    model: str
    figure: str
    value: float
    limit: float

    @property
    def text(self) -> str:
        """Number, limit, by how much."""
        over = round(self.value - self.limit, 3)
        share = 100 * over / self.limit
        return (
            f"{self.model}: {self.figure} {self.value:,} exceeds {self.limit:,} "
            f"by {over:,} ({share:.1f} %)"
        )


def read_budgets(path: Path = BUDGETS_FILE) -> Budgets:
    """The file's budgets; raises InputError where it cannot be read or names another figure."""
    remedy = "board: {model: {figure: limit}}"
    content, lines = read_mapping(path, "holds no budget", remedy)
    if lines.duplicates:
        raise InputError(lines.duplicates)
    try:
        budgets = TypeAdapter(dict[str, dict[str, dict[str, int | float]]]).validate_python(content)
    except ValidationError as error:
        raise InputError([Fault(str(path), f"cannot be read: {error}", remedy)]) from error
    known = ", ".join(FIGURES)
    faults = [
        Fault(f"{path.name}: {board}: {model}", f"no figure {figure!r}", f"choose from: {known}")
        for board, models in budgets.items()
        for model, limits in models.items()
        for figure in limits
        if figure not in FIGURES
    ]
    if faults:
        raise InputError(faults)
    return budgets


def overruns(record: BenchRecord, budgets: Budgets) -> list[Overrun]:
    """Budgets that a run exceeds."""
    found = []
    for model in record.models:
        for figure, limit in budgets.get(record.board, {}).get(model.name, {}).items():
            value = FIGURES[figure](model)
            if value is not None and value > limit:
                found.append(Overrun(model.name, figure, value, limit))
    return found
