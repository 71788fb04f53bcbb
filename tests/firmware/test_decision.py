# SPDX-License-Identifier: Apache-2.0
"""library/decision.c, alone and sanitised, against the rule in Python: any rules and sums."""

from __future__ import annotations

import ctypes
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.decision import NO_PATCH, UNDECIDED, Decision, DecisionRule, Head
from generator.project.target_flags import WARNINGS
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_host_cc
from generator.wire.capacity import CLASSES_LIMIT

CLASSES = 20
"""More than two bytes of the mask."""

MASK_BYTES = 32


class Answer(ctypes.Structure):
    """`struct decision`."""

    _fields_ = [("label", ctypes.c_int32), ("detected", ctypes.c_uint8 * MASK_BYTES)]


def compile_decision(directory: Path, classes: int) -> ctypes.CDLL:
    """library/decision.c for a network of so many classes."""
    header = directory / "network" / "network.h"
    header.parent.mkdir()
    header.write_text(f"#include <stdint.h>\n#define NETWORK_CLASSES {classes}u\n")
    target = directory / "decision.so"
    trap = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    command = [
        *(*find_host_cc(), "-std=c11", "-O1", "-fPIC", "-shared", *trap, *WARNINGS),
        *(f"-I{directory}", f"-I{TEMPLATES_DIR}", str(TEMPLATES_DIR / "library" / "decision.c")),
        *("-o", str(target)),
    ]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(target))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return compile_decision(tmp_path_factory.mktemp("decision"), CLASSES)


def decide_in_c(
    library: ctypes.CDLL, rule: DecisionRule, sums: list[int], patches: int
) -> Decision:
    classes = len(rule.thresholds)

    class Rule(ctypes.Structure):
        """`struct decision_rule`."""

        _fields_ = [
            ("head", ctypes.c_int),
            ("fallback", ctypes.c_int32),
            ("thresholds", ctypes.c_int8 * classes),
        ]

    head = 2 if rule.head is Head.SIGMOID else 1
    given_rule = Rule(head, rule.fallback, (ctypes.c_int8 * classes)(*rule.thresholds))
    answer = Answer(99, (ctypes.c_uint8 * MASK_BYTES)(*[0xFF] * MASK_BYTES))
    library.decision_make(
        ctypes.byref(given_rule),
        (ctypes.c_int32 * classes)(*sums),
        ctypes.c_uint32(patches),
        ctypes.byref(answer),
    )
    bits = int.from_bytes(bytes(answer.detected), "little")
    return Decision(answer.label, tuple(i for i in range(8 * MASK_BYTES) if bits >> i & 1))


@st.composite
def rules(draw: st.DrawFn) -> DecisionRule:
    """Thresholds of few values, so that ties and edges are common."""
    head = draw(st.sampled_from(Head))
    steps = st.sampled_from([-128, -127, 0, 26, 127])
    thresholds = tuple(draw(st.lists(steps, min_size=CLASSES, max_size=CLASSES)))
    other = draw(st.none() | st.integers(0, CLASSES - 1)) if head is Head.SOFTMAX else None
    return DecisionRule(head, thresholds, other)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(rule=rules(), patches=st.integers(0, 5000), data=st.data())
def test_c_and_python_decide_alike(
    library: ctypes.CDLL, rule: DecisionRule, patches: int, data: st.DataObject
) -> None:
    edges = [step * patches + off for step in (-128, 0, 26, 127) for off in (-1, 0, 1)]
    possible = [edge for edge in edges if -128 * patches <= edge <= 127 * patches] or [0]
    scores = st.sampled_from(possible)
    sums = data.draw(st.lists(scores, min_size=CLASSES, max_size=CLASSES))
    assert decide_in_c(library, rule, sums, patches) == rule.decide(sums, patches)


def sums_of(**scores: int) -> list[int]:
    """A clip of one patch in which all scores are lowest, but for some: c3=40."""
    sums = [-128] * CLASSES
    for name, score in scores.items():
        sums[int(name[1:])] = score
    return sums


SURE = DecisionRule(Head.SOFTMAX, (26,) * CLASSES)
OTHER = DecisionRule(Head.SOFTMAX, (26,) * CLASSES, other=19)
SEVERAL = DecisionRule(Head.SIGMOID, (0,) * 10 + (50,) * 10)


@pytest.mark.parametrize(
    ("rule", "sums", "label", "detected"),
    [
        (SURE, sums_of(c3=26, c9=25), 3, (3,)),
        (SURE, sums_of(c3=25), UNDECIDED, ()),
        (SURE, sums_of(c3=80, c9=80), 3, (3,)),
        (OTHER, sums_of(c3=26), 3, (3,)),
        (OTHER, sums_of(c3=25), 19, (19,)),
        (OTHER, sums_of(c19=-30, c3=-31), 19, (19,)),
        (SEVERAL, sums_of(c0=0, c1=-1, c12=50, c13=49), 12, (0, 12)),
        (SEVERAL, sums_of(c8=60, c16=60, c17=61), 17, (8, 16, 17)),
        (SEVERAL, sums_of(c8=60, c16=60), 8, (8, 16)),
        (SEVERAL, sums_of(c2=-1, c11=49), UNDECIDED, ()),
    ],
)
def test_the_rule(
    library: ctypes.CDLL, rule: DecisionRule, sums: list[int], label: int, detected: tuple[int, ...]
) -> None:
    """What ADR 0012 says, case by case."""
    expected = Decision(label, detected)
    assert rule.decide(sums, 1) == expected
    assert decide_in_c(library, rule, sums, 1) == expected


def test_a_clip_without_a_patch(library: ctypes.CDLL) -> None:
    for rule in (SURE, OTHER, SEVERAL):
        assert decide_in_c(library, rule, [0] * CLASSES, 0) == Decision(NO_PATCH, ())


def test_a_threshold_is_one_of_the_mean(library: ctypes.CDLL) -> None:
    """Two patches at 20 and 32 have the mean 26."""
    assert decide_in_c(library, SURE, sums_of(c3=52), 2).label == 3
    assert decide_in_c(library, SURE, sums_of(c3=51), 2).label == UNDECIDED


@pytest.mark.parametrize("classes", [1, CLASSES_LIMIT, 256])
def test_the_mask_has_a_bit_for_every_class(tmp_path: Path, classes: int) -> None:
    """From a detector's one class to as many as the link carries, and as the mask has bits."""
    library = compile_decision(tmp_path, classes)
    drawn = random.Random(classes)
    for head in Head:
        for patches in (1, 7, 371_000):  # the longest clip that 32 bits can count
            thresholds = tuple(drawn.choice([-128, -1, 127]) for _ in range(classes))
            rule = DecisionRule(head, thresholds)
            sums = [patches * drawn.choice([-128, -2, -1, 0, 127]) for _ in range(classes)]
            assert decide_in_c(library, rule, sums, patches) == rule.decide(sums, patches)
    everything = DecisionRule(Head.SIGMOID, (-127,) * classes)
    found = decide_in_c(library, everything, [-127] * classes, 1)
    assert found == Decision(0, tuple(range(classes)))
