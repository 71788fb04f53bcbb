# SPDX-License-Identifier: Apache-2.0
"""The command of `make bench`, `make bench-diff` and `make bench-baseline`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from generator.errors import Fault, InputError, ToolError
from generator.notices import notices_apart
from generator.repository import DATA_DIR, DEFAULT_MODEL, DEFAULT_OUT_DIR, IN_CHECKOUT
from generator.terminal.fitted_table import FittedTable, numbers, words
from generator.terminal.tool_progress import install_what_is_needed
from hil.bench.budgets import overruns, read_budgets
from hil.bench.diff import changes
from hil.bench.estimate import estimate_of
from hil.bench.page import PAGE, write_page
from hil.bench.record import SCHEMA, BenchRecord, read_record, write_baseline, write_record
from hil.bench.run import bench_model
from hil.bench.table import print_record
from hil.options import Options, collect_network, read_options

EXIT_EXCEEDED = 1
WELL_KNOWN = Path("st_yamnet_256") / "yamnet_256_64x96_tl_int8.tflite"
"""ST's file, where MODELS_DIR names the folder that it is in."""
CAUSAL_MODEL = DEFAULT_MODEL.with_name("yamnet_256_esc10_causal.tflite")
"""Of the same shape, padded in time by what was before alone: its answer comes sooner."""

NETS_DIR = DEFAULT_OUT_DIR / "bench" / "nets"
"""Nets of other shapes: `python -m tests.support.bench_nets` makes them."""


def record_path(build_dir: Path, board: str) -> Path:
    """Where a run leaves its record."""
    return build_dir / "bench" / board / "bench.json"


def baseline_path(board: str) -> Path:
    """What it is held against."""
    return DATA_DIR / "bench" / f"baseline-{board}.json"


def default_models() -> list[Path]:
    """The shipped models, ST's file if it is at hand, and the nets that were made."""
    folder = os.environ.get("MODELS_DIR")
    known = [Path(folder) / WELL_KNOWN] if folder else []
    return [
        DEFAULT_MODEL,
        CAUSAL_MODEL,
        *(path for path in known if path.is_file()),
        *sorted(NETS_DIR.glob("*.tflite")),
    ]


def run_bench(options: Options, models: Sequence[Path], console: Console) -> int:
    """Every model on every board; 1 where a budget is exceeded."""
    budgets = read_budgets()
    exit_code = 0
    for spec in options.boards.values():
        record = _run_board(options, spec.id, models, console)
        path = record_path(options.build_dir, spec.id)
        write_record(path, record)
        print_record(console, record)
        console.print(str(path), markup=False, soft_wrap=True)
        for one in overruns(record, budgets):
            console.print(f"over budget: {one.text}", style="red", markup=False, soft_wrap=True)
            exit_code = EXIT_EXCEEDED
    return exit_code


def _run_board(
    options: Options, board: str, models: Sequence[Path], console: Console
) -> BenchRecord:
    benches, measurements = [], []
    for model in models:
        console.print(f"[bench]    {board}: {model.name}", style="dim", markup=False)
        here = replace(
            options, model=model.resolve(), build_dir=options.build_dir / "bench" / "images"
        )
        bench, measured = bench_model(here, options.boards[board], notices_apart(lambda line: None))
        benches.append(bench)
        measurements.append(measured)
    spec = options.boards[board]
    return BenchRecord(
        schema=SCHEMA,
        board=board,
        core=spec.core,
        core_clock_hz=measurements[0].core_clock_hz,
        virtual=options.virtual,
        toolchain=measurements[0].toolchain,
        estimate=estimate_of(spec, measurements) if options.virtual else None,
        models=tuple(benches),
    )


def run_diff(options: Options, console: Console) -> int:
    """The last run against the baseline; always 0: change is no fault."""
    for board in options.boards:
        before = read_record(baseline_path(board))
        now = read_record(record_path(options.build_dir, board))
        found = changes(before, now)
        if not found:
            console.print(f"{board}: as in the baseline", markup=False)
            continue
        columns = (words("model"), words("figure"), *numbers("before", "now", "%"))
        table = FittedTable(*columns, title=f"{board}: since the baseline", keys=2)
        for one in found:
            cells = ["-" if value is None else f"{value:,}" for value in (one.before, one.now)]
            percent = "" if one.percent is None else f"{one.percent:+.2f}"
            table.add_row(one.model, one.figure, *cells, percent)
        console.print(table)
    return 0


def keep_baseline(options: Options, console: Console) -> int:
    """Make the last run the baseline, and the tables of the page those of the baselines.

    Raises ToolError outside a checkout, where neither is anybody's to change.
    """
    if not IN_CHECKOUT:
        what = f"the baselines in {DATA_DIR / 'bench'} belong to the installed mel2metal"
        raise ToolError(what, "keep baselines in a checkout of mel2metal: make bench-baseline")
    for board in options.boards:
        now = read_record(record_path(options.build_dir, board))
        write_baseline(baseline_path(board), now)
        console.print(str(baseline_path(board)), markup=False, soft_wrap=True)
    write_page(DATA_DIR / "bench")
    console.print(str(PAGE), markup=False, soft_wrap=True)
    return 0


def run(options: argparse.Namespace, console: Console) -> int:
    """Do what the command line asks for; raises InputError or ToolError."""
    read = read_options(vars(options).get)
    if options.diff:
        return run_diff(read, console)
    if options.baseline:
        return keep_baseline(read, console)
    chosen = [*options.models, *([Path(options.model)] if options.model else [])]
    faults: list[Fault] = []
    for model in options.models:
        collect_network(
            *(faults, model),
            labels=read.labels,
            frontend=read.frontend,
            threshold=read.threshold,
            optimise=read.optimise,
        )
    if faults:
        raise InputError(faults)
    install_what_is_needed(console, read.cross_compile)
    return run_bench(read, chosen or default_models(), console)
