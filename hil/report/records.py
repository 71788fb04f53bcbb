# SPDX-License-Identifier: Apache-2.0
"""What the tests of one run saw, as plain values that travel from test processes to the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic import TypeAdapter

from generator.project.manifest import ProjectInfo
from generator.wire.messages import Memory
from hil.boards.identity import Identity
from hil.boards.memory_map import PlacedSection
from hil.report.check_records import CheckRecord
from hil.report.evidence_records import EvidenceRecord, LayerCostRecord
from hil.report.model import ClockCheck, ImageLimits, MemoryRegion
from hil.report.struck_records import FaultsRecord
from scoring.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """The board that was tested, what it runs, and what that costs."""

    board: str
    virtual: bool
    cycles_are: str
    """'measured' on silicon, 'estimated' on the virtual board."""

    identity: Identity
    """Project, engine, core clock and flash contents, as the device confirmed them."""

    model: str
    """File name of the .tflite."""

    toolchain: str
    accuracy_unmeasured: str
    """Why accuracy is not measured; empty when it is."""

    source: str
    """Where the clips come from."""

    properties: dict[str, str] = field(default_factory=dict)
    """Facts of the board's own: probe, port, emulator."""

    footprint: dict[str, Any] = field(default_factory=dict)
    """`footprint.json` of the image."""

    placed: tuple[PlacedSection, ...] = ()
    """What the image puts where, by address."""

    trained_folds: tuple[int, ...] = ()
    """Folds that trained the model, by its card; none if nothing is known."""

    cross_validated: str = ""
    """The card's accuracy on clips not trained on; empty if unknown."""

    limits: ImageLimits | None = None
    """What its record in boards.yaml allows an image."""

    memories: tuple[MemoryRegion, ...] = ()
    """All memories of the part."""

    @property
    def project(self) -> ProjectInfo:
        """What the image was made from: labels, decision rule, model hash, front-end, taps."""
        return self.identity.project


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """One clip's answer. Lists of cycles and instructions have one entry for each patch."""

    board: str
    clip: str
    fold: int
    truth: tuple[int, ...] | None
    """The classes that occur in it; None if that is not known."""

    decision: int
    """A class, or -1: no patch came, -2: no class reached its threshold."""

    detected: tuple[int, ...]
    """The classes detected, ascending."""

    samples: int
    gated_samples: int
    frames: int
    network_cycles: tuple[int, ...]
    answer_cycles: tuple[int, ...]
    """Empty for a clip that ended within its first patch, which was then filled up at once."""

    network_instructions: tuple[int, ...]
    """Instructions of a patch's pushes; empty where they cannot be counted."""

    frontend_cycles: int
    """Core cycles of the front-end up to the last patch."""

    frontend_frames: int
    """Frames that these cycles made."""

    frontend_instructions: tuple[int, int]
    """Instructions of gate and mel front-end over the whole clip, and the frames they made;
    (0, 0) if not counted."""

    retries: tuple[str, ...]
    """Why it was retried, once for each time, with the means."""

    wall_seconds: float
    resumptions: int = 0
    """How often it went on behind a frame that was damaged or lost on its way to the board."""

    @property
    def patches(self) -> int:
        """Patches that the network answered."""
        return len(self.network_cycles)

    @property
    def outcome(self) -> Outcome | None:
        """Truth and answer, as they are scored; None where the truth is not known."""
        return None if self.truth is None else Outcome(self.truth, self.decision, self.detected)


@dataclass(frozen=True, slots=True)
class FeaturesRecord:
    """The cells of one clip's features, as the board sent them."""

    board: str
    clip: str
    rate_hz: int | None
    """Of its file; None for a synthetic sound: those are made to reach the ends of any range."""

    frames: int
    counts: tuple[int, ...]
    """Of each cell from -128 to 127."""

    scale: float
    zero_point: int
    """Of the model's input."""


@dataclass(frozen=True, slots=True)
class DivergenceRecord:
    """Elements that differ where two sides must agree; `text` names the first of them."""

    board: str
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """MEMORY after the clips of one process."""

    board: str
    stack_bytes: int
    stack_high_water_bytes: int
    rx_ring_bytes: int
    rx_high_water_bytes: int
    tx_ring_bytes: int
    tx_high_water_bytes: int
    arena_bytes: int
    static_bytes: int
    overruns: int
    framing_errors: int
    noise_errors: int

    @classmethod
    def of(cls, board: str, memory: Memory) -> MemoryRecord:
        """From the message."""
        known = {item.name for item in fields(cls)} - {"board"}
        told = asdict(memory)
        return cls(board, **{name: told[name] for name in told if name in known})


@dataclass(frozen=True, slots=True)
class LayersRecord:
    """One patch whose layer outputs were compared with the interpreter's."""

    board: str
    tap_input: str


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """The board's clock by the host's."""

    board: str
    measured_hz: float
    error_percent: float
    uncertainty_percent: float


@dataclass(frozen=True, slots=True)
class CycleCounterRecord:
    """The board's cycle counter against its SysTick."""

    board: str
    error_percent: float


@dataclass(frozen=True, slots=True)
class RetryRecord:
    """One step of recovery that a test needed (hil/boards/recovery.py)."""

    board: str
    test: str
    """Its id."""

    rung: str
    """The means."""

    reason: str
    """The failure that it answered."""

    clip: str
    """What was resent; empty for what is no clip."""

    at: str
    """When, UTC, ISO 8601."""


Record = (
    BoardRecord
    | ClipRecord
    | FeaturesRecord
    | DivergenceRecord
    | MemoryRecord
    | CheckRecord
    | LayersRecord
    | ClockRecord
    | CycleCounterRecord
    | RetryRecord
    | EvidenceRecord
    | LayerCostRecord
    | FaultsRecord
)

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in get_args(Record)
}


def to_plain(record: Record) -> dict[str, Any]:
    """The record as JSON values."""
    kind = type(record).__name__
    return {"kind": kind, **_ADAPTERS[kind].dump_python(record, mode="json")}


def from_plain(plain: dict[str, Any]) -> Record:
    """The record again, with tuples and enums in place of JSON's lists and strings."""
    values = dict(plain)
    record: Record = _ADAPTERS[values.pop("kind")].validate_python(values)
    return record


def _highest(one: MemoryRecord, other: MemoryRecord) -> MemoryRecord:
    names = [item.name for item in fields(MemoryRecord) if item.name != "board"]
    highest = {name: max(getattr(one, name), getattr(other, name)) for name in names}
    return MemoryRecord(board=one.board, **highest)


def _together(one: BoardRecord, other: BoardRecord) -> BoardRecord:
    """The same board in several processes: all its probes and ports."""
    properties = {
        name: ", ".join(sorted({*one.properties.get(name, "").split(", "), value} - {""}))
        for name, value in other.properties.items()
    }
    return replace(other, properties={**one.properties, **properties})


_LISTS = {
    "DivergenceRecord": "divergences",
    "RetryRecord": "retries",
    "ClockRecord": "clocks",
    "CycleCounterRecord": "counters",
    "CheckRecord": "checks",
    "FaultsRecord": "faults",
}
"""Records of which every one is kept, and where."""


@dataclass(slots=True)
class RunRecords:
    """All records of one board in one run, from however many processes."""

    board: BoardRecord | None = None
    clips: dict[str, ClipRecord] = field(default_factory=dict)
    features: dict[str, FeaturesRecord] = field(default_factory=dict)
    """By clip."""

    divergences: list[DivergenceRecord] = field(default_factory=list)
    memory: MemoryRecord | None = None
    """The highest value of each field, over all resets and processes."""

    layer_inputs: set[str] = field(default_factory=set)
    """Patches whose layers were compared."""

    retries: list[RetryRecord] = field(default_factory=list)
    """Every step of recovery."""

    evidence: dict[str, EvidenceRecord] = field(default_factory=dict)
    """By clip."""

    layer_cost: LayerCostRecord | None = None

    faults: list[FaultsRecord] = field(default_factory=list)
    """Of each clip, in a run that faults were asked for."""

    clocks: list[ClockRecord] = field(default_factory=list)
    counters: list[CycleCounterRecord] = field(default_factory=list)
    checks: list[CheckRecord] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    resumed_at: list[str] = field(default_factory=list)
    """When the run was gone on with after it had been cut short, UTC, ISO 8601."""
    offered_clips: set[str] = field(default_factory=set)
    """All clips of the run's set, whether or not a test takes them."""

    selected_clips: set[str] = field(default_factory=set)
    """Clips that a test of this run takes, whether or not it came to play them."""

    selected_tests: set[str] = field(default_factory=set)
    finished_tests: set[str] = field(default_factory=set)
    """Tests that ran to their end, whatever came of them."""

    failed_tests: dict[str, str | None] = field(default_factory=dict)
    """Tests that failed, by their ids, with the clip of those that take one."""

    interruptions: list[str] = field(default_factory=list)
    """Why the run ended before its time, in words."""

    def add(self, record: Record) -> None:
        """Take one record; a clip that is retried replaces its earlier record."""
        if (name := _LISTS.get(type(record).__name__)) is not None:
            getattr(self, name).append(record)
            return
        match record:
            case BoardRecord():
                self.board = record if self.board is None else _together(self.board, record)
            case ClipRecord():
                self.clips[record.clip] = record
            case FeaturesRecord():
                self.features[record.clip] = record
            case MemoryRecord():
                self.memory = record if self.memory is None else _highest(self.memory, record)
            case LayersRecord():
                self.layer_inputs.add(record.tap_input)
            case EvidenceRecord():
                self.evidence[record.clip] = record
            case LayerCostRecord():
                self.layer_cost = record

    @property
    def flaky_tests(self) -> list[str]:
        """Tests that passed, but needed a retry, by their ids."""
        return sorted({retry.test for retry in self.retries} - set(self.failed_tests))

    @property
    def failed_clips(self) -> list[str]:
        """Clips of which some test failed, by name."""
        return sorted({clip for clip in self.failed_tests.values() if clip is not None})

    @property
    def compared(self) -> bool:
        """True when at least one clip or layer was compared with its references."""
        return bool(self.clips or self.layer_inputs)

    @property
    def divergences_total(self) -> int | None:
        """Elements that differed. None where 0 would claim what was not seen: nothing was
        compared, a test failed, or a selected clip was not played."""
        count = sum(divergence.count for divergence in self.divergences)
        whole = self.compared and not self.failed_tests and self.selected_clips <= set(self.clips)
        return count if count or whole else None

    @property
    def clips_in_order(self) -> list[ClipRecord]:
        """The clips by name, whatever the order in which processes finished them."""
        return [self.clips[name] for name in sorted(self.clips)]

    @property
    def outcomes(self) -> list[Outcome]:
        """Truth and what was detected, of every clip whose truth is known."""
        return [clip.outcome for clip in self.clips_in_order if clip.outcome is not None]

    @property
    def clock_check(self) -> ClockCheck | None:
        """The greatest errors that were measured, over all processes; None: no test measured."""
        if not self.clocks and not self.counters:
            return None
        clock = max(self.clocks, key=lambda one: abs(one.error_percent), default=None)
        counter = max(self.counters, key=lambda one: abs(one.error_percent), default=None)
        return ClockCheck(
            measured_hz=clock.measured_hz if clock else None,
            error_percent=clock.error_percent if clock else None,
            uncertainty_percent=clock.uncertainty_percent if clock else None,
            cycle_counter_error_percent=counter.error_percent if counter else None,
        )
