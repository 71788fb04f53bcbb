# SPDX-License-Identifier: Apache-2.0
"""A model with what is beside it: read, checked and planned, every fault at once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from generator.boards.fit import Demand
from generator.engines.builtin.check import check_graph
from generator.engines.builtin.fold import fold_network
from generator.engines.builtin.plan import NetworkPlan, plan_network
from generator.engines.builtin.schedule import Schedule, make_schedule
from generator.engines.engine import Optimise
from generator.errors import Fault, InputError, collect
from generator.frontend.checks import record_faults
from generator.frontend.layout import InputLayout, axes_note, input_layout, patch_shape
from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.noise_note import noise_note
from generator.frontend.record import Axes, FrontendRecord
from generator.frontend.record_file import FoundFrontend, find_frontend
from generator.frontend.saturation import range_warning
from generator.model.constraints.scores import score_fault
from generator.model.constraints.tensors import quantised_fault
from generator.model.decision import DecisionRule, Head
from generator.model.decision_file import Rules, find_rules
from generator.model.ends import ends_note, scoring_operator
from generator.model.event_rule import EventRule, describe_events
from generator.model.graph import Graph
from generator.model.labels import Labels, find_labels
from generator.model.labels_within import labels_within
from generator.model.patches import PatchRule, patch_faults, patch_rule
from generator.model.tflite_reader import read_tflite
from generator.model.turn import turn_graph
from generator.model.variables import keeps_state
from generator.wire.capacity import check_capacity, check_classes

HEADS = {"SOFTMAX": Head.SOFTMAX, "LOGISTIC": Head.SIGMOID}


@dataclass(frozen=True, slots=True)
class Network:
    """A model that was read, checked and planned."""

    graph: Graph
    """With a row for each frame, however the file has it."""
    schedule: Schedule
    plan: NetworkPlan
    frontend: FrontendRecord
    mel: MelTables
    labels: Labels
    rules: Rules
    path: Path
    """Of the .tflite."""
    frontend_source: str = ""
    """Where its record was found, for a sentence."""
    notes: tuple[str, ...] = ()
    """What the user should know of how it was read."""

    @property
    def rule(self) -> DecisionRule:
        """How a clip is decided."""
        return self.rules.decision

    @property
    def events(self) -> EventRule:
        """When a class begins and ends in sound without end."""
        return self.rules.events

    @property
    def events_text(self) -> str:
        """The same in words."""
        step_s = self.patches.step * self.frontend.hop_samples / self.frontend.sample_rate_hz
        return describe_events(self.events, self.labels.names, step_s)

    @property
    def patches(self) -> PatchRule:
        """How a clip's frames become patches of this model."""
        return patch_rule(
            self.graph.frames,
            self.frontend.patch_overlap_frames,
            keeps_state=keeps_state(self.graph),
        )

    @property
    def demand(self) -> Demand:
        """What it asks of a board's memories."""
        return Demand(
            model_name=self.graph.name,
            rows_bytes=self.schedule.arena_bytes,
            weights_bytes=self.plan.weights_flash_bytes,
            kept_frames=self.patches.kept,
            features=self.graph.bands,
        )


def read_network(
    model: Path,
    labels: Path | None = None,
    threshold: float | None = None,
    frontend: str | None = None,
    *,
    optimise: Optimise = Optimise.MEMORY,
) -> Network:
    """Read a .tflite, its front-end's record, its labels and its decision settings.

    `optimise` says what the network's schedule spares.
    `threshold` replaces the file's; `frontend`, a named front-end or a record's file, replaces what
    is beside the model or in it.

    Raises `InputError` with every fault of all four.
    """
    faults: list[Fault] = []
    graph = read_tflite(model)
    collect(faults, lambda: check_graph(graph))
    refused = bool(faults)
    found = collect(faults, lambda: find_frontend(model, frontend, graph))
    layout = mel = turned = None
    if found is not None:
        if _has_input(graph):
            shape = patch_shape(graph)
            layout, of_layout = input_layout(model.name, shape, found.record, found.where)
            faults += of_layout
            if layout is not None:
                overlap = found.record.patch_overlap_frames
                of_patches = patch_faults(layout.frames, overlap, keeps_state=keeps_state(graph))
                faults += found.placed(of_patches)
        if layout is not None and not refused:
            turned = collect(faults, lambda: _frames_first(graph, layout))
        mel = collect(faults, lambda: _mel_tables(graph, found))
    names = rules = None
    if _has_scores(graph):
        too_many = [*check_classes(model.name, graph.classes)]
        faults += too_many
        if not too_many:  # they may be billions, to be named
            within = labels_within(model.read_bytes(), graph.metadata)
            names = collect(faults, lambda: find_labels(model, labels, graph.classes, within))
    if names is not None:
        faults += check_capacity(model.name, names.names)
        head = _head_of(graph)
        step_s = _step_s(graph, found, layout)
        rules = collect(faults, lambda: find_rules(model, head, names.names, step_s, threshold))
    if faults or not (found and layout and turned and mel and names and rules):
        what = "it has no patch that a front-end feeds, or no scores"
        remedy = "give it one input (1, frames, bands, 1) and one output, a vector of scores"
        raise InputError(faults or [Fault(model.name, what, remedy)])
    schedule = make_schedule(turned, optimise)
    plan = plan_network(schedule, fold_network(turned))
    note = axes_note(model.name, layout, found.record)
    ends = ends_note(model.name, graph)
    warning = range_warning(found.record, graph.input.scale, graph.input.zero_point)
    return Network(
        turned,
        schedule,
        plan,
        found.record,
        mel,
        names,
        rules,
        model,
        frontend_source=found.source,
        notes=tuple(
            text for text in (found.note, note, ends, noise_note(found.record), warning) if text
        ),
    )


def _step_s(graph: Graph, found: FoundFrontend | None, layout: InputLayout | None) -> Fraction:
    """Seconds from one patch to the next; 1 where it cannot be told, which is refused anyhow."""
    if found is None or layout is None:
        return Fraction(1)
    overlap = found.record.patch_overlap_frames
    step = patch_rule(layout.frames, overlap, keeps_state=keeps_state(graph)).step
    samples = step * found.record.hop_samples
    return Fraction(max(samples, 1), max(found.record.sample_rate_hz, 1))


def _has_input(graph: Graph) -> bool:
    return bool(graph.inputs) and graph.inputs[0] >= 0


def _has_scores(graph: Graph) -> bool:
    """False for an output of which the number of classes cannot be told: that is refused anyhow."""
    if not graph.outputs or graph.outputs[0] < 0:
        return False
    shape = graph.scores.shape
    return min(shape, default=0) >= 1 and sum(length != 1 for length in shape) <= 1


def _head_of(graph: Graph) -> Head:
    """What the scores are; logits where no SOFTMAX or LOGISTIC makes them in steps of 1/256."""
    made = scoring_operator(graph)
    if made is None or score_fault(graph.scores) is not None:
        return Head.LOGITS
    return HEADS[made.kind]


def _mel_tables(graph: Graph, found: FoundFrontend) -> MelTables | None:
    """The front-end's tables; faults of a key are at its place in the record.

    None where the input is not quantised as a whole, which is refused anyhow.
    """
    not_computed = record_faults(found.record)
    if not_computed:
        raise InputError(found.placed(not_computed))
    if not _has_input(graph):
        return None
    patch = graph.tensors[graph.inputs[0]]
    if quantised_fault(patch) is not None or patch.quantisation is None:
        return None
    quantisation = patch.quantisation
    try:
        return make_mel_tables(found.record, quantisation.scale, quantisation.zero_point)
    except InputError as error:
        raise InputError(found.placed(error.faults)) from None


def _frames_first(graph: Graph, layout: InputLayout) -> Graph:
    """The graph with a row for each frame, turned if its bands are first.

    Raises `InputError` for one that cannot be run so.
    """
    bands_first = layout.axes is Axes.BANDS_FIRST
    if min(layout.frames, layout.features) == 1:  # the elements are in both orders alike
        bands_first = (graph.frames, graph.bands) != (layout.frames, layout.features)
    turned = turn_graph(graph, bands_first)
    if turned is not graph:
        check_graph(turned)
    if (turned.frames, turned.bands) == (layout.frames, layout.features):
        return turned
    what = (
        f"its input is {turned.frames} x {turned.bands}, a patch {layout.frames} frames of "
        f"{layout.features} bands"
    )
    remedy = "convert it with an input (1, frames, bands, 1) or (1, bands, frames, 1)"
    raise InputError([Fault(graph.name, what, remedy)])
