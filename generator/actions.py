# SPDX-License-Identifier: Apache-2.0
"""What the monitor does when a class begins: `<model>.m2m.yaml`, or the file that ACTIONS= names.

    on:
      dog: {led: green}

The LED is lit while the class is on; while any of its classes is, where several name one LED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.boards.gpio_values import GpioValues
from generator.errors import Fault, InputError
from generator.model.event_rule import EventRule
from generator.model.labels import class_identifiers
from generator.spelling import did_you_mean
from generator.yaml_lines import Lines, read_words

ON_KEY, LED_KEY = "on", "led"


@dataclass(frozen=True, slots=True)
class LedAction:
    """An LED that is lit while a class is on: both by their names in C."""

    class_constant: str
    led_constant: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What an action may name."""

    classes: Mapping[str, str]
    """Labels to their names in C."""
    silent: frozenset[str]
    """Labels of classes that make no events."""
    leds: Mapping[str, str]
    """Names to those in C."""


@dataclass(frozen=True, slots=True)
class Actions:
    """All of them; the templates see it as ``actions``."""

    leds: tuple[LedAction, ...] = ()
    source: Path | None = None
    """The file; None: there is none."""


def actions_path(model: Path) -> Path:
    """The file beside a .tflite, which may not exist."""
    return model.with_name(f"{model.stem}.m2m.yaml")


def read_actions(
    named: Path | None, model: Path, labels: Sequence[str], events: EventRule, gpio: GpioValues
) -> Actions:
    """Read the named file, or the one beside the model if there is one.

    Raises `InputError` with every fault of it.
    """
    path = named or actions_path(model)
    if named is None and not path.is_file():
        return Actions()
    document, lines = read_words(path, "holds no action", "write on: {dog: {led: green}}")
    known = _Known(
        classes=dict(zip(labels, class_identifiers(labels), strict=True)),
        silent=frozenset(
            label for label, one in zip(labels, events.classes, strict=False) if one is None
        ),
        leds={pin.name: pin.constant for pin in gpio.leds},
    )
    faults = list(lines.duplicates)
    for key in document:
        if key != ON_KEY:
            remedy = f"the one key here is {ON_KEY}"
            faults.append(Fault(lines.where(key), "unknown key", remedy))
    classes = document.get(ON_KEY)
    if not isinstance(classes, Mapping):
        what = "is no list of classes"
        raise InputError([*faults, Fault(lines.where(ON_KEY), what, "write dog: {led: green}")])
    made: list[LedAction] = []
    for label, action in classes.items():
        found = list(_faults_of(label, action, known, lines))
        faults += found
        if not found:
            made.append(LedAction(f"M2M_CLASS_{known.classes[label]}", known.leds[action[LED_KEY]]))
    if faults:
        raise InputError(faults)
    return Actions(tuple(made), path)


def _faults_of(label: str, action: object, known: _Known, lines: Lines) -> Iterator[Fault]:
    """What is wrong with one line of `on:`."""
    place = (ON_KEY, label)
    if label not in known.classes:
        remedy = did_you_mean(label, list(known.classes))
        yield Fault(lines.where(*place), f"no class {label!r}", remedy)
    elif label in known.silent:
        what = f"{label} stands for all other sound: it never begins"
        yield Fault(lines.where(*place), what, "name another class")
    if not isinstance(action, Mapping):
        yield Fault(lines.where(*place), "says nothing to do", f"write {{{LED_KEY}: green}}")
        return
    for key in action:
        if key != LED_KEY:
            remedy = did_you_mean(str(key), [LED_KEY])
            yield Fault(lines.where(*place, key), "unknown key", remedy)
    led = action.get(LED_KEY)
    if LED_KEY in action and (not isinstance(led, str) or led not in known.leds):
        near = did_you_mean(str(led), list(known.leds))
        remedy = near if known.leds else "add leds: to its record"
        yield Fault(lines.where(*place, LED_KEY), f"the board has no LED {led!r}", remedy)
    elif not action:
        yield Fault(lines.where(*place), "says nothing to do", f"write {{{LED_KEY}: green}}")
