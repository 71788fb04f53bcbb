# SPDX-License-Identifier: Apache-2.0
"""Words are shortened, numbers never: whatever is in the cells, and however narrow it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from generator.terminal.fitted_table import FittedTable, number, numbers, shortened, words
from tests.support.narrow_terminal import assert_fits, printed

CELL_WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=60)
CELL_NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12).map("{:,}".format),
    st.floats(-1e6, 1e6).map("~{:,.2f}".format),
    st.just("-"),
)


def show(table: FittedTable, width: int) -> str:
    return printed(lambda console: console.print(table), width)


def test_words_give_way_and_numbers_stay() -> None:
    table = FittedTable(words("layer"), *numbers("MACs", "cycles ~ pipeline"), title="All")
    table.add_row("a_very_long_name_of_a_layer", "1,234,567", "7,654,321")
    table.add_row("short", "-", "1")
    assert [line.rstrip() for line in show(table, 30).splitlines()] == [
        "All",
        "                      cycles ~",
        "layer           MACs  pipeline",
        "a_very_lo… 1,234,567 7,654,321",
        "short              -         1",
    ]
    assert "a_very_long_name_of_a_layer  1,234,567" in show(table, 80)


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("pointwise_conv", 14, "pointwise_conv"),
        ("pointwise_conv", 10, "pointwise…"),
        ("stedgeai 3.0.0-20426", 12, "stedgeai…"),
        ("stedgeai 3.0.0-20426", 16, "stedgeai 3.0.0-…"),
        ("part one", 6, "part…"),
    ],
)
def test_a_number_in_words_is_shown_whole_or_not_at_all(text: str, width: int, short: str) -> None:
    assert shortened(text, width) == short


def test_what_is_too_wide_goes_on_below_with_its_key() -> None:
    columns = numbers(*(f"column{index}" for index in range(8)))
    table = FittedTable(number(""), words("layer"), *columns, keys=2)
    table.add_row("3", "pointwise", *(f"{index}00,000,000" for index in range(1, 9)))
    text = show(table, 40)
    assert_fits(text, 40)
    lines = [line for line in text.splitlines() if line.startswith("3  pointwise")]
    assert len(lines) == 4
    assert " ".join(lines).split()[2:4] == ["100,000,000", "200,000,000"]


def test_cells_are_no_markup() -> None:
    table = FittedTable(words("name"), number("n"))
    table.add_row("[bold]a[/bold] :smile:", "1")
    assert "[bold]a[/bold] :smile:" in show(table, 80)


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        FittedTable(words("name"), number("n")).add_row("a")


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(CELL_WORDS, CELL_WORDS, *[CELL_NUMBERS] * 9), min_size=1, max_size=4),
    width=st.integers(30, 120),
)
def test_no_number_is_ever_cut(rows: list[tuple[str, ...]], width: int) -> None:
    table = FittedTable(words("first"), words("second"), *numbers(*"abcdefghi"))
    for row in rows:
        table.add_row(*row)
    text = show(table, width)
    shown = text.split()
    for row in rows:
        for cell in row[2:]:
            assert cell in shown
    assert all(cell_len(line) <= width for line in text.splitlines())
