# SPDX-License-Identifier: Apache-2.0
"""The table of `mel2metal explain`."""

from __future__ import annotations

from rich.console import Console

from generator.boards.record import BoardSpec
from generator.estimate import CYCLES_PER_INSTRUCTION, estimate_time, estimate_work
from generator.explanation import Explained, Explanation, Way
from generator.network import Network
from generator.terminal.fitted_table import FittedTable, number, numbers, words
from generator.terminal.frontend_lines import print_frontend

SHORT = {
    Way.STREAMS: "rows",
    Way.REDUCES: "adds",
    Way.WHOLE: "whole",
    Way.NOTHING: "-",
}

NOTE = (
    "rows: row by row, as frames come. adds: rows are added up as they come. whole: on whole "
    "tensors, after the last row. -: nothing is run. Ring: rows kept of all. Operations: "
    "multiply-accumulates; of pools and sums the values that they read. Instructions and cycles "
    "are ESTIMATED, for one patch."
)


def print_explanation(
    console: Console, network: Network, board: BoardSpec, explained: Explanation
) -> None:
    """Operator by operator, then the reasons, then the sums."""
    graph = network.graph
    console.print(f"{graph.name}: {network.patches.frames} frames of {graph.bands} values a patch")
    print_frontend(console, network)
    console.print(_table(board, explained))
    for one in explained.operators:
        if one.why:
            console.print(f"{one.operator}: {one.why}", markup=False, soft_wrap=True)
    console.print(NOTE, style="dim", soft_wrap=True)
    time = estimate_time(board, estimate_work(network))
    operations = sum(one.operations for one in explained.operators)
    console.print(
        f"activations {network.schedule.arena_bytes:,} B, weights "
        f"{network.plan.weights_flash_bytes:,} B; {operations:,} operations a patch"
    )
    console.print(
        f"{board.id}, estimated: {explained.instructions:,} instructions of the network and "
        f"{time.work.frontend_instructions:,} of the front-end, {time.need_ms:.1f} ms of "
        f"{time.work.step_ms:.1f} ms a patch: {time.verdict}",
        soft_wrap=True,
    )


def _table(board: BoardSpec, explained: Explanation) -> FittedTable:
    table = FittedTable(
        *(number(""), words("operator"), words("runs")),
        *numbers("output", "ring", "RAM B", "operations", "cycles ~", "share"),
        keys=2,
    )
    per_instruction = CYCLES_PER_INSTRUCTION[board.core]
    whole = max(explained.instructions, 1)
    ring = f"{explained.input_ring_rows:.3g}"
    table.add_row("", "the patch", "", "", ring, f"{explained.input_ring_bytes:,}", "", "", "")
    for one in explained.operators:
        cells = (_or_dash(one.ram_bytes), _or_dash(one.operations))
        table.add_row(
            *(str(one.operator.index), one.operator.kind, SHORT[one.way]),
            "x".join(map(str, one.extent)),
            _ring(one),
            *cells,
            _or_dash(round(one.instructions * per_instruction)),
            f"{one.instructions / whole:.1%}" if one.instructions else "-",
        )
    of_stream = explained.stream_instructions
    cycles = f"{round(of_stream * per_instruction):,}"
    share = f"{of_stream / whole:.1%}"
    table.add_row("", "finding rows", "", "", "", "", "", cycles, share)
    return table


def _ring(one: Explained) -> str:
    return f"{one.ring_rows:.3g}/{one.rows}" if one.ring_rows else "-"


def _or_dash(number: int) -> str:
    return f"{number:,}" if number else "-"
