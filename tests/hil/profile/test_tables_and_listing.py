# SPDX-License-Identifier: Apache-2.0
"""What is printed: whole numbers, rows that sum, lines with their counts."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from generator.errors import InputError
from hil.bench.record import Cost
from hil.profile.groups import by_function, by_layer, by_line
from hil.profile.record import SCHEMA, ProfileRecord, write_profile
from hil.profile.sources import Sources, listing, matching_files
from hil.profile.table import function_cells, line_cells, print_profile, short_names
from tests.hil.profile.calls import CALLS, CYCLES, FACTS, WHOLE, made_parts

SCALE = 1_234_567
"""Numbers as long as those of a real run."""


def made_record(scale: int = 1) -> ProfileRecord:
    parts = [
        replace(part, instructions=part.instructions * scale, cycles=part.cycles * scale)
        for part in made_parts()
    ]
    return ProfileRecord(
        schema=SCHEMA,
        board="u585",
        core="cortex-m33",
        core_clock_hz=160_000_000,
        virtual=True,
        toolchain="gcc",
        firmware_sha256="0" * 64,
        model="tiny",
        model_sha256="1" * 64,
        frontend="yamnet",
        kernels="assembly",
        optimise="memory",
        patches=2,
        instructions=WHOLE * scale,
        cycles=CYCLES * scale,
        network=Cost(instructions=118, pipeline_cycles=136),
        frontend_frame=Cost(instructions=30, pipeline_cycles=33),
        answer=Cost(instructions=60, pipeline_cycles=70),
        layers=by_layer(parts, FACTS),
        functions=by_function(parts, CALLS),
        lines=by_line(parts, lambda file, line: "a line of C;"),
    )


def printed(width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_profile(console, made_record(SCALE), top=3)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_numbers_are_never_shortened_in_80_columns() -> None:
    text = printed(80)
    record = made_record(SCALE)
    assert max(map(len, text.splitlines())) <= 80
    numbers = [(row.instructions, row.cycles) for row in record.layers]
    numbers += [(row.instructions, row.cycles) for row in record.functions[:3]]
    numbers += [(row.instructions, row.cycles) for row in record.lines[:3]]
    for instructions, cycles in numbers:
        assert f"{instructions:,}" in text
        assert f"{cycles:,}" in text


@pytest.mark.parametrize("cells", [function_cells, line_cells])
@pytest.mark.parametrize("top", [1, 3, 100])
def test_the_rows_that_are_printed_sum_to_the_whole(cells: object, top: int) -> None:
    assert callable(cells)
    rows = list(cells(made_record(), top))
    *shown, whole = [int(row[1].replace(",", "")) for row in rows]
    assert sum(shown) == whole == WHOLE
    assert any(row[0].endswith(" others") for row in rows) == (top < 100)


def test_files_of_one_name_keep_their_folders() -> None:
    assert short_names(["a/x.c", "b/x.c", "b/y.c"]) == {
        "a/x.c": "a/x.c",
        "b/x.c": "b/x.c",
        "b/y.c": "y.c",
    }


def test_json_has_every_row(tmp_path: Path) -> None:
    record = made_record()
    write_profile(tmp_path / "deep" / "profile.json", record)
    content = json.loads((tmp_path / "deep" / "profile.json").read_text())
    assert content["schema"] == SCHEMA
    for table in ("layers", "functions", "lines"):
        assert sum(row["instructions"] for row in content[table]) == content["instructions"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["profile.json"]


def test_a_listing_has_the_count_beside_the_line(tmp_path: Path) -> None:
    (tmp_path / "network").mkdir()
    (tmp_path / "network" / "stream.c").write_text("\n" * 19 + "  twenty\n  twenty_one\n")
    lines = list(listing(made_record().lines, "network/stream.c", Sources(tmp_path), WHOLE))
    assert lines[0] == f"network/stream.c: 24 instructions, {24 / WHOLE:.2%} of all"
    assert lines[20].split() == ["11", f"{11 / WHOLE:.2%}", "20", "twenty"]
    assert lines[21].split() == ["13", f"{13 / WHOLE:.2%}", "21", "twenty_one"]
    assert lines[1].split() == ["1"]


def test_a_source_that_is_not_at_hand_still_counts(tmp_path: Path) -> None:
    lines = list(listing(made_record().lines, "network/stream.c", Sources(tmp_path), WHOLE))
    assert lines[20].split() == ["11", f"{11 / WHOLE:.2%}", "20"]


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("stream.c", ["network/stream.c"]),
        ("kernels/*.S", ["network/kernels/product.S"]),
        ("network/*", [
            "network/kernels/product.S",
            "network/kernels/round.h",
            "network/network.c",
            "network/stream.c",
        ]),
    ],
)  # fmt: skip
def test_a_pattern_names_files_by_their_end(pattern: str, files: list[str]) -> None:
    assert matching_files(made_record().lines, pattern) == files


def test_a_pattern_of_no_file_says_which_there_are() -> None:
    with pytest.raises(
        InputError, match=r"no file with executed lines matches 'nothing.c'"
    ) as told:
        matching_files(made_record().lines, "nothing.c")
    assert "app/main.c" in str(told.value)
