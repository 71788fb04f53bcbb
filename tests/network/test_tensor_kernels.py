# SPDX-License-Identifier: Apache-2.0
"""Each operator on whole tensors, compiled with sanitizers, against the reference interpreter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from generator.engines.builtin.constraints.lstm import MOST_UNITS
from tests.support.computing_cases import (
    SCALES_OF_PRODUCTS,
    TABLES,
    convolution,
    dense,
    every_product,
    function,
    matrices,
    pair,
    pool,
    prelu,
    reduction,
    softmax,
)
from tests.support.drawn import Random
from tests.support.lstm_cases import lstm
from tests.support.moving_cases import (
    concatenation,
    fill,
    pack,
    pad,
    slice_,
    split,
    split_v,
    strided_slice,
    transpose,
    unpack,
)
from tests.support.single_operator import (
    Case,
    check_cases,
    faults_of,
    integers,
    quantised,
    table_of,
)

MAKERS: dict[str, Callable[[Random], Case]] = {
    "CONV_2D": lambda random: convolution(random, "CONV_2D"),
    "DEPTHWISE_CONV_2D": lambda random: convolution(random, "DEPTHWISE_CONV_2D"),
    "FULLY_CONNECTED": dense,
    "ADD": lambda random: pair(random, "ADD", "AddOptions"),
    "SUB": lambda random: pair(random, "SUB", "SubOptions"),
    "MUL": lambda random: pair(random, "MUL", "MulOptions"),
    "MAXIMUM": lambda random: pair(random, "MAXIMUM", None),
    "MINIMUM": lambda random: pair(random, "MINIMUM", None),
    "PRELU": prelu,
    "BATCH_MATMUL": matrices,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
    "MAX_POOL_2D": lambda random: pool(random, "MAX_POOL_2D"),
    "AVERAGE_POOL_2D": lambda random: pool(random, "AVERAGE_POOL_2D"),
    "MEAN": lambda random: reduction(random, "MEAN"),
    "SUM": lambda random: reduction(random, "SUM"),
    "REDUCE_MAX": lambda random: reduction(random, "REDUCE_MAX"),
    "REDUCE_MIN": lambda random: reduction(random, "REDUCE_MIN"),
    "TRANSPOSE": transpose,
    "STRIDED_SLICE": strided_slice,
    "SLICE": slice_,
    "SPLIT": split,
    "SPLIT_V": split_v,
    "UNPACK": unpack,
    "PACK": pack,
    "CONCATENATION": concatenation,
    "FILL": fill,
    "PAD": lambda random: pad(random, "PAD"),
    "PADV2": lambda random: pad(random, "PADV2"),
    "SOFTMAX": lambda random: softmax(random, "SOFTMAX"),
    "LOG_SOFTMAX": lambda random: softmax(random, "LOG_SOFTMAX"),
    "LOGISTIC": lambda random: softmax(random, "LOGISTIC"),
}


for _kind in TABLES:
    MAKERS[_kind] = functools.partial(function, kind=_kind)


def cases(kind: str, count: int) -> Sequence[Case]:
    random = np.random.default_rng(sum(kind.encode()))
    made = [MAKERS[kind](random) for _ in range(count)]
    for seed, case in enumerate(made):
        case.seed = seed
    return made


@pytest.mark.parametrize("kind", MAKERS)
def test_whole_tensors_are_the_interpreters(kind: str, tmp_path: Path) -> None:
    check_cases(cases(kind, 16), tmp_path)


def test_an_lstm_of_as_many_units_as_it_may_have_is_the_interpreters(tmp_path: Path) -> None:
    check_cases([lstm(np.random.default_rng(8), MOST_UNITS)], tmp_path)


@pytest.mark.parametrize("kind", ["MUL", "PRELU"])
def test_every_product_is_the_interpreters(kind: str, tmp_path: Path) -> None:
    check_cases([every_product(kind, scales) for scales in SCALES_OF_PRODUCTS], tmp_path)


def sums(random: Random, count: int) -> Case:
    """400 sums of as many values, in every part of the output's range; every fourth with ties."""
    scale = float(np.float32(random.uniform(0.01, 0.2)))
    zeros = [int(random.integers(-128, 128)) for _ in "ab"]
    spread = float(random.uniform(2.0, 90.0)) * np.sqrt(count)
    made = scale * float(random.uniform(0.7, 1.4)) * max(spread / 60.0, 0.01)
    if not random.integers(4):
        made = scale * 2.0 ** float(np.round(np.log2(made / scale)))
    return Case(
        "SUM",
        [quantised("in", (400, count), scale, zeros[0]), integers("axes", [1])],
        [quantised("out", (400,), made, zeros[1])],
        table_of("ReducerOptions", KeepDims=False),
    )


def test_sums_of_many_values_are_the_usual_kernels(tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    made = [sums(random, count) for count in (1, 2, 3, 7, 16, 64, 333, 1000, 5000) * 2]
    check_cases(made, tmp_path)


@pytest.mark.parametrize(
    ("count", "made", "what"),
    [(33_000, 5.0, "it adds 66000"), (32_768, 0.0007, "a sum can be 2.38")],
)
def test_sums_beyond_the_kernels_numbers_are_refused(
    count: int, made: float, what: str, tmp_path: Path
) -> None:
    case = Case(
        "SUM",
        [quantised("in", (1, 2, count), 0.1, 0), integers("axes", [1, 2])],
        [quantised("out", (1,), made, 0)],
        table_of("ReducerOptions", KeepDims=False),
    )
    (fault,) = faults_of(case, tmp_path)
    assert what in fault


@pytest.mark.parametrize(("ratio", "is_taken"), [(1 / 140, False), (1 / 127, True),
                                                 (500.0, True), (514.0, False)])  # fmt: skip
def test_hard_swish_is_refused_where_the_interpreters_16_bits_end(
    ratio: float, is_taken: bool, tmp_path: Path
) -> None:
    case = Case(
        "HARD_SWISH",
        [quantised("in", (1, 16, 64), 0.25, 7)],
        [quantised("out", (1, 16, 64), 0.25 * ratio, -3)],
    )
    if is_taken:
        check_cases([case], tmp_path)
    else:
        assert "from 1/128 to 512" in faults_of(case, tmp_path)[0]


@pytest.mark.parametrize(
    ("classes", "scale", "made", "what"),
    [
        (3, 0.1, (1 / 256, -128), "scale 1/16 and zero point 127: they have 0.00390625 and -128"),
        (3, 0.1, (1 / 16, 126), "they have 0.0625 and 126"),
        (3, 16.5, (1 / 16, 127), "between 2^-24 and 16: they have 16.5"),
        (4096, 0.1, (1 / 16, 127), "at most 4,095 values along the last axis: it has 4096"),
    ],
)
def test_log_softmax_is_refused_where_the_interpreter_takes_none(
    classes: int, scale: float, made: tuple[float, int], what: str, tmp_path: Path
) -> None:
    case = Case(
        "LOG_SOFTMAX",
        [quantised("in", (1, classes), scale, 0)],
        [quantised("out", (1, classes), *made)],
    )
    (fault,) = faults_of(case, tmp_path)
    assert what in fault
