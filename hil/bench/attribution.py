# SPDX-License-Identifier: Apache-2.0
"""Which operator a call works for, told from outside.

A call of the network is told by the record that it is given: one of r0 to r3 is the address of an
object whose name has the operator's number, as `layer_6_...`, `window_0_...` or `stage_6_...`. What
a call does itself, and what it calls without such a record, belongs to that operator. So it does
not matter in which order operators take turns, or how often. Calls of the network above every such
call belong to none: they find rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

FINDING_ROWS = -2
FRONTEND = -3
REST = -4
"""Link, listener, decision, start."""
EXCEPTIONS = -5

_RECORD = re.compile(r"^(?!ring_|rows_|border_|kept_)[a-z]+_(\d+)_")
_ROOTS = {
    "network_push_frame_s8": FINDING_ROWS,
    "network_begin": FINDING_ROWS,
    "frontend_push_q15": FRONTEND,
    "listener_take_frame": REST,
}


class Call(Protocol):
    """A call of a trace."""

    @property
    def function(self) -> str:
        """Its name."""

    @property
    def arguments(self) -> tuple[int, int, int, int]:
        """r0 to r3."""

    @property
    def parent(self) -> int | None:
        """Who made it."""

    @property
    def is_exception(self) -> bool:
        """Whether it is a handler's."""


def operator_records(addresses: Mapping[str, int]) -> dict[int, int]:
    """Operators by the addresses of their records."""
    found: dict[int, int] = {}
    for name, address in addresses.items():
        match = _RECORD.match(name)
        if match:
            found[address] = int(match.group(1))
    return found


def owners_of(calls: Sequence[Call], records: Mapping[int, int]) -> list[int]:
    """Who each call works for: an operator's index, or one of the constants above."""
    owners: list[int] = []
    for call in calls:
        parent = REST if call.parent is None else owners[call.parent]
        owners.append(_owner(call, parent, records))
    return owners


def _owner(call: Call, parent: int, records: Mapping[int, int]) -> int:
    if call.is_exception or parent == EXCEPTIONS:
        return EXCEPTIONS
    if call.function in _ROOTS:
        return _ROOTS[call.function]
    if parent == FINDING_ROWS or parent >= 0:
        for value in call.arguments:
            if value in records:
                return records[value]
    return parent
