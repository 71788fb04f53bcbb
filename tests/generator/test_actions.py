# SPDX-License-Identifier: Apache-2.0
"""What lights which LED: `on: {dog: {led: green}}`, and every fault of such a file together."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.actions import Actions, LedAction, actions_path, read_actions
from generator.boards.gpio_values import GpioValues, make_gpio
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.errors import InputError
from generator.model.decision import Head
from generator.model.event_rule import ClassEvents, EventRule

LABELS = ("dog", "crying baby", "rain", "on", "no", "other")
ONE = ClassEvents(smoothing=2, begin=0, end=-10, minimum=1, refractory=0)
EVENTS = EventRule(Head.SOFTMAX, (ONE,) * 5 + (None,))


@pytest.fixture
def gpio(u585: BoardSpec) -> GpioValues:
    return make_gpio(u585, family_of(u585.family).gpio)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tmp_path / "pets.tflite"


def read(text: str, model: Path, gpio: GpioValues) -> Actions:
    path = model.with_name("m2m.yaml")
    path.write_text(text)
    return read_actions(path, model, LABELS, EVENTS, gpio)


def faults_of(text: str, model: Path, gpio: GpioValues) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text, model, gpio)
    return [str(fault) for fault in caught.value.faults]


def test_an_led_for_a_class(model: Path, gpio: GpioValues) -> None:
    made = read("on: {dog: {led: green}, crying baby: {led: red}}", model, gpio)
    assert made.leds == (
        LedAction("M2M_CLASS_DOG", "M2M_LED_GREEN"),
        LedAction("M2M_CLASS_CRYING_BABY", "M2M_LED_RED"),
    )


def test_words_that_yaml_takes_for_truth_values(model: Path, gpio: GpioValues) -> None:
    made = read("on:\n  on: {led: green}\n  no: {led: red}\n", model, gpio)
    assert [one.class_constant for one in made.leds] == ["M2M_CLASS_ON", "M2M_CLASS_NO"]


def test_several_classes_may_share_an_led(model: Path, gpio: GpioValues) -> None:
    assert len(read("on: {dog: {led: green}, rain: {led: green}}", model, gpio).leds) == 2


def test_the_file_beside_the_model_is_taken_and_no_other(model: Path, gpio: GpioValues) -> None:
    assert read_actions(None, model, LABELS, EVENTS, gpio) == Actions()
    (model.parent / "m2m.yaml").write_text("on: {rain: {led: red}}")
    assert read_actions(None, model, LABELS, EVENTS, gpio) == Actions(), "of no model"
    beside = actions_path(model)
    assert beside.name == "pets.m2m.yaml"
    beside.write_text("on: {dog: {led: red}}")
    found = read_actions(None, model, LABELS, EVENTS, gpio)
    assert found.source == beside
    assert found.leds == (LedAction("M2M_CLASS_DOG", "M2M_LED_RED"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "on: {dig: {led: green}}",
            "m2m.yaml:1: on.dig: no class 'dig'\n    remedy: did you mean",
        ),
        ("on: {dog: {led: gren}}", "on.dog.led: the board has no LED 'gren'"),
        ("on: {dog: {led: gren}}", "did you mean green?"),
        ("on: {dog: {lde: green}}", "on.dog.lde: unknown key\n    remedy: did you mean led?"),
        ("on: {dog: green}", "on.dog: says nothing to do"),
        ("on: {dog: {}}", "on.dog: says nothing to do"),
        ("on: {dog: {led: [green]}}", "has no LED ['green']"),
        ("on: {other: {led: green}}", "other stands for all other sound: it never begins"),
        ("off: {dog: {led: green}}", "off: unknown key"),
        ("on: {dog: {led: green}}\nthen: 1", "m2m.yaml:2: then: unknown key"),
        ("on: [dog]", "on: is no list of classes"),
        ("on: {dog: {led: green}, dog: {led: red}}", "on.dog: duplicate key"),
        ("", "holds no action"),
        ("- on", "holds no action"),
        ("on: {dog: {", "is not YAML"),
    ],
)
def test_what_is_refused(text: str, said: str, model: Path, gpio: GpioValues) -> None:
    faults = faults_of(text, model, gpio)
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("m2m.yaml") for fault in faults)


def test_all_faults_come_together(model: Path, gpio: GpioValues) -> None:
    text = "on:\n  dig: {led: green}\n  dog: {led: blue, sound: 1}\n  rain: 7\nof: {}\n"
    faults = "\n".join(faults_of(text, model, gpio))
    for said in ("no class 'dig'", "no LED 'blue'", "on.dog.sound", "on.rain: says", ":5: of"):
        assert said in faults


def test_a_named_file_that_is_not_there(model: Path, gpio: GpioValues) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_actions(model.with_name("absent.yaml"), model, LABELS, EVENTS, gpio)
