# SPDX-License-Identifier: Apache-2.0
"""Calls belong to the operator whose record they are given."""

from __future__ import annotations

from dataclasses import dataclass

from hil.bench.attribution import (
    EXCEPTIONS,
    FINDING_ROWS,
    FRONTEND,
    REST,
    operator_records,
    owners_of,
)

ADDRESSES = {
    "layer_0_first": 0x100,
    "window_0_first": 0x110,
    "layer_11_mean": 0x120,
    "stage_2_second": 0x130,
    "ring_0_first": 0x140,
    "rows_3_in_the_arena": 0x150,
    "depthwise_3x3_s1_row_u8": 0x160,
    "network_push_frame_s8": 0x170,
}
RECORDS = operator_records(ADDRESSES)


@dataclass
class Call:
    function: str
    parent: int | None
    first: int = 0
    second: int = 0
    is_exception: bool = False

    @property
    def arguments(self) -> tuple[int, int, int, int]:
        return (self.first, self.second, 0, 0)


def test_only_records_of_operators_tell_one() -> None:
    assert RECORDS == {0x100: 0, 0x110: 0, 0x120: 11, 0x130: 2}


def test_operators_may_take_turns() -> None:
    calls = [
        Call("network_push_frame_s8", None),
        Call("pointwise", 0, 0x100),
        Call("inner", 1, 0x999),
        Call("depthwise", 0, 0x7, 0x130),
        Call("pointwise", 0, 0x100),
        Call("mean", 0, 0x120),
        Call("row_ring_view", 0, 0x140),
    ]
    assert owners_of(calls, RECORDS) == [FINDING_ROWS, 0, 0, 2, 0, 11, FINDING_ROWS]


def test_front_end_network_and_the_rest_are_told_apart() -> None:
    calls = [
        Call("frontend_push_q15", None),
        Call("mel", 0, 0x100),  # only the network has operators
        Call("listener_take_frame", 0),
        Call("memcpy", 2),
        Call("network_push_frame_s8", 2),
        Call("on_patch", 2),
    ]
    assert owners_of(calls, RECORDS) == [FRONTEND, FRONTEND, REST, REST, FINDING_ROWS, REST]


def test_an_exception_costs_no_operator_anything() -> None:
    calls = [
        Call("network_push_frame_s8", None),
        Call("pointwise", 0, 0x100),
        Call("uart_interrupt", 1, is_exception=True),
        Call("start_block", 2, 0x100),
        Call("inner", 1),
    ]
    assert owners_of(calls, RECORDS) == [FINDING_ROWS, 0, EXCEPTIONS, EXCEPTIONS, 0]
