# SPDX-License-Identifier: Apache-2.0
"""How a clip's score sums become its answer, and the file beside the model that settles it.

A score q of scale 1/256 and zero point -128 stands for the share (q + 128) / 256. A class reaches
its threshold where the mean of its scores over the clip's patches does. The comparison is one of
integers: sum >= threshold * patches, with the threshold in the scores' own steps. The C twin of
`DecisionRule.decide` is `firmware_templates/app/decision.c`; see docs/adr/0012.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.errors import Fault, InputError
from generator.yaml_lines import Lines, read_mapping

NO_PATCH = -1
"""Answer to a clip from which no patch came."""

UNSURE = -2
"""Answer to a clip of which no class reached its threshold."""

SHARE_STEPS = 256
ZERO_SHARE_STEP = -128
"""The score that stands for 0: thresholds of it are reached by any clip."""

DEFAULT_SHARES = {"softmax": 0.0, "sigmoid": 0.5}


class Head(StrEnum):
    """What the scores are: shares of one whole, or a share for each class of its own."""

    SOFTMAX = "softmax"
    SIGMOID = "sigmoid"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one clip."""

    label: int
    """The class that speaks for the clip, `NO_PATCH` or `UNSURE`."""
    detected: tuple[int, ...]
    """The classes that were heard, ascending: at most one by softmax, any number by sigmoid."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """How one image decides."""

    head: Head
    thresholds: tuple[int, ...]
    """For each class the least mean score that counts, in the scores' int8 steps."""
    other: int | None = None
    """The class of a clip of which no class reaches its threshold; softmax only."""

    @property
    def fallback(self) -> int:
        """The answer where no class reaches its threshold: the other class, or `UNSURE`."""
        return UNSURE if self.other is None else self.other

    @property
    def has_thresholds(self) -> bool:
        """True where a clip with a patch may remain without a class of its own."""
        return any(threshold > ZERO_SHARE_STEP for threshold in self.thresholds)

    def decide(self, score_sums: Sequence[float], patches: int) -> Decision:
        """The answer to a clip with these sums of scores, one a class, over so many patches.

        The highest sum decides, ties go to the lower class; by sigmoid among those that reach
        their thresholds. A network's float shares p are decided as sums of 256 p - 128.
        """
        if not patches:
            return Decision(NO_PATCH, ())
        reached = [
            index
            for index, threshold in enumerate(self.thresholds)
            if score_sums[index] >= threshold * patches
        ]
        if self.head is Head.SIGMOID:
            best = max(reached, key=lambda index: (score_sums[index], -index), default=UNSURE)
            return Decision(best, tuple(reached))
        best = max(range(len(score_sums)), key=lambda index: (score_sums[index], -index))
        label = best if best in reached else self.fallback
        return Decision(label, () if label < 0 else (label,))


def describe_rule(rule: DecisionRule, labels: Sequence[str]) -> str:
    """One line for the user: `softmax, threshold 0.602; below it: other`."""
    if not rule.has_thresholds:
        return f"{rule.head}, the highest mean score decides"
    common = max(set(rule.thresholds), key=lambda step: (rule.thresholds.count(step), -step))
    text = f"{rule.head}, threshold {_share_text(common)}"
    for label, step in zip(labels, rule.thresholds, strict=True):
        if step != common:
            text += f", {label} {_share_text(step)}"
    if rule.head is Head.SIGMOID:
        return f"{text}; below it: not detected"
    return f"{text}; below it: {'unsure' if rule.other is None else labels[rule.other]}"


def step_of(share: float) -> int:
    """The int8 score nearest to a share, halves up: how a threshold is held."""
    return math.floor(share * SHARE_STEPS + 0.5) + ZERO_SHARE_STEP


def _share_text(step: int) -> str:
    return f"{(step - ZERO_SHARE_STEP) / SHARE_STEPS:.3f}"


# --- The file beside the model --------------------------------------------------------------------


class DecisionSettings(BaseModel):
    """`<stem>.decision.yaml`: every key may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    threshold: float | None = None
    """Mean score, 0 to 1, that a class must reach. Softmax without it: 0, the highest decides."""
    thresholds: dict[str, float] = Field(default_factory=dict)
    """Labels of single classes that have another threshold than the rest."""
    other: str | None = None
    """Label of the class for all other sound: the answer where no class reaches its threshold."""


def settings_path(model: Path) -> Path:
    """Where the settings of a .tflite stand, if there are any."""
    return model.with_name(f"{model.stem}.decision.yaml")


def settings_text(settings: DecisionSettings) -> str:
    """The file's text; what is not set is left out."""
    content = settings.model_dump(exclude_defaults=True)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def find_rule(
    model: Path, head: Head, labels: Sequence[str], threshold: float | None = None
) -> DecisionRule:
    """The rule for a model: by the file beside it, or the head's default.

    `threshold`, where given, stands for all thresholds of the file. Raises `InputError` with every
    fault: of YAML, of form, labels that the model has not, thresholds out of range.
    """
    settings, lines, faults = _read_settings(settings_path(model))
    steps = _class_steps(settings, head, labels, lines, faults)
    if threshold is not None:
        steps = [_step(threshold, head, "--threshold", faults)] * len(labels)
    other = _other_class(settings, head, labels, lines, faults)
    if faults:
        raise InputError(faults)
    return DecisionRule(head, tuple(steps), other)


def _read_settings(path: Path) -> tuple[DecisionSettings, Lines, list[Fault]]:
    """The file's settings, where they stand, and keys that stand twice; defaults without a file."""
    if not path.exists() and not path.is_symlink():
        return DecisionSettings(), Lines(path, None), []
    remedy = "set threshold, thresholds or other, or remove the file"
    document, lines = read_mapping(path, "holds no setting", remedy)
    try:
        settings = DecisionSettings.model_validate(dict(document))
    except ValidationError as error:
        raise InputError([*lines.duplicates, *_faults_of_form(error, lines)]) from None
    return settings, lines, list(lines.duplicates)


def _class_steps(
    settings: DecisionSettings, head: Head, labels: Sequence[str], lines: Lines, faults: list[Fault]
) -> list[int]:
    """Each class's threshold in steps."""
    usual = DEFAULT_SHARES[head] if settings.threshold is None else settings.threshold
    steps = [_step(usual, head, lines.where("threshold"), faults)] * len(labels)
    for label, share in settings.thresholds.items():
        where = lines.where("thresholds", label)
        step = _step(share, head, where, faults)
        if label not in labels:
            faults.append(_unknown(where, label, labels))
        elif label == settings.other:
            faults.append(Fault(where, "is the other class: it needs no threshold", "remove it"))
        else:
            steps[labels.index(label)] = step
    return steps


def _step(share: float, head: Head, where: str, faults: list[Fault]) -> int:
    """A share as it is held; a fault where the head cannot have it."""
    step = step_of(share) if math.isfinite(share) else ZERO_SHARE_STEP
    is_none = head is Head.SOFTMAX and share == 0
    if not is_none and not ZERO_SHARE_STEP < step < ZERO_SHARE_STEP + SHARE_STEPS:
        none = "0 (none), or " if head is Head.SOFTMAX else ""
        remedy = f"give {none}from 0.004 to 0.996: scores are held in 256ths"
        faults.append(Fault(where, f"{share:g} is no threshold", remedy))
    return step


def _other_class(
    settings: DecisionSettings, head: Head, labels: Sequence[str], lines: Lines, faults: list[Fault]
) -> int | None:
    """The class for other sound."""
    if settings.other is None:
        return None
    where = lines.where("other")
    if head is Head.SIGMOID:
        what = "a sigmoid head has no other class: where nothing is detected, that is told"
        faults.append(Fault(where, what, "remove it"))
    elif settings.other not in labels:
        faults.append(_unknown(where, settings.other, labels))
    else:
        return labels.index(settings.other)
    return None


def _unknown(where: str, label: str, labels: Sequence[str]) -> Fault:
    return Fault(where, f"the model has no class {label!r}", f"choose from: {', '.join(labels)}")


def _faults_of_form(error: ValidationError, lines: Lines) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        where = lines.where(*detail["loc"])
        if detail["type"] == "extra_forbidden":
            yield Fault(where, "unknown key", "known are threshold, thresholds, other")
        elif "[key]" in detail["loc"]:
            where = lines.where(detail["loc"][0])
            yield Fault(where, f"{detail['input']!r} is no text", "put the label in quotes")
        else:
            yield Fault(where, f"{detail['msg']}, found {detail['input']!r}")
