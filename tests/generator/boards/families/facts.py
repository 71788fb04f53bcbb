# SPDX-License-Identifier: Apache-2.0
"""What the tests know of one family, as data; the tests themselves run over all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis.strategies import SearchStrategy

from generator.boards.record import BoardSpec

Changes = tuple[tuple[str, object], ...]
"""Places in a record, such as "clock.pll.divider_m", and what to write there."""


Signal = tuple[str, str]
"""A UART and its direction, "tx" or "rx"."""


@dataclass(frozen=True)
class Facts:
    """One family: its refusals by name, clocks to try, and numbers of its ports."""

    refusals: tuple[tuple[str, str, object, str], ...]
    """Board, place in its record, bad value, and what must be said."""
    bad_baud: tuple[str, Changes, str]
    """Board, changes, and the one complaint: a rate more than 2 % off."""
    clocks: SearchStrategy[tuple[str, Changes]]
    """Boards with clocks, good and bad ones."""
    check_clock: Callable[[BoardSpec], None]
    """Assert that an accepted clock is within every limit of its part."""
    vectors: Mapping[str, int]
    """Lines of each board's vector table."""
    parts: tuple[str, ...]
    """Every group of parts that the family takes, each named once."""
    foreign_part: str
    """A relative that it does not take."""
    pin_tables: tuple[tuple[tuple[str, ...], Mapping[Signal, Mapping[str, int]]], ...]
    """Parts that together have every pin of a table, and the table: pins to functions by signal."""
    left_out: Callable[[str, str], bool]
    """True for a UART and a pin that the tables leave out on purpose."""
    dmamux_requests: Mapping[str, Mapping[Signal, int]]
    """By part; a family without a DMAMUX has none."""
    interrupts: Mapping[str, tuple[str, ...]]
    """Names of a part's lines, by number."""
    no_pll: str
    """What the port says of a record without a PLL."""
