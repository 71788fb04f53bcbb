# SPDX-License-Identifier: Apache-2.0
"""What a run of the bench leaves behind: build/bench/<board>/bench.json, and the baselines.

Field names are the keys; `schema` counts up when one changes its meaning or goes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from generator.bounded_json import check_numbers
from generator.errors import Fault, InputError
from hil.report.files import write_json

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part of the work costs; None where a board cannot count it."""

    instructions: int | None = None
    """Exact, counted from outside."""
    pipeline_cycles: int | None = None
    """ESTIMATED by the model of the core's pipeline, without wait states."""
    table_cycles: int | None = None
    """ESTIMATED by the table of hil/virtual/cpu/cycles.py, without wait states."""
    measured_cycles: int | None = None
    """Of the board's own counter, wait states and all."""
    flash_bytes_read: int | None = None
    """Weights, tables and literals; code is not counted."""
    flash_fill_cycles: int | None = None
    """Most that filling the caches before the flash may add to either estimate."""


@dataclass(frozen=True, slots=True)
class LayerBench:
    """One operator, for a patch."""

    index: int
    kind: str
    name: str
    shape: tuple[int, ...]
    """Of its output."""
    macs: int
    """Multiply-accumulates; of pools and sums the values that they read."""
    ram_bytes: int
    """Its ring, sums, or tensor in the arena."""
    cost: Cost


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of the linked image."""

    network_ram_bytes: int
    """Rings, scratch and state."""
    network_flash_bytes: int
    """Weights, tables and code."""
    weights_flash_bytes: int
    image_ram_bytes: int
    """All of it, with the stack that is set aside."""
    image_flash_bytes: int
    stack_used_bytes: int
    """Of the stack, at most, in this run."""


@dataclass(frozen=True, slots=True)
class KernelsBench:
    """The same with the portable C kernels."""

    network: Cost
    frontend: Cost
    network_flash_bytes: int


@dataclass(frozen=True, slots=True)
class ModelBench:
    """One model in its image."""

    name: str
    model_sha256: str
    frontend: str
    frames: int
    bands: int
    macs: int
    """Of all operators, for a patch."""
    network: Cost
    """For a patch."""
    finding_rows: Cost
    """Of it, what belongs to no operator."""
    frontend_frame: Cost
    """For a frame, buffering and gate included."""
    answer: Cost
    """From the last sample of a patch to its scores, at most."""
    answer_ms: float
    """The same at the board's clock: measured, or by the pipeline model."""
    memory: Memory
    layers: tuple[LayerBench, ...]
    """Empty where the board cannot tell them apart."""
    portable: KernelsBench | None
    """None: not built, because the engine or the kernels are others."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How the cycles were estimated, and how far off that was."""

    pipeline_model: str
    lowest_percent: float
    """Model over measurement, over all published sequences of the core."""
    highest_percent: float
    published_sequences: int
    uncovered_percent: float
    """Of the networks' estimated cycles, those of kinds of instructions that no sequence has."""
    later_percent: float
    """What is added to them if each result of those kinds comes a cycle later than measured."""
    table: str
    table_lowest_percent: float
    table_highest_percent: float
    flash: str
    """What stands before the flash."""


@dataclass(frozen=True, slots=True)
class BenchRecord:
    """One run on one board."""

    schema: int
    board: str
    core: str
    core_clock_hz: int
    virtual: bool
    toolchain: str
    estimate: Estimate | None
    """None on silicon."""
    models: tuple[ModelBench, ...]

    def model(self, sha256: str) -> ModelBench | None:
        """The bench of a model, by its hash."""
        return next((one for one in self.models if one.model_sha256 == sha256), None)


def write_record(path: Path, record: BenchRecord) -> None:
    """Write it whole or not at all."""
    write_json(path, asdict(record))


def write_baseline(path: Path, record: BenchRecord) -> None:
    """The same with a line a layer, so that a change can be read in a diff."""
    head = asdict(replace(record, models=()))
    del head["models"]
    models = []
    for model in record.models:
        fields = asdict(replace(model, layers=()))
        del fields["layers"]
        layers = ",\n".join(json.dumps(asdict(layer)) for layer in model.layers)
        models.append(f'{json.dumps(fields)[:-1]}, "layers": [\n{layers}\n]}}')
    all_models = ",\n".join(models)
    text = f'{json.dumps(head)[:-1]}, "models": [\n{all_models}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def read_record(path: Path) -> BenchRecord:
    """Read one; raises InputError where it is missing, damaged or of another schema."""
    remedy = "write it again: make bench, or make bench-baseline"
    try:
        content = path.read_bytes()
        record = _adapter().validate_json(content)
        check_numbers(content)
    except OSError as error:
        raise InputError([Fault(str(path), error.strerror or str(error), remedy)]) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError([Fault(str(path), f"{where}: {first['msg']}", remedy)]) from error
    except ValueError as error:
        raise InputError([Fault(str(path), str(error), remedy)]) from error
    if record.schema != SCHEMA:
        raise InputError([Fault(str(path), f"schema {record.schema}, not {SCHEMA}", remedy)])
    return record


@cache
def _adapter() -> TypeAdapter[BenchRecord]:
    return TypeAdapter(BenchRecord)
