# SPDX-License-Identifier: Apache-2.0
"""The content of `report.json`: the one model that it is written from and read by.

`docs/schema/report-1.schema.json` is made from these classes (`python -m hil.report.schema`). Keys
may be added without a new number; a key that goes, or means something else, needs one.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from generator.frontend.saturation import Saturation
from hil.report.section import Section

REPORT_SCHEMA: Final = "mel2metal-report/1"


class Tool(Section):
    """What made the report."""

    version: str
    """Of mel2metal."""

    commit: str | None
    """Of the checkout it ran from; null outside of one."""

    dirty: bool | None
    """Whether tracked files of that checkout differed from the commit; null outside of one."""

    platform: str
    """Of the host: operating system, release and machine."""

    packages: dict[str, str]
    """Versions of Python and of the packages that took part."""


class ClockCheck(Section):
    """The board's clock by the host's; each value null where its test did not run."""

    measured_hz: float | None
    error_percent: float | None
    """Of `measured_hz` against `core_clock_hz`."""

    uncertainty_percent: float | None
    cycle_counter_error_percent: float | None
    """Of the cycle counter against SysTick."""


class Clock(Section):
    """The clock that cycles are turned into time by."""

    core_clock_hz: int
    check: ClockCheck | None
    """Null: neither test of the clock ran."""


class Decision(Section):
    """How a clip's class follows from the scores of its patches."""

    head: str
    """softmax, sigmoid or logits."""

    text: str
    """The rule in words."""

    thresholds: tuple[float, ...] | None
    """Mean score that a class must reach, in the order of `labels`; null: the highest decides."""

    other: str | None
    """The class of a clip of which none reaches its threshold; null: it remains undecided."""


class FrontendFigures(Section):
    """The front-end's record, by what a report is read for."""

    name: str
    sha256: str
    sample_rate_hz: int
    features: int
    """Values of a frame."""

    patch_frames: int
    overlap_frames: int
    patch_ms: float
    """From a patch's first sample to its last."""

    step_ms: float
    """From one patch to the next."""


class TrainedOn(Section):
    """Whether the clips that were played also trained the model: then accuracy is no measure."""

    known: bool
    """Whether the model's card says what trained it."""

    folds: tuple[int, ...]
    """Folds that trained the model, by its card."""

    folds_played: tuple[int, ...]
    folds_played_in_training: tuple[int, ...]
    """Those of both."""

    clips_played_in_training: int
    cross_validated: str
    """The card's accuracy on clips that did not train the model; empty if unknown."""

    text: str
    """All of this in a sentence."""


class Latency(Section):
    """Cost of one patch and one frame; null where it was not counted or no patch came."""

    network_instructions: float | None
    network_cycles: float | None
    cycles_are: str
    """measured (on silicon) or estimated (on the virtual board)."""

    network_ms_at_160mhz: float | None
    frontend_instructions_per_frame: float | None
    frontend_cycles_per_frame: float | None
    answer_delay_ms: float | None
    """From the arrival of a patch's last frame to its scores, at the board's own clock."""

    real_time_margin_percent: float | None
    """Of the time from one patch to the next, what its work leaves free; 0 or less: the board does
    not keep up."""


class NetworkBytes(Section):
    """The network alone, in the columns that ST publishes."""

    activation_ram_bytes: int
    runtime_ram_bytes: int
    total_ram_bytes: int
    weights_flash_bytes: int
    code_flash_bytes: int
    total_flash_bytes: int


class ImageBytes(Section):
    """Everything that is linked; the stack is part of the RAM."""

    ram_bytes: int
    flash_bytes: int
    stack_bytes: int


class PartBytes(Section):
    """One part of the image; data and copied code (itcm) take both RAM and flash."""

    ram_bytes: int
    flash_bytes: int
    text_bytes: int
    rodata_bytes: int
    data_bytes: int
    bss_bytes: int
    itcm_bytes: int


class ImageLimits(Section):
    """What the board's record in boards.yaml allows an image; a build over it fails."""

    image_ram_bytes: int
    image_flash_bytes: int
    activation_ram_bytes: int
    stack_bytes: int


class MemoryRegion(Section):
    """One memory of the part."""

    name: str
    kind: str
    """flash or ram."""

    origin: int
    size_bytes: int


class StackCall(Section):
    """One function of the deepest chain of calls."""

    function: str
    bytes: int


class StackInterrupt(Section):
    """The deepest handler of one priority."""

    name: str
    priority: int
    handler_bytes: int
    frame_bytes: int
    """Of what comes on top of it."""


class StackBytes(Section):
    """The most that is ever on the stacks, from the compiler's frames and the image's calls."""

    linked_bytes: int
    bound_bytes: int | None
    """Null: nobody knows, and `unknown_because` says why."""

    calls_bytes: int
    """Of the bound; the rest is interrupts and a fault's frame."""

    deepest: tuple[StackCall, ...]
    interrupts: tuple[StackInterrupt, ...]
    fault_linked_bytes: int
    fault_bound_bytes: int | None
    unknown_because: str


class Footprint(Section):
    """RAM and flash of the image, read from its ELF."""

    network: NetworkBytes
    image: ImageBytes
    by_part: dict[str, PartBytes]
    stack: StackBytes | None = None
    """Null: of a version that computed none."""

    limits: ImageLimits | None
    memories: tuple[MemoryRegion, ...]


class WeightsCheck(Section):
    """The firmware's own look at the constants in its flash: they were as generated.

    It looks before each clip's answer too, and refuses the clip where they differ.
    """

    crc32: str
    """Over all of them as they were generated, hexadecimal."""

    bytes: int
    at_start: bool
    """Whether they were found right at the start of the run."""

    at_end: bool
    """The same at its end; false where it was not asked any more, as of a run that broke off."""


class Gate(Section):
    """One limit that the run had to keep (--min-accuracy and the like)."""

    name: str
    """min_accuracy, max_network_cycles, max_answer_ms, max_ram_bytes or max_flash_bytes."""

    limit: float
    value: float | None
    """Null: it could not be judged, and the gate has failed."""

    unit: str
    """share, cycles, ms or bytes: of limit and value."""

    estimated: bool
    """Whether the value is an estimate."""

    passed: bool
    source: str
    """Who set the limit: an option, pyproject.toml, or boards.yaml."""

    text: str
    """Value, limit and by how much, in a sentence."""


class FaultFigures(Section):
    """Faults that struck on purpose; each ended in one of the last four ways."""

    injected: int
    detected: int
    """The harness saw something that such a fault shows itself by."""

    harmless: int
    """Nothing was seen, and the answer is right."""

    recovered: int
    """It was seen, and the right answer came in the end."""

    lost: int
    """No answer came."""

    wrong: int
    """An answer was accepted that is not the host twin's, bit for bit."""


class Faults(Section):
    """What became of the faults of --fault."""

    seed: int
    rates: dict[str, float]
    """By mode: how likely it strikes a clip."""

    total: FaultFigures
    modes: dict[str, FaultFigures]
    """Of each mode that struck."""


class TestCounts(Section):
    """Tests on this board."""

    __test__ = False  # for pytest: no class of tests

    selected: int
    finished: int
    failed: int


class Report(Section):
    """One run on one board."""

    schema_id: Annotated[Literal["mel2metal-report/1"], Field(alias="schema")]
    """Name and version of this format."""

    board: str
    virtual: bool
    started_at: str
    """UTC, ISO 8601."""
    resumed_at: tuple[str, ...] = ()
    """When the run was resumed after it had been cut short, likewise; empty: it never was."""
    wall_seconds: float
    """Of the whole run; of a resumed one, of all its parts together."""
    tool: Tool
    complete: bool
    """Whether all that was selected ran to its end, and every clip of the set was played."""

    incomplete_because: tuple[str, ...]
    """Why not; empty for a complete run."""

    passed: bool
    """No test failed and every gate was kept. A partial run may pass: read `complete` as well."""

    tests: TestCounts
    engine: str
    toolchain: str
    """The compiler, as the ELF names it."""

    device: dict[str, str]
    """Probe, port, emulator and condition of the board."""

    model_file: str
    model_sha256: str
    firmware_sha256: str
    labels: tuple[str, ...]
    """The classes, in the model's order."""

    decision: Decision
    clock: Clock
    frontend: FrontendFigures
    clips: int
    """Clips played."""

    patches: int
    accuracy: float | None
    """0 to 1; null: not measured, which `accuracy_unmeasured` explains."""

    accuracy_low: float | None
    accuracy_high: float | None
    """Ends of the 95 % Wilson interval."""

    accuracy_unmeasured: str
    """Why accuracy was not measured; empty where it was."""

    trained_on: TrainedOn
    latency: Latency
    features: Saturation | None
    """Of the clips played, in the range of the model's input; null: none came."""

    footprint: Footprint | None
    """Null: the image came without its bill."""

    stack_bound_bytes: int | None = None
    """The most that the stack can ever hold; null: not known."""

    stack_high_water_bytes: int | None
    weights_check: WeightsCheck | None = None
    """Null: the firmware was not asked."""

    divergences: int | None
    """Elements that differed; null where 0 would be an empty promise."""

    retries: int
    """Steps of recovery."""

    flaky_tests: int
    """Tests that passed, but needed one."""

    faults: Faults | None
    """Null: none were asked for."""

    gates: tuple[Gate, ...]

    def as_json(self) -> dict[str, Any]:
        """The content of report.json."""
        return self.model_dump(mode="json")
