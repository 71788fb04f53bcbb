# SPDX-License-Identifier: Apache-2.0
"""Profiles of whole images on virtual boards: the figures are the bench's and the core's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.errors import InputError
from hil.bench.record import Cost
from hil.bench.run import Measured, measure
from hil.boards.virtual_board import VirtualBoard
from hil.profile.code import code_listing
from hil.profile.record import ProfileRecord
from hil.profile.run import Profiled, profile_virtual
from hil.profile.sources import listing
from hil.profile.tree import folded
from mel2metal.__main__ import main
from tests.support.tiny_options import tiny_options

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Both:
    """A profile, what the core's own counter said meanwhile, and the bench of the same image."""

    profiled: Profiled
    counted: int
    bench: Measured

    @property
    def record(self) -> ProfileRecord:
        return self.profiled.record


@pytest.fixture(scope="module", params=["u585", "h743"])
def both(request: pytest.FixtureRequest, tiny_build: Path) -> Iterator[Both]:
    options = tiny_options(tiny_build, request.param)
    spec = options.boards[request.param]
    counts: list[int] = []
    start, take = VirtualBoard.start_profile, VirtualBoard.take_profile

    def counted_start(board: VirtualBoard):  # type: ignore[no-untyped-def]
        counts.append(board.machine.core.instructions)
        return start(board)

    def counted_take(board: VirtualBoard, profiler):  # type: ignore[no-untyped-def]
        counts.append(board.machine.core.instructions)
        return take(board, profiler)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VirtualBoard, "start_profile", counted_start)
        patch.setattr(VirtualBoard, "take_profile", counted_take)
        profiled = profile_virtual(options, spec, lambda line: None)
    bench = measure(options, spec, lambda line: None)
    yield Both(profiled, counts[1] - counts[0], bench)


def test_every_table_sums_to_what_the_core_counted(both: Both) -> None:
    record = both.record
    assert record.instructions == both.counted > 100_000
    for rows in (record.layers, record.functions, record.lines):
        assert sum(row.instructions for row in rows) == both.counted
        assert sum(row.cycles for row in rows) == record.cycles
    assert both.profiled.tree.instructions == both.counted
    assert sum(int(line.rsplit(" ", 1)[1]) for line in folded(both.profiled.tree)) == both.counted


def test_totals_are_those_of_the_bench(both: Both) -> None:
    record, bench = both.record, both.bench
    assert record.network == bench.network
    assert record.frontend_frame == bench.frontend_frame
    assert record.answer == bench.answer


def test_layers_are_those_of_the_bench(both: Both) -> None:
    def of_row(instructions: int, cycles: int) -> tuple[int | None, int | None]:
        patches = both.record.patches
        return round(instructions / patches), round(cycles / patches)

    def of_bench(cost: Cost) -> tuple[int | None, int | None]:
        return cost.instructions, cost.pipeline_cycles

    rows = {row.index: row for row in both.record.layers if row.index is not None}
    assert rows.keys() == both.bench.operators.keys()
    for index, row in rows.items():
        assert of_row(row.instructions, row.cycles) == of_bench(both.bench.operators[index])
    (finding,) = (row for row in both.record.layers if row.title == "finding rows")
    assert of_row(finding.instructions, finding.cycles) == of_bench(both.bench.finding_rows)


def test_functions_and_lines_are_told(both: Both) -> None:
    functions = {(row.name, row.is_inlined): row for row in both.record.functions}
    push = functions["network_push_frame_s8", False]
    network = sum(
        row.instructions
        for row in both.record.layers
        if row.index is not None or row.title == "finding rows"
    )
    begin = functions["network_begin", False].with_callees
    assert push.with_callees + begin == network
    assert any(is_inlined and row.instructions for (_, is_inlined), row in functions.items())
    without_line = sum(row.instructions for row in both.record.lines if not row.file)
    assert without_line < both.counted / 100
    assert all(row.text for row in both.record.lines if row.file and row.instructions > 1000)


def test_paths_are_the_projects(both: Both) -> None:
    files = {row.file for row in both.record.lines if row.file}
    assert {"network/stream.c", "app/link.c"} <= files
    assert not [file for file in files if file.startswith("/")]


def test_a_listing_holds_all_of_a_file(both: Both) -> None:
    rows = both.record.lines
    lines = list(listing(rows, "network/stream.c", both.profiled.sources, both.counted))
    counts = [int(line[:14].replace(",", "")) for line in lines[1:] if line[:14].strip()]
    assert sum(counts) == sum(row.instructions for row in rows if row.file == "network/stream.c")
    assert any("make_next_row" in line for line in lines)


def test_a_functions_code_has_the_count_of_each_instruction(both: Both) -> None:
    profiled = both.profiled
    lines = list(code_listing(profiled.elf, profiled.parts, "network_push_frame_s8"))[2:]
    executed = [int(line[:14].replace(",", "")) for line in lines if line[:14].strip()]
    parts = [one for one in profiled.parts if one.place.function == "network_push_frame_s8"]
    assert sum(executed) == sum(part.instructions for part in parts)
    (calls,) = (row.calls for row in both.record.functions if row.name == "network_push_frame_s8")
    assert executed[0] == calls, "its first instruction"
    assert "push" in lines[0]
    assert any("; network.c:" in line for line in lines)


def test_code_of_a_function_that_did_not_run_is_refused(both: Both) -> None:
    with pytest.raises(InputError, match="no linked function 'nothing' was executed"):
        list(code_listing(both.profiled.elf, both.profiled.parts, "nothing"))


def test_the_command_leaves_its_files_behind(
    tiny_build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["profile", "--board", "u585", "--virtual", "--model", str(tiny_build / "m.tflite")]
    picture = tmp_path / "picture" / "mine.svg"
    arguments += ["--svg", str(picture), "--folded", "--lines", "stream.c", "--top", "5"]
    assert main([*arguments, "--build-dir", str(tiny_build)]) == 0
    printed = capsys.readouterr().out
    folder = tiny_build / "profile" / "u585"
    assert sorted(path.name for path in folder.iterdir()) == [
        "lines.txt",
        "profile.json",
        "stacks.folded",
    ]
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    whole = json.loads((folder / "profile.json").read_text())["instructions"]
    assert f"{whole:,}" in printed
    assert "network/stream.c: " in printed
    assert "network/stream.c: " in (folder / "lines.txt").read_text(encoding="utf-8")


def test_all_faults_of_the_command_line_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["profile", "--board", "u585", "--board", "h743", "--virtual"]
    assert main([*arguments, "--top", "0", "--svg", "one.svg"]) == 2
    told = capsys.readouterr().err
    assert "--top: 0 rows" in told
    assert "--svg: one file for 2 boards" in told


def test_what_only_the_virtual_board_tells_is_refused_without_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["profile", "--board", "u585", "--folded", "--lines", "stream.c"]) == 2
    told = capsys.readouterr().err
    assert "--lines; --folded: a board on the desk tells cycles by layer alone" in told
    assert "add --virtual" in told
