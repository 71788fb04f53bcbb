# SPDX-License-Identifier: Apache-2.0
"""Inference engines for an int8 model on the host: the firmware's C (host twin) or LiteRT.

Both give the same scores bit for bit. The host twin runs the code of a board from samples to
decision. LiteRT also takes models that the generator refuses.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from generator.errors import InputError
from generator.frontend.checks import record_faults
from generator.frontend.layout import input_layout, patch_shape
from generator.frontend.record import FrontendRecord
from generator.frontend.record_file import find_frontend
from generator.host.model_twin import build_model_twins
from generator.host.twin import HostTwin
from generator.model.decision import DecisionRule
from generator.model.decision_file import find_rule
from generator.model.labels import find_labels
from generator.model.patches import patch_faults, patch_rule
from generator.model.tflite_reader import read_tflite
from training.classifier import Classifier
from training.dataset import Clip, Samples
from training.engine_names import LITERT
from training.features import FrontEnd, compile_front_end
from training.patches import Frames, cut_patches
from training.scores import DecidedClip, decide_clip


class Engine(Protocol):
    """A model with its front-end and decision rule. Not thread-safe."""

    labels: tuple[str, ...]
    rule: DecisionRule
    record: FrontendRecord

    def decide(self, clip: Clip, samples: Samples) -> DecidedClip:
        """The decision for a clip. `samples`: int16 [n] at the record's rate."""

    def features(self, samples: Samples) -> Frames:
        """The frames, int8 [n, bands], that the front-end makes of a clip."""


class TwinEngine:
    """The firmware's C compiled for the host: gate, front-end, network, patches, decision."""

    def __init__(self, twin: HostTwin) -> None:
        self._twin = twin
        self.labels = twin.project.info.labels
        self.rule = twin.project.info.rule
        self.record = twin.project.info.frontend.record

    def decide(self, clip: Clip, samples: Samples) -> DecidedClip:
        """As decided by the C code; the Python decision rule is not used."""
        outcome = self._twin.run_clip(samples)
        sums = tuple(float(value) for value in outcome.score_sums) if outcome.patches else ()
        return DecidedClip(
            clip=clip.name,
            fold=clip.fold,
            labels=clip.labels,
            decided=outcome.decision,
            detected=outcome.detected,
            patches=len(outcome.patches),
            score_sums=sums,
        )

    def features(self, samples: Samples) -> Frames:
        """By the C code."""
        return self._twin.features(samples)


class LitertEngine:
    """The front-end's C, LiteRT's BUILTIN_REF kernels, patches and decision rule in Python."""

    def __init__(
        self,
        classifier: Classifier,
        record: FrontendRecord,
        labels: tuple[str, ...],
        rule: DecisionRule,
    ) -> None:
        self._classifier = classifier
        self._front_end: FrontEnd = compile_front_end(classifier.input_scale, record)
        self.labels, self.rule, self.record = labels, rule, record
        self._patches = patch_rule(
            classifier.frames, record.patch_overlap_frames, keeps_state=classifier.keeps_state
        )

    def decide(self, clip: Clip, samples: Samples) -> DecidedClip:
        """Cut patches, sum their scores, apply the decision rule."""
        frames = self._front_end.features(samples)
        patches = cut_patches(frames, self._patches)
        scores = self._classifier.scores(patches)
        return decide_clip(clip, scores.sum(axis=0).tolist(), len(scores), self.rule)

    def features(self, samples: Samples) -> Frames:
        """By the front-end's C."""
        return self._front_end.features(samples)


def open_engines(
    kind: str,
    model: Path,
    labels: Path | None = None,
    threshold: float | None = None,
    frontend: str | None = None,
) -> Sequence[Engine]:
    """One engine per CPU core. Raises InputError for a model that `kind` cannot run."""
    count = os.cpu_count() or 1
    if kind == LITERT:
        graph = read_tflite(model)
        found = find_frontend(model, frontend, graph)
        record = found.record
        _, faults = input_layout(model.name, patch_shape(graph), record, found.where)
        faults += found.placed(record_faults(record))
        if faults:
            raise InputError(faults)
        first = Classifier(model, record)
        overlap, keeps = record.patch_overlap_frames, first.keeps_state
        of_patches = found.placed(patch_faults(first.frames, overlap, keeps_state=keeps))
        if of_patches:
            raise InputError(of_patches)
        names = find_labels(model, labels, first.classes).names
        rule = find_rule(model, first.head, names, threshold)
        return [
            LitertEngine(first if number == 0 else Classifier(model, record), record, names, rule)
            for number in range(count)
        ]
    twins = build_model_twins(model, labels, threshold, frontend, count=count)
    return [TwinEngine(twin) for twin in twins]
