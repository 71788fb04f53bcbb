# SPDX-License-Identifier: Apache-2.0
"""stream.c alone: which stage makes which row when, from which rows, and what the taps receive.

Rings hold one byte a row, its number plus 100; kernels are Python functions that write down what
they were given.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from generator.repository import TEMPLATES_DIR
from tests.support.network_build import COMPILE

NETWORK_HEADER = """
#pragma once
#include <stdint.h>
#define NETWORK_WIDEST_ROW_BYTES 64u
#define NETWORK_CLASSES 2u
#define NETWORK_OPERATORS 50u
void network_scores_f32(float scores[NETWORK_CLASSES]);
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes);
"""

DRIVER = """
#include "network/network.h"
static void (*listener)(uint32_t, uint32_t, const void *, uint32_t);
void test_set_tap(void (*tap)(uint32_t, uint32_t, const void *, uint32_t));
void test_set_tap(void (*tap)(uint32_t, uint32_t, const void *, uint32_t)) { listener = tap; }
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes)
{
    listener(operator_index, row, values, bytes);
}
void network_scores_f32(float scores[NETWORK_CLASSES]) { scores[0] = 0.25f; scores[1] = 0.75f; }
"""

NO_OPERATOR = 0xFFFF
BORDER = 99
FIRST_BYTE = 100
OF_A_GROUP = 16
"""Added to a row's byte for each group before its own."""


class RowView(ctypes.Structure):
    _fields_ = [("pixels", ctypes.POINTER(ctypes.c_uint8)), ("channel_stride", ctypes.c_uint32)]


class Ring(ctypes.Structure):
    _fields_ = [
        ("rows", ctypes.c_void_p),
        ("border_row", ctypes.c_void_p),
        ("group_bytes", ctypes.c_uint32),
        ("groups", ctypes.c_uint16),
        ("places", ctypes.c_uint16),
        ("height", ctypes.c_uint16),
        ("channel_stride", ctypes.c_uint16),
        ("channels", ctypes.c_uint16),
        ("group_channels", ctypes.c_uint16),
        ("pixels", ctypes.c_uint16),
        ("swapped", ctypes.c_uint16),
        ("rows_in", ctypes.POINTER(ctypes.c_uint32)),
        ("readers", ctypes.c_void_p),
    ]


COMBINE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.POINTER(RowView), ctypes.POINTER(ctypes.c_uint8)
)
GATHER = ctypes.CFUNCTYPE(
    None,
    ctypes.c_void_p,
    ctypes.POINTER(RowView),
    ctypes.POINTER(ctypes.c_int16),
    ctypes.c_uint32,
)
PRODUCT = ctypes.CFUNCTYPE(
    None,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_int16),
    ctypes.POINTER(ctypes.c_uint8),
    ctypes.c_uint32,
)
TAP = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32)


class Stage(ctypes.Structure):
    _fields_ = [
        ("sources", ctypes.c_void_p),
        ("target", ctypes.POINTER(Ring)),
        ("combine", COMBINE),
        ("gather", GATHER),
        ("gather_layer", ctypes.c_void_p),
        ("product", PRODUCT),
        ("layer", ctypes.c_void_p),
        ("columns", ctypes.POINTER(ctypes.c_int16)),
        ("window_rows", ctypes.c_uint16),
        ("window_stride", ctypes.c_uint16),
        ("window_before", ctypes.c_uint16),
        ("columns_operator", ctypes.c_uint16),
        ("columns_channels", ctypes.c_uint16),
        ("target_operator", ctypes.c_uint16),
        ("work_operator", ctypes.c_uint16),
    ]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("stream")
    (folder / "network").mkdir()
    (folder / "network" / "network.h").write_text(NETWORK_HEADER)
    (folder / "driver.c").write_text(DRIVER)
    network = TEMPLATES_DIR / "network"
    sources = [
        network / "stream.c",
        network / "row_taps.c",
        network / "layer_clock.c",
        network / "kernels" / "row_ring.c",
    ]
    trap = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    files = map(str, [*sources, folder / "driver.c"])
    includes = (f"-I{folder}", f"-I{TEMPLATES_DIR}")
    command = [*COMPILE, *trap, "-shared", *includes, *files, "-o", str(folder / "stream.so")]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(folder / "stream.so"))


class Bench:
    """Rings and stages put together by hand, and what happened in them."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.events: list[str] = []
        self.windows: dict[str, list[list[int]]] = {}
        self.taps: list[tuple[int, int, list[int]]] = []
        self.now = 0
        self.takes: dict[str, int] = {}
        """Cycles of a call of a stage's kernel, or of a tap."""
        self._library = library
        self._kept: list[Any] = []
        self._border = (ctypes.c_uint8 * 4)(*[BORDER] * 4)
        self._rows = (RowView * 16)()
        self._rings: list[tuple[Ring, list[Stage]]] = []
        self._tap = TAP(self._on_tap)
        library.test_set_tap(self._tap)

    def _on_tap(self, operator: int, row: int, values: int, count: int) -> None:
        self.pass_time("tap")
        data = ctypes.string_at(values, count)
        self.taps.append((operator, row, [byte - 256 * (byte > 127) for byte in data]))

    def pass_time(self, name: str) -> None:
        """Something has run."""
        self.now = (self.now + self.takes.get(name, 0)) % (1 << 32)

    def ring(self, height: int, places: int, groups: int = 1) -> Ring:
        """A ring of rows with one channel of one pixel in each of its groups."""
        memory = (ctypes.c_uint8 * (4 * places))()
        count = ctypes.c_uint32(0)
        ring = Ring(
            ctypes.addressof(memory), ctypes.addressof(self._border), 4, groups, places, height, 4,
            groups, 1, 1, 0, ctypes.pointer(count), 0,
        )  # fmt: skip
        self._kept += [memory, count]
        self._rings.append((ring, []))
        return ring

    def stage(
        self,
        name: str,
        sources: Sequence[Ring],
        target: Ring,
        window: tuple[int, int, int] = (1, 1, 0),
        *,
        operator: int = NO_OPERATOR,
        columns_operator: int = NO_OPERATOR,
        in_two_steps: bool = False,
    ) -> Stage:
        """A stage with a window of (rows, stride, rows before row 0)."""
        seen: list[list[int]] = []
        self.windows[name] = seen
        views = window[0] * len(sources)
        columns = (ctypes.c_int16 * 64)()

        def look(rows: Any, group: int = 0) -> None:
            self.pass_time(name)
            of_group = f".{group}" if sources[0].groups > 1 else ""
            self.events.append(f"{name}{target.rows_in[0]}{of_group}")
            seen.append([rows[view].pixels[0] for view in range(views)])

        def combine(layer: int, rows: Any, row: Any) -> None:
            look(rows)
            row[0] = FIRST_BYTE + target.rows_in[0]

        def gather(layer: int, rows: Any, columns: Any, group: int) -> None:
            assert layer == 1
            look(rows, group)
            columns[0] = 2 * (FIRST_BYTE + target.rows_in[0])

        def product(layer: int, columns: Any, row: Any, group: int) -> None:
            assert layer == 2
            self.pass_time(name)
            if target.groups > 1:
                self.events.append(f"{name}{target.rows_in[0]}:{group}")
            row[0] = columns[0] // 2 + OF_A_GROUP * group

        addresses = [ctypes.addressof(ring) for ring in sources]
        listed = (ctypes.c_void_p * (len(sources) + 1))(*addresses, None)
        stage = Stage(
            ctypes.addressof(listed), ctypes.pointer(target),
            COMBINE() if in_two_steps else COMBINE(combine), GATHER(gather), 1, PRODUCT(product),
            2, ctypes.cast(columns, ctypes.POINTER(ctypes.c_int16)), *window, columns_operator, 1,
            operator, operator,
        )  # fmt: skip
        self._kept += [listed, stage, columns]
        for ring, readers in self._rings:
            if any(ring is source for source in sources):
                readers.append(stage)
        return stage

    def run(self, ring: Ring) -> list[list[str]]:
        """Fill a ring row by row; returns what happened at each."""
        for one, readers in self._rings:
            listed = (ctypes.c_void_p * (len(readers) + 1))(*map(ctypes.addressof, readers), None)
            one.readers = ctypes.addressof(listed)
            self._kept.append(listed)
        happened = []
        for row in range(ring.height):
            self.events.clear()
            place = ring.rows + 4 * (row % ring.places)
            ctypes.cast(place, ctypes.POINTER(ctypes.c_uint8))[0] = FIRST_BYTE + row
            self._library.stream_row_came(self._rows, ctypes.byref(ring))
            happened.append(list(self.events))
        return happened


@pytest.fixture
def bench(library: ctypes.CDLL) -> Bench:
    return Bench(library)


def test_a_row_goes_all_the_way_before_the_next_is_made(bench: Bench) -> None:
    first, second, third = bench.ring(5, 3), bench.ring(5, 1), bench.ring(5, 1)
    bench.stage("a", [first], second, (3, 1, 1))
    bench.stage("b", [second], third)
    assert bench.run(first) == [
        [], ["a0", "b0"], ["a1", "b1"], ["a2", "b2"], ["a3", "b3", "a4", "b4"],
    ]  # fmt: skip


def test_a_window_has_the_rows_that_it_should_and_the_border_beyond(bench: Bench) -> None:
    first, second = bench.ring(5, 3), bench.ring(5, 1)
    bench.stage("a", [first], second, (3, 1, 1))
    bench.run(first)
    assert bench.windows["a"] == [
        [BORDER, 100, 101], [100, 101, 102], [101, 102, 103], [102, 103, 104], [103, 104, BORDER],
    ]  # fmt: skip


def test_a_stride_and_rows_that_no_window_takes(bench: Bench) -> None:
    first, second = bench.ring(8, 2), bench.ring(3, 1)
    bench.stage("a", [first], second, (2, 3, 0))
    assert bench.run(first) == [[], ["a0"], [], [], ["a1"], [], [], ["a2"]]
    assert bench.windows["a"] == [[100, 101], [103, 104], [106, 107]]


def test_no_stage_makes_more_rows_than_there_are(bench: Bench) -> None:
    first, second = bench.ring(6, 1), bench.ring(2, 1)
    bench.stage("a", [first], second)
    assert bench.run(first) == [["a0"], ["a1"], [], [], [], []]


def test_all_readers_work_in_order_and_a_join_waits_for_the_last_source(bench: Bench) -> None:
    first = bench.ring(4, 3)
    ahead, behind, joined = bench.ring(4, 2), bench.ring(4, 1), bench.ring(4, 1)
    bench.stage("a", [first], ahead)
    bench.stage("b", [first], behind, (3, 1, 1))
    bench.stage("c", [ahead, behind], joined)
    assert bench.run(first) == [
        ["a0"], ["a1", "b0", "c0"], ["a2", "b1", "c1"], ["a3", "b2", "c2", "b3", "c3"],
    ]  # fmt: skip
    assert bench.windows["c"] == [[100, 100], [101, 101], [102, 102], [103, 103]]


def test_windows_of_several_sources_stand_one_behind_the_other(bench: Bench) -> None:
    first = bench.ring(3, 2)
    copy, joined = bench.ring(3, 2), bench.ring(2, 1)
    bench.stage("a", [first], copy)
    bench.stage("b", [first, copy], joined, (2, 1, 0))
    bench.run(first)
    assert bench.windows["b"] == [[100, 101, 100, 101], [101, 102, 101, 102]]


def test_columns_go_from_the_first_step_to_the_second(bench: Bench) -> None:
    first, second, third = bench.ring(3, 1), bench.ring(3, 1), bench.ring(3, 1)
    bench.stage("a", [first], second, in_two_steps=True)
    bench.stage("b", [second], third)
    bench.run(first)
    assert bench.windows["b"] == [[100], [101], [102]]


def test_taps_get_each_row_of_each_operator_in_the_models_own_offset(bench: Bench) -> None:
    first, second, third = bench.ring(2, 1), bench.ring(2, 1), bench.ring(2, 1)
    bench.stage("a", [first], second, operator=41, columns_operator=40, in_two_steps=True)
    bench.stage("b", [second], third)
    bench.run(first)
    low, high = FIRST_BYTE - 128, FIRST_BYTE + 1 - 128
    assert bench.taps == [(40, 0, [low]), (41, 0, [low]), (40, 1, [high]), (41, 1, [high])]


def test_groups_are_taken_as_they_come_and_at_the_border_all_at_once(bench: Bench) -> None:
    first, second, third = bench.ring(3, 1), bench.ring(3, 5, groups=2), bench.ring(3, 1)
    bench.stage("a", [first], second, in_two_steps=True)
    bench.stage("b", [second], third, (3, 1, 1), in_two_steps=True)
    assert bench.run(first) == [
        ["a0", "a0:0", "a0:1"],
        ["a1", "a1:0", "b0.0", "a1:1", "b0.1"],
        ["a2", "a2:0", "b1.0", "a2:1", "b1.1", "b2.0", "b2.1"],
    ]
    assert bench.windows["b"] == [
        [BORDER, 100, 101], [BORDER, 116, 117],
        [100, 101, 102], [116, 117, 118],
        [101, 102, BORDER], [117, 118, BORDER],
    ]  # fmt: skip


def test_a_sum_over_rows_takes_groups_where_one_place_is_enough(bench: Bench) -> None:
    first, second, sums = bench.ring(2, 1), bench.ring(2, 1, groups=2), bench.ring(2, 2, groups=2)
    bench.stage("a", [first], second, in_two_steps=True)
    bench.stage("b", [second], sums)
    bench.run(first)
    assert bench.windows["b"] == [[100], [116], [101], [117]]


def test_the_tap_of_a_row_comes_with_its_last_group(bench: Bench) -> None:
    first, second, third = bench.ring(1, 1), bench.ring(1, 1, groups=2), bench.ring(1, 2, groups=2)
    bench.stage("a", [first], second, operator=41, in_two_steps=True)
    bench.stage("b", [second], third)
    bench.run(first)
    low = FIRST_BYTE - 128
    assert bench.taps == [(41, 0, [low, low + OF_A_GROUP])]


def test_the_clock_charges_each_operator_with_its_own_kernels(
    library: ctypes.CDLL, bench: Bench
) -> None:
    """A kernel's call takes its own time, and every read of the clock none."""
    cycles = (ctypes.c_uint32 * 52).in_dll(library, "layer_clock_cycles")
    now = ctypes.CFUNCTYPE(ctypes.c_uint32)(lambda: bench.now)
    bench.now = 0xFFFF_FFF0  # it wraps
    bench.takes = {"a": 7, "b": 100, "tap": 10_000}
    rings = [bench.ring(2, 1), bench.ring(2, 1, groups=2), bench.ring(2, 1)]
    bench.stage("a", [rings[0]], rings[1], operator=41, columns_operator=40, in_two_steps=True)
    bench.stage("b", [rings[1]], rings[2], operator=43, in_two_steps=True)
    library.layer_clock_begin(now)
    library.layer_clock_switch(50)
    bench.run(rings[0])
    bench.now += 5
    library.layer_clock_switch(51)
    told = {place: value for place, value in enumerate(cycles) if value}
    assert told == {
        40: 2 * 7,  # gathers two rows
        41: 2 * 2 * 7,  # makes two rows of two groups
        43: 2 * (2 + 1) * 100,  # takes two groups, makes one
        50: 5,
        51: 2 * 3 * 10_000,
    }
    library.layer_clock_begin(None)
