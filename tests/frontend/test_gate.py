# SPDX-License-Identifier: Apache-2.0
"""The silence gate: its threshold, its hangover, its blindness to a constant offset."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from generator.frontend.mel_tables import MelTables
from tests.frontend import integer_twin
from tests.frontend.host_library import HostLibrary

HOP = 160
HANGOVER = 40


def alternating_hop(amplitude: int, offset: int = 0) -> NDArray[np.int16]:
    """A hop whose RMS about its mean is `amplitude`."""
    return np.where(np.arange(HOP) % 2 == 0, offset + amplitude, offset - amplitude).astype(
        np.int16
    )


def hops(*rows: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.array(rows, dtype=np.int16)


def test_silence_keeps_it_closed(host: HostLibrary) -> None:
    assert host.gate(np.zeros((5, HOP), dtype=np.int16)) == [False] * 5


@pytest.mark.parametrize(
    ("amplitude", "is_loud"), [(1, False), (2, True), (3, True), (30000, True)]
)
def test_it_opens_at_two_steps_rms(amplitude: int, is_loud: bool, host: HostLibrary) -> None:
    assert host.gate(hops(alternating_hop(amplitude))) == [is_loud]


def test_one_sample_short_of_the_threshold_is_silence(host: HostLibrary) -> None:
    hop = alternating_hop(2)
    hop[:2] = 1, -2
    assert host.gate(hops(hop)) == [False]


@pytest.mark.parametrize("offset", [-32768, -20000, -1, 1, 32767])
def test_a_constant_offset_is_silence(offset: int, host: HostLibrary) -> None:
    assert host.gate(np.full((3, HOP), offset, dtype=np.int16)) == [False] * 3


def test_an_offset_does_not_hide_sound(host: HostLibrary) -> None:
    assert host.gate(hops(alternating_hop(2, offset=-30000))) == [True]


def test_full_scale_does_not_overflow(host: HostLibrary) -> None:
    rails = np.where(np.arange(HOP) < HOP // 2, 32767, -32768).astype(np.int16)
    assert host.gate(hops(rails, -rails - 1)) == [True, True]


def test_it_stays_open_for_the_hangover_and_no_longer(host: HostLibrary) -> None:
    silence = np.zeros(HOP, dtype=np.int16)
    rows = [alternating_hop(100), *[silence] * (HANGOVER + 3)]
    assert host.gate(hops(*rows)) == [True] * (HANGOVER + 1) + [False] * 3


def test_a_loud_hop_starts_the_hangover_anew(host: HostLibrary) -> None:
    silence = np.zeros(HOP, dtype=np.int16)
    loud = alternating_hop(100)
    rows = [loud, *[silence] * 10, loud, *[silence] * (HANGOVER + 1)]
    assert host.gate(hops(*rows)) == [True] * (12 + HANGOVER) + [False]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    pattern=st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 200]), min_size=3, max_size=120),
    offset=st.integers(-30000, 30000),
)
def test_it_equals_the_specification(
    seed: int, pattern: list[int], offset: int, host: HostLibrary, tables: MelTables
) -> None:
    random = np.random.default_rng(seed)
    rows = [offset + random.integers(-level, level + 1, HOP) for level in pattern]
    clip = np.concatenate([np.zeros(32), *rows]).astype(np.int16)
    expected = integer_twin.gate_open(clip, tables).tolist()
    assert host.gate(np.array(rows, dtype=np.int16))[2:] == expected
