# SPDX-License-Identifier: Apache-2.0
"""``microphone/decimator.c`` against the same in Python: bit for bit, however words are cut."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.microphone.reference import Decimator
from generator.microphone.tables import DecimatorTables, make_decimator
from tests.support.decimator_library import DecimatorLibrary

LIMITS = {8: (-(1 << 31), (1 << 31) - 1), 0: (-(1 << 23), (1 << 23) - 1)}
"""Words that a source may give, by the bits below their value: the value has 24 bits."""


def tables(order: int, word_shift: int, gain_db: float, settle_words: int = 40) -> DecimatorTables:
    return make_decimator(
        sample_rate_hz=16_000,
        word_shift=word_shift,
        full_scale=50**4 if order else 1 << 15,
        droop_order=order,
        gain_db=gain_db,
        settle_words=settle_words,
    )


CASES = {
    "pdm": tables(4, 8, 24.0),
    "pdm, high gain": tables(4, 8, 72.0, settle_words=0),
    "adc": tables(0, 0, 12.5),
    "adc, loss": tables(0, 0, -24.0, settle_words=2),
}


@cache
def library(case: str) -> DecimatorLibrary:
    return DecimatorLibrary(CASES[case])


@st.composite
def streams(draw: st.DrawFn) -> tuple[str, list[NDArray[np.int32]]]:
    """A case, and calls of any even length: noise of any level, both ends, constants."""
    case = draw(st.sampled_from(sorted(CASES)))
    low, high = LIMITS[CASES[case].word_shift]
    calls = []
    for _ in range(draw(st.integers(1, 5))):
        count = 2 * draw(st.integers(0, 200))
        kind = draw(st.sampled_from(("noise", "ends", "constant")))
        generator = np.random.default_rng(draw(st.integers(0, 1 << 32)))
        if kind == "noise":
            shift = draw(st.integers(0, 30))
            words = generator.integers(low, high, count, endpoint=True) >> shift
        elif kind == "ends":
            words = generator.choice(np.array([low, high]), count)
        else:
            words = np.full(count, draw(st.integers(low, high)))
        calls.append(words.astype(np.int32))
    return case, calls


@settings(max_examples=60, deadline=None)
@given(streams())
def test_c_gives_what_python_gives(stream: tuple[str, list[NDArray[np.int32]]]) -> None:
    case, calls = stream
    ours, theirs = library(case), Decimator(CASES[case])
    ours.reset()
    for words in calls:
        assert np.array_equal(ours.push(words), theirs.push(words))


@pytest.mark.parametrize("case", sorted(CASES))
def test_how_words_are_cut_makes_no_difference(case: str) -> None:
    low, high = LIMITS[CASES[case].word_shift]
    generator = np.random.default_rng(7)
    words = generator.integers(low, high, 1_280, endpoint=True).astype(np.int32) >> 3
    ours = library(case)
    ours.reset()
    whole = ours.push(words)
    for size in (2, 14, 62, 64, 66, 320):
        ours.reset()
        cut = [ours.push(words[begin : begin + size]) for begin in range(0, len(words), size)]
        assert np.array_equal(np.concatenate(cut), whole)


def test_the_ends_of_all_words_do_not_overflow() -> None:
    """The worst words for the filter: each end where its coefficient has the same sign."""
    for case, made in CASES.items():
        low, high = LIMITS[made.word_shift]
        signs = np.sign(np.array((*made.half, *reversed(made.half))))
        worst = np.where(signs > 0, high, low).astype(np.int32)
        quiet = np.full(20_000, low, dtype=np.int32)
        words = np.concatenate([quiet, worst, quiet])
        ours = library(case)
        ours.reset()
        assert np.array_equal(ours.push(words), Decimator(made).push(words)), case
