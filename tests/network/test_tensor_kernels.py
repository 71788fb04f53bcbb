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
    quantised,
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
