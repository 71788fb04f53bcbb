# SPDX-License-Identifier: Apache-2.0
"""The decision settings beside a model: `<stem>.decision.yaml` to its rules.

`DecisionRule` decides clips, `EventRule` sound without end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator.errors import Fault, InputError
from generator.model.decision import (
    SHARE_STEPS,
    ZERO_SHARE_STEP,
    DecisionRule,
    Head,
    step_of,
)
from generator.model.event_rule import EventRule
from generator.model.event_settings import (
    CLASSES_KEY,
    EVENTS_KEY,
    ClassEventSettings,
    EventSettings,
    event_rule,
)
from generator.spelling import did_you_mean
from generator.yaml_lines import Lines, read_mapping

DEFAULT_SHARES = {"softmax": 0.0, "sigmoid": 0.5, "logits": 0.0}
"""Thresholds of a model without settings."""


class DecisionSettings(BaseModel):
    """`<stem>.decision.yaml`: every key may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    threshold: float | None = None
    """Mean score, 0 to 1, that a class must reach. Softmax without it: 0, the highest decides."""
    thresholds: dict[str, float] = Field(default_factory=dict)
    """Labels of single classes that have another threshold than the rest."""
    other: str | None = None
    """Label of the class for all other sound: the answer where no class reaches its threshold."""
    events: EventSettings | None = None
    """When a class begins and ends in sound without end."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings beside a model come to."""

    decision: DecisionRule
    events: EventRule


def settings_path(model: Path) -> Path:
    """The settings file of a .tflite, which may not exist."""
    return model.with_name(f"{model.stem}.decision.yaml")


def settings_text(settings: DecisionSettings) -> str:
    """The file's text; what is not set is left out."""
    content = settings.model_dump(exclude_defaults=True)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def read_settings(model: Path) -> DecisionSettings:
    """What the file beside a model sets, as it stands there; nothing without one.

    Raises `InputError` with every fault of its form.
    """
    settings, _, faults = _read_settings(settings_path(model))
    if faults:
        raise InputError(faults)
    return settings


def find_rule(
    model: Path, head: Head, labels: Sequence[str], threshold: float | None = None
) -> DecisionRule:
    """The rule for a model's clips: by the file beside it, or the head's default.

    `threshold`, where given, replaces all thresholds of the file. Raises `InputError` with every
    fault: of YAML, of form, labels that the model has not, thresholds out of range. Of `events:`
    the form alone is looked at.
    """
    settings, lines, faults = _read_settings(settings_path(model))
    rule = _decision_rule(settings, head, labels, threshold, lines=lines, faults=faults)
    if faults:
        raise InputError(faults)
    return rule


def find_rules(
    model: Path,
    head: Head,
    labels: Sequence[str],
    step_s: Fraction,
    threshold: float | None = None,
) -> Rules:
    """Both rules for a model; `step_s` is the time from one of its patches to the next.

    `threshold` and what is raised: as of `find_rule`, with the faults of `events:`.
    """
    settings, lines, faults = _read_settings(settings_path(model))
    rule = _decision_rule(settings, head, labels, threshold, lines=lines, faults=faults)
    events = event_rule(
        settings.events or EventSettings(),
        head,
        labels,
        other=rule.other,
        step_s=step_s,
        lines=lines,
        faults=faults,
    )
    if faults:
        raise InputError(faults)
    return Rules(rule, events)


def _decision_rule(
    settings: DecisionSettings,
    head: Head,
    labels: Sequence[str],
    threshold: float | None,
    *,
    lines: Lines,
    faults: list[Fault],
) -> DecisionRule:
    if head is Head.LOGITS:
        return _rule_of_logits(settings, labels, threshold, lines, faults)
    steps = _class_steps(settings, head, labels, lines, faults)
    if threshold is not None:
        steps = [_step(threshold, head, "--threshold", faults)] * len(labels)
    other = _other_class(settings, head, labels, lines, faults)
    return DecisionRule(head, tuple(steps), other)


def _rule_of_logits(
    settings: DecisionSettings,
    labels: Sequence[str],
    threshold: float | None,
    lines: Lines,
    faults: list[Fault],
) -> DecisionRule:
    """The rule of a model whose scores are no probabilities: nothing can be set for a clip."""
    keys = settings.model_dump(exclude_defaults=True, exclude={EVENTS_KEY})
    places = [lines.where(key) for key in keys]
    places += ["--threshold"] if threshold is not None else []
    what = "the model ends in logits, which have no threshold: the highest decides"
    remedy = "remove it, or convert the model with its softmax or sigmoid"
    faults += [Fault(place, what, remedy) for place in places]
    return DecisionRule(Head.LOGITS, (ZERO_SHARE_STEP,) * len(labels))


def _read_settings(path: Path) -> tuple[DecisionSettings, Lines, list[Fault]]:
    """The file's settings, the place of each, and duplicate keys; defaults without a file."""
    if not path.exists() and not path.is_symlink():
        return DecisionSettings(), Lines(path, None), []
    remedy = "set threshold, thresholds, other or events, or remove the file"
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
        what = "a sigmoid head has no other class: it reports that nothing is detected"
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
            yield Fault(where, "unknown key", did_you_mean(*_known_keys(detail["loc"])))
        elif "[key]" in detail["loc"]:
            where = lines.where(*detail["loc"][:-2])
            yield Fault(where, f"{detail['input']!r} is no text", "put the label in quotes")
        else:
            yield Fault(where, f"{detail['msg']}, found {detail['input']!r}")


def _known_keys(at: tuple[int | str, ...]) -> tuple[str, list[str]]:
    """The key at that place, and those that could stand there."""
    fields: dict[str, object] = {**DecisionSettings.model_fields}
    if at[0] == EVENTS_KEY and len(at) > 1:
        fields = {**(ClassEventSettings if at[1] == CLASSES_KEY else EventSettings).model_fields}
    return str(at[-1]), list(fields)
