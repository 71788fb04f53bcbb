# SPDX-License-Identifier: Apache-2.0
"""library/events.c, alone and sanitised, against the running decision in Python."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.decision import DecisionRule, Head
from generator.model.event_rule import ClassEvents, Event, EventKind, EventRule, RunningDecision
from generator.model.event_settings import LONGEST_SMOOTHING_STEPS, LONGEST_STEPS
from generator.project.manifest import ProjectInfo
from generator.project.render import render_some
from generator.project.target_flags import WARNINGS
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_host_cc
from tests.support.frontends import frontend_info

CLASSES = 4
LABELS = ("dog", "bells ä", "rain", "other")
HEADS = {Head.SOFTMAX: 1, Head.SIGMOID: 2, Head.LOGITS: 3}

GUARD = 64
"""Bytes behind what C may write."""


class ClassRule(ctypes.Structure):
    """`struct event_class_rule`."""

    _fields_ = [
        *((name, ctypes.c_int16) for name in ("begin", "end")),
        *((name, ctypes.c_uint16) for name in ("minimum", "refractory", "smoothing")),
    ]


class Rule(ctypes.Structure):
    """`struct event_rule`."""

    _fields_ = [("head", ctypes.c_int), ("classes", ClassRule * CLASSES)]


class Told(ctypes.Structure):
    """`struct event`."""

    _fields_ = [
        ("kind", ctypes.c_int),
        ("score", ctypes.c_int8),
        ("label", ctypes.c_uint32),
        *((name, ctypes.c_uint64) for name in ("sample", "begin_sample")),
    ]


ON_EVENT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Told))


class Sink(ctypes.Structure):
    """`struct event_sink`."""

    _fields_ = [("context", ctypes.c_void_p), ("on_event", ON_EVENT)]


def compile_events(directory: Path, history: int) -> ctypes.CDLL:
    """library/events.c with room for so many steps, and the size of what it keeps."""
    header = directory / "network" / "network.h"
    header.parent.mkdir()
    header.write_text(f"#include <stdint.h>\n#define NETWORK_CLASSES {CLASSES}u\n")
    rule = directory / "library" / "event_rule.h"
    rule.parent.mkdir()
    rule.write_text(f"#define EVENT_RULE_STEPS {history}u\n")
    size = directory / "size.c"
    size.write_text(
        '#include "library/events.h"\nuint32_t events_size(void);\n'
        "uint32_t events_size(void) {\n    return sizeof(struct events);\n}\n"
    )
    target = directory / "events.so"
    trap = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    command = [
        *(*find_host_cc(), "-std=c11", "-O1", "-fPIC", "-shared", *trap, *WARNINGS),
        *(f"-I{directory}", f"-I{TEMPLATES_DIR}"),
        *(str(TEMPLATES_DIR / "library" / "events.c"), str(size), "-o", str(target)),
    ]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(target))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compile_events(tmp_path_factory.mktemp("events"), LONGEST_SMOOTHING_STEPS)


class EventsInC:
    """`struct events`, as `RunningDecision` has it."""

    def __init__(self, library: ctypes.CDLL, rule: EventRule) -> None:
        silent = ClassRule(0, 0, 0, 0, 0)
        classes = [
            silent
            if one is None
            else ClassRule(one.begin, one.end, one.minimum, one.refractory, one.smoothing)
            for one in rule.classes
        ]
        self._library = library
        self._rule = Rule(HEADS[rule.head], (ClassRule * CLASSES)(*classes))
        self._sink = Sink(None, ON_EVENT(self._take))
        self._told: list[Event] = []
        self._size = library.events_size()
        self._self = ctypes.create_string_buffer(b"\xa5" * (self._size + GUARD))
        library.events_begin(self._self, ctypes.byref(self._rule), ctypes.byref(self._sink))

    def _take(self, context: int | None, event: ctypes._Pointer[Told]) -> None:
        assert context is None
        told = event.contents
        kind = (EventKind.BEGINS, EventKind.ENDS)[told.kind]
        self._told.append(Event(kind, told.label, told.score, told.sample, told.begin_sample))

    def step(self, scores: list[int] | None, sample: int) -> tuple[Event, ...]:
        """One step, and the events that it tells."""
        self._told = []
        given = None if scores is None else (ctypes.c_int8 * CLASSES)(*scores)
        self._library.events_step(self._self, given, ctypes.c_uint64(sample))
        assert self._self.raw[self._size :][:GUARD] == b"\xa5" * GUARD
        return tuple(self._told)


EDGES = [-128, -127, -1, 0, 1, 26, 126, 127]


@st.composite
def class_rules(draw: st.DrawFn, smoothing: st.SearchStrategy[int]) -> ClassEvents:
    begin, end = draw(st.sampled_from(EDGES[1:])), draw(st.sampled_from(EDGES[1:]))
    return ClassEvents(
        smoothing=draw(smoothing),
        begin=max(begin, end),
        end=min(begin, end),
        minimum=draw(st.integers(1, 3) | st.just(LONGEST_STEPS)),
        refractory=draw(st.integers(0, 3) | st.just(LONGEST_STEPS)),
    )


SMOOTHING = st.integers(1, 4) | st.integers(1, LONGEST_SMOOTHING_STEPS)


@st.composite
def rules(draw: st.DrawFn) -> EventRule:
    """Of few values, so that edges are common; logits have one smoothing."""
    head = draw(st.sampled_from(Head))
    common = draw(SMOOTHING)
    smoothing = st.just(common) if head is Head.LOGITS else SMOOTHING
    one = class_rules(smoothing)
    classes = draw(st.lists(one | st.none(), min_size=CLASSES, max_size=CLASSES))
    return EventRule(head, tuple(classes))


SCORES = st.lists(st.sampled_from(EDGES) | st.integers(-128, 127), min_size=4, max_size=4)
STEPS = st.lists(SCORES | st.none(), max_size=60)


@settings(max_examples=300, deadline=None)
@given(rule=rules(), steps=STEPS, start=st.sampled_from([0, 2**32 - 11520, 2**63]))
def test_c_and_python_tell_the_same_events(
    library: ctypes.CDLL, rule: EventRule, steps: list[list[int] | None], start: int
) -> None:
    in_c, in_python = EventsInC(library, rule), RunningDecision(rule)
    active: dict[int, int] = {}
    for index, scores in enumerate(steps):
        sample = start + 11520 * (index + 1)
        told = in_c.step(scores, sample)
        assert told == in_python.step(scores, sample)
        for event in told:
            if event.kind is EventKind.BEGINS:
                assert event.label not in active
                active[event.label] = sample
            else:
                assert active.pop(event.label) == event.begin_sample


def test_a_class_of_each_kind_at_its_edges(library: ctypes.CDLL) -> None:
    """Hysteresis, minimum and refractory time in one course, step by step."""
    one = ClassEvents(smoothing=1, begin=26, end=-26, minimum=2, refractory=2)
    course = [26, 25, 26, 26, -26, -27, 127, 127, 26, 26, -128]
    rule = EventRule(Head.SIGMOID, (one, None, one, None))
    in_c, in_python = EventsInC(library, rule), RunningDecision(rule)
    found = []
    for step, score in enumerate(course):
        told = in_c.step([score, 127, -128, 127], step)
        assert told == in_python.step([score, 127, -128, 127], step)
        found += [(event.kind.value, event.label, event.sample) for event in told]
    assert found == [("begins", 0, 3), ("ends", 0, 5), ("begins", 0, 9), ("ends", 0, 10)]


def test_the_history_may_be_of_one_step(tmp_path: Path) -> None:
    library = compile_events(tmp_path, 1)
    one = ClassEvents(smoothing=1, begin=0, end=0, minimum=1, refractory=0)
    rule = EventRule(Head.SOFTMAX, (one,) * CLASSES)
    assert rule.history == 1
    in_c, in_python = EventsInC(library, rule), RunningDecision(rule)
    for step, scores in enumerate([[0, -1, 5, 6], None, [1, 1, 1, 1], [-1, 1, -1, 1]]):
        assert in_c.step(scores, step) == in_python.step(scores, step)


def test_the_rule_of_an_image_is_the_rule(tmp_path: Path) -> None:
    """event_rule.c as a compiler reads it."""
    dog = ClassEvents(smoothing=2, begin=26, end=-26, minimum=1, refractory=65_535)
    rain = ClassEvents(smoothing=5, begin=127, end=-127, minimum=65_535, refractory=0)
    events = EventRule(Head.SOFTMAX, (dog, rain, dog, None))
    decision = DecisionRule(Head.SOFTMAX, (0,) * CLASSES, 3)
    names = ("library/event_rule.c", "library/event_rule.h", "library/classes.h")
    info = ProjectInfo(
        "b", "b", "m", "", LABELS, decision, False, "0", frontend_info(), events=events
    )
    for path, content in render_some(names, info).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "network").mkdir()
    (tmp_path / "network" / "network.h").write_text(
        f"#include <stdint.h>\n#define NETWORK_CLASSES {CLASSES}u\n"
    )
    target = tmp_path / "rule.so"
    command = [
        *(*find_host_cc(), "-std=c11", "-fPIC", "-shared", *WARNINGS),
        *(f"-I{tmp_path}", f"-I{TEMPLATES_DIR}", str(tmp_path / names[0]), "-o", str(target)),
    ]
    subprocess.run(command, check=True)
    rule = Rule.in_dll(ctypes.CDLL(str(target)), "event_rule")
    assert rule.head == HEADS[Head.SOFTMAX]
    for one, held in zip(events.classes, rule.classes, strict=True):
        if one is None:
            assert held.smoothing == 0
        else:
            found = ClassEvents(held.smoothing, held.begin, held.end, held.minimum, held.refractory)
            assert found == one
    assert b"#define EVENT_RULE_STEPS 5u" in (tmp_path / names[1]).read_bytes()
