# SPDX-License-Identifier: Apache-2.0
"""The footprint as tables for the terminal, beside what ST publishes of the same model."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from generator.boards.record import BoardSpec
from generator.engines.engine import BUILTIN
from generator.model.published import PublishedRow, published_rows
from generator.terminal.fitted_table import FittedTable, numbers, words
from generator.toolchain.footprint import Footprint
from generator.toolchain.stack_bound.bound import StackBound

PUBLISHED_NOTE = "* Yamnet-256 64x96 int8 on B-U585I-IOT02A, published by ST, not measured here"


def print_footprint(
    console: Console,
    footprint: Footprint,
    board: BoardSpec,
    *,
    model_sha256: str,
    engine: str = BUILTIN,
) -> None:
    """Print the network's columns, the parts, and the budgets."""
    published = published_rows(model_sha256)
    console.print(_network_table(footprint, engine, published))
    if published:
        console.print(PUBLISHED_NOTE, highlight=False)
    console.print(_part_table(footprint))
    image, budgets = footprint.image, board.budgets
    console.print(
        f"image: RAM {image.ram_bytes:,} of {budgets.image_ram_bytes:,} B "
        f"({image.stack_bytes:,} B of it stack), "
        f"flash {image.flash_bytes:,} of {budgets.image_flash_bytes:,} B",
        highlight=False,
    )
    if footprint.stack is not None:
        console.print(stack_line(footprint.stack), highlight=False, markup=False)


def stack_line(stack: StackBound) -> str:
    """What is linked for the stack, and the most that is ever on it."""
    if stack.bound_bytes is None:
        return f"stack: {stack.linked_bytes:,} B linked, no bound: {stack.unknown_because}"
    interrupts = stack.bound_bytes - stack.calls_bytes
    return (
        f"stack: at most {stack.bound_bytes:,} of {stack.linked_bytes:,} B "
        f"(calls {stack.calls_bytes:,}, interrupts and a fault {interrupts:,})"
    )


def _network_table(
    footprint: Footprint, engine: str, published: Sequence[PublishedRow]
) -> FittedTable:
    columns = numbers("activations", "runtime", "RAM", "weights", "code", "flash")
    table = FittedTable(words("engine"), *columns, title="The network alone, KiB")
    ours = footprint.network.columns_bytes
    name = "mel2metal" if engine == BUILTIN else f"mel2metal, {engine}"
    table.add_row(name, *(f"{count / 1024:.2f}" for count in ours), style="bold")
    for row in published:
        table.add_row(f"{row.engine} *", *(f"{kib:.2f}" for kib in row.footprint_kib))
    return table


def _part_table(footprint: Footprint) -> FittedTable:
    columns = ["code", "constants", "data", "bss"]
    if any(part.itcm_bytes for part in footprint.by_part.values()):
        columns.append("ITCM")
    headings = numbers(*columns, "flash", "RAM")
    table = FittedTable(words("part"), *headings, title="Everything linked, bytes")
    for name, part in footprint.by_part.items():
        kinds = (part.text_bytes, part.rodata_bytes, part.data_bytes, part.bss_bytes)
        row = (*kinds, part.itcm_bytes)[: len(columns)]
        table.add_row(name, *(f"{n:,}" for n in (*row, part.flash_bytes, part.ram_bytes)))
    stack = f"{footprint.image.stack_bytes:,}"
    table.add_row("stack", "", "", "", stack, *[""] * (len(columns) - 3), stack)
    return table
