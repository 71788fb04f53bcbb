# SPDX-License-Identifier: Apache-2.0
"""The command of `make bench`, `make bench-diff` and `make bench-baseline`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from generator.errors import InputError
from generator.repository import DEFAULT_MODEL, REPO_ROOT
from hil.bench.budgets import overruns, read_budgets
from hil.bench.diff import changes
from hil.bench.estimate import estimate_of
from hil.bench.page import PAGE, write_page
from hil.bench.record import SCHEMA, BenchRecord, read_record, write_baseline, write_record
from hil.bench.run import bench_model
from hil.bench.table import print_record
from hil.option_table import add_board_options
from hil.options import Options, model_faults, read_options

EXIT_EXCEEDED = 1
WELL_KNOWN = Path("st_yamnet_256") / "yamnet_256_64x96_tl_int8.tflite"
"""ST's file, where MODELS_DIR names the folder that it is in."""
CAUSAL_MODEL = DEFAULT_MODEL.with_name("yamnet_256_esc10_causal.tflite")
"""Of the same shape, padded in time by what was before alone: its answer comes sooner."""

NETS_DIR = REPO_ROOT / "build" / "bench" / "nets"
"""Nets of other shapes: `python -m tests.support.bench_nets` makes them."""


def record_path(build_dir: Path, board: str) -> Path:
    """Where a run leaves its record."""
    return build_dir / "bench" / board / "bench.json"


def baseline_path(board: str) -> Path:
    """What it is held against."""
    return REPO_ROOT / "bench" / f"baseline-{board}.json"


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
        bench, measured = bench_model(here, options.boards[board], lambda line: None)
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
        table = Table(title=f"{board}: since the baseline", title_justify="left")
        for heading in ("model", "figure", "before", "now", "%"):
            table.add_column(heading, justify="left" if heading in {"model", "figure"} else "right")
        for one in found:
            cells = ["-" if value is None else f"{value:,}" for value in (one.before, one.now)]
            percent = "" if one.percent is None else f"{one.percent:+.2f}"
            table.add_row(one.model, one.figure, *cells, percent)
        console.print(table)
    return 0


def keep_baseline(options: Options, console: Console) -> int:
    """Make the last run the baseline, and the tables of the page those of the baselines."""
    for board in options.boards:
        now = read_record(record_path(options.build_dir, board))
        write_baseline(baseline_path(board), now)
        console.print(str(baseline_path(board)), markup=False, soft_wrap=True)
    write_page(REPO_ROOT / "bench")
    console.print(str(PAGE), markup=False, soft_wrap=True)
    return 0


def parser() -> argparse.ArgumentParser:
    """Of `python -m hil.bench`."""
    made = argparse.ArgumentParser(
        prog="python -m hil.bench",
        description="What an image costs, layer by layer, and whether it keeps its budgets.",
        epilog="1: a budget is exceeded. 2: something given is wrong. 3: a board or a tool failed.",
    )
    add = made.add_argument
    add("--board", action="append", required=True, metavar="NAME", help="board of boards.yaml")
    add("--models", nargs="+", default=[], type=Path, metavar="TFLITE", help="instead of the list")
    add("--diff", action="store_true", help="compare the last run with bench/baseline-BOARD.json")
    add("--baseline", action="store_true", help="make the last run the baseline")
    add_board_options(add)
    made.set_defaults(virtual_fault=[])
    return made


def run(arguments: Sequence[str] | None, console: Console) -> int:
    """Do what the command line asks for; raises InputError or ToolError."""
    given = parser().parse_args(arguments)
    options = read_options(vars(given).get)
    if given.diff:
        return run_diff(options, console)
    if given.baseline:
        return keep_baseline(options, console)
    chosen = [*given.models, *([Path(given.model)] if given.model else [])]
    faults = model_faults(chosen)
    if faults:
        raise InputError(faults)
    return run_bench(options, chosen or default_models(), console)
