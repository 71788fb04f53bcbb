# SPDX-License-Identifier: Apache-2.0
"""`make bench-diff`: what has changed since the baseline, figure by figure and layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from hil.bench.budgets import FIGURES
from hil.bench.record import BenchRecord, Cost, ModelBench


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that is another than in the baseline."""

    model: str
    figure: str
    before: float | None
    now: float | None

    @property
    def percent(self) -> float | None:
        """Of the figure before; None where one of both is missing or was 0."""
        if not self.before or self.now is None:
            return None
        return 100 * (self.now / self.before - 1)


def changes(before: BenchRecord, now: BenchRecord) -> list[Change]:
    """Figures that differ, of every model in both runs; and models that only one of them has."""
    found: list[Change] = []
    for model in now.models:
        old = before.model(model.model_sha256)
        if old is None:
            found.append(Change(model.name, "all", None, model.network.instructions))
            continue
        for figure, (was, is_now) in _figures(old, model):
            if was != is_now:
                found.append(Change(model.name, figure, was, is_now))
    for model in before.models:
        if now.model(model.model_sha256) is None:
            found.append(Change(model.name, "all", model.network.instructions, None))
    return found


def _figures(
    old: ModelBench, new: ModelBench
) -> Iterator[tuple[str, tuple[float | None, float | None]]]:
    for name, figure in FIGURES.items():
        yield name, (figure(old), figure(new))
    for part in ("finding_rows", "answer"):
        yield from _costs(part, getattr(old, part), getattr(new, part))
    layers = {layer.index: layer for layer in old.layers}
    for layer in new.layers:
        if layer.index in layers:
            title = f"{layer.index} {layer.kind}"
            yield from _costs(title, layers[layer.index].cost, layer.cost)


def _costs(
    title: str, old: Cost, new: Cost
) -> Iterator[tuple[str, tuple[float | None, float | None]]]:
    for one in fields(Cost):
        yield f"{title}: {one.name}", (getattr(old, one.name), getattr(new, one.name))
