# SPDX-License-Identifier: Apache-2.0
"""What a model holds and what it will cost, before anything is rendered or compiled."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from generator.boards.fit import fit_faults, flash_need, ram_need
from generator.boards.record import BoardSpec
from generator.errors import EXIT_INPUT
from generator.estimate import UNCERTAINTY, PatchWork, TimeEstimate, estimate_time, estimate_work
from generator.model.decision import describe_rule
from generator.model.labels import count_classes
from generator.network import Network
from generator.terminal.fitted_table import FittedTable, number, numbers, words
from generator.terminal.frontend_lines import print_frontend


def print_inspection(console: Console, network: Network, boards: Mapping[str, BoardSpec]) -> int:
    """Print operators, rings and the fit on each board; return the exit code: 2 if none fits."""
    graph, plan = network.graph, network.plan
    console.print(f"{graph.name}: SHA-256 {graph.sha256}", soft_wrap=True)
    order = " (bands first in the file)" if graph.takes_bands_first else ""
    console.print(
        f"a patch is {plan.frames} frames of {plan.bands} bands{order}, int8, "
        f"scale {plan.input_scale}, zero point {plan.input_zero_point}",
        soft_wrap=True,
    )
    print_frontend(console, network)
    names = ", ".join(network.labels.names)
    console.print(f"{count_classes(graph.classes)}: {names}", markup=False)
    rule = describe_rule(network.rule, network.labels.names)
    console.print(f"decision: {rule}", markup=False, soft_wrap=True)
    console.print(_operator_table(network))
    console.print(_ring_table(network))
    console.print(
        f"activations {network.schedule.arena_bytes:,} B, weights {plan.weights_flash_bytes:,} B"
    )
    work = estimate_work(network)
    fits = [_print_fit(console, network, work, board) for board in boards.values()]
    return 0 if any(fits) else EXIT_INPUT


def _operator_table(network: Network) -> FittedTable:
    """The file's operators, with its shapes."""
    graph = network.graph
    columns = (number(""), words("operator"), words("name"), number("output"), words("type"))
    table = FittedTable(*columns, title="Operators")
    for operator in (one for one in graph.operators if not one.added):
        tensors = [graph.tensors[index] for index in operator.outputs]
        given = dict.fromkeys(graph.given_shape(index) for index in operator.outputs)
        shapes = ", ".join(" x ".join(map(str, shape)) for shape in given)
        types = ", ".join(sorted({one.dtype.lower() for one in tensors}))
        row = (str(operator.index), operator.kind, operator.name, shapes, types)
        table.add_row(*row)
    return table


def _ring_table(network: Network) -> FittedTable:
    columns = (words("ring"), *numbers("kept", "of", "bytes a row", "bytes"))
    table = FittedTable(*columns, title="Rows kept in RAM")
    for index, ring in enumerate(network.schedule.rings):
        shape = f"{index}: {ring.width} x {ring.channels}"
        sizes = (ring.height, ring.row_bytes, ring.ring_bytes)
        table.add_row(shape, f"{ring.rows_kept:.3g}", *(f"{size:,}" for size in sizes))
    scratch = (
        f"{network.schedule.arena_bytes - sum(r.ring_bytes for r in network.schedule.rings):,}"
    )
    table.add_row("scratch and sums", "", "", "", scratch)
    return table


def _print_fit(console: Console, network: Network, work: PatchWork, board: BoardSpec) -> bool:
    budgets = board.budgets
    demand = network.demand
    faults = fit_faults(board, demand)
    ram, flash = ram_need(board, demand), flash_need(demand)
    time = estimate_time(board, work)
    console.print(
        f"{board.id}: {'does not fit' if faults else 'fits'}: activations {demand.rows_bytes:,} of "
        f"{budgets.activation_ram_bytes:,} B, about {ram.total_bytes:,} of "
        f"{budgets.image_ram_bytes:,} B RAM, about {flash.total_bytes:,} of "
        f"{budgets.image_flash_bytes:,} B flash; {_time_text(time)}",
        style=_style(bool(faults), time),
        soft_wrap=True,
    )
    for fault in faults:
        console.print(f"  {fault}", markup=False, soft_wrap=True)
    if time.margin < 1.0 + UNCERTAINTY:
        console.print(f"  {_too_slow(network, time)}", markup=False, soft_wrap=True)
    return not faults and time.margin >= 1.0 - UNCERTAINTY


def _style(unfit: bool, time: TimeEstimate) -> str:
    if unfit or time.margin < 1.0 - UNCERTAINTY:
        return "bold red"
    return "green" if time.margin > 1.0 + UNCERTAINTY else "yellow"


def _time_text(time: TimeEstimate) -> str:
    return (
        f"{time.verdict}: about {time.need_ms:.1f} of {time.work.step_ms:.1f} ms a patch, "
        f"{time.margin:.1f} times over (estimated)"
    )


def _too_slow(network: Network, time: TimeEstimate) -> str:
    """What to change, with the numbers that matter."""
    patches, record, work = network.patches, network.frontend, time.work
    larger = (
        "the network"
        if work.network_instructions > work.frontend_instructions
        else ("the front-end")
    )
    share = max(work.network_instructions, work.frontend_instructions) / (
        work.network_instructions + work.frontend_instructions
    )
    remedies = ["a board with a faster core", "a narrower or shallower model"]
    if patches.overlap:
        remedies.append(
            f"less overlap than {patches.overlap} of {patches.frames} frames (patch_overlap_frames)"
        )
    if larger == "the front-end":
        remedies.append(f"a longer hop than {record.hop_samples} samples")
    return (
        f"{larger} takes {share:.0%} of the time (`mel2metal explain` shows where). "
        f"Take {', or '.join(remedies)}"
    )
