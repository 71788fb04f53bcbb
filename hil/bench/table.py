# SPDX-License-Identifier: Apache-2.0
"""The bench as tables, for the terminal and, by the same cells, for docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from generator.terminal.fitted_table import FittedTable, numbers, words
from hil.bench.record import BenchRecord, Cost, Estimate, ModelBench

LAYER_HEADINGS = (
    *("layer", "output", "MACs", "instructions", "per MAC", "cycles ~ pipeline", "~ table"),
    *("flash read, B", "fills ~ at most", "RAM, B"),
)
TOTAL_HEADINGS = (
    *("model", "MACs", "instructions", "per MAC", "cycles ~ pipeline", "~ table", "measured"),
    *("front-end frame", "answer, ms", "network RAM", "image RAM", "network flash"),
)
PORTABLE_HEADINGS = ("model", "kernels", "instructions", "cycles ~ table", "network flash, B")
ESTIMATED = "~ estimated, without wait states; fills: most that the caches before the flash may add"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,}"


def _per(part: int | None, whole: int) -> str:
    return "-" if part is None or not whole else f"{part / whole:.2f}"


def _cells(title: str, output: str, macs: int, cost: Cost, ram: int | None) -> tuple[str, ...]:
    return (
        *(title, output, _number(macs or None), _number(cost.instructions)),
        *(_per(cost.instructions, macs), _number(cost.pipeline_cycles)),
        *(_number(cost.table_cycles), _number(cost.flash_bytes_read)),
        *(_number(cost.flash_fill_cycles), _number(ram)),
    )


def layer_rows(model: ModelBench) -> Iterator[tuple[str, ...]]:
    """A row an operator, what belongs to none, and what stands beside the network."""
    for layer in model.layers:
        output = "x".join(map(str, layer.shape))
        title = f"{layer.index} {layer.kind}"
        yield _cells(title, output, layer.macs, layer.cost, layer.ram_bytes)
    if model.layers:
        yield _cells("finding rows", "", 0, model.finding_rows, None)
    ram = model.memory.network_ram_bytes
    yield _cells("network, a patch", "", model.macs, model.network, ram)
    yield _cells("front-end, a frame", "", 0, model.frontend_frame, None)
    yield _cells("answer, a patch", f"{model.answer_ms} ms", 0, model.answer, None)


def total_row(model: ModelBench) -> tuple[str, ...]:
    """One model's figures."""
    cost, memory = model.network, model.memory
    frame = model.frontend_frame
    return (
        *(model.name, _number(model.macs), _number(cost.instructions)),
        *(_per(cost.instructions, model.macs), _number(cost.pipeline_cycles)),
        *(_number(cost.table_cycles), _number(cost.measured_cycles)),
        *(_number(frame.instructions or frame.measured_cycles), f"{model.answer_ms:.2f}"),
        *(_number(memory.network_ram_bytes), _number(memory.image_ram_bytes)),
        _number(memory.network_flash_bytes),
    )


def portable_rows(model: ModelBench) -> Iterator[tuple[str, ...]]:
    """The hand-written kernels beside the portable ones; nothing where there are none."""
    if model.portable is None:
        return
    for kind, cost, flash in (
        ("hand-written", model.network, model.memory.network_flash_bytes),
        ("portable C", model.portable.network, model.portable.network_flash_bytes),
    ):
        cycles = cost.measured_cycles or cost.table_cycles
        yield (model.name, kind, _number(cost.instructions), _number(cycles), _number(flash))


def estimate_lines(estimate: Estimate) -> tuple[str, ...]:
    """How the cycles were estimated, and how far off that was."""
    return (
        f"pipeline: {estimate.pipeline_model}. Off by {estimate.lowest_percent:+.1f} to "
        f"{estimate.highest_percent:+.1f} % over {estimate.published_sequences} published "
        f"sequences; {estimate.uncovered_percent:.0f} % of the networks' cycles are of kinds of "
        "instructions that none of these has, by latencies measured one by one; were each such "
        f"result a cycle later, {estimate.later_percent:.1f} % more",
        f"table: {estimate.table}. Off by {estimate.table_lowest_percent:+.1f} to "
        f"{estimate.table_highest_percent:+.1f} % over the same",
        f"flash: {estimate.flash}; added to neither",
    )


def print_record(console: Console, record: BenchRecord) -> None:
    """All tables of a run."""
    for model in record.models:
        title = f"{model.name} on {record.board} at {record.core_clock_hz / 1e6:g} MHz, a patch"
        _print(
            console,
            f"{title}: {model.frames} frames of {model.bands}",
            LAYER_HEADINGS,
            layer_rows(model),
        )
    _print(console, f"All on {record.board}", TOTAL_HEADINGS, map(total_row, record.models))
    portable = [row for model in record.models for row in portable_rows(model)]
    if portable:
        _print(console, "What hand-written kernels bring", PORTABLE_HEADINGS, portable)
    else:
        console.print("portable C kernels: not asked for", markup=False)
    if record.estimate is not None:
        for line in (ESTIMATED, *estimate_lines(record.estimate)):
            console.print(line, markup=False, soft_wrap=True)


def _print(
    console: Console,
    title: str,
    headings: Sequence[str],
    rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]],
) -> None:
    table = FittedTable(words(headings[0]), *numbers(*headings[1:]), title=title)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def markdown(
    headings: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]
) -> list[str]:
    """The same table for a page."""
    lines = [f"| {' | '.join(headings)} |", f"|---{'|---:' * (len(headings) - 1)}|"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]
