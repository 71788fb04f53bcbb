# SPDX-License-Identifier: Apache-2.0
"""`mel2metal compare`: the engines side by side, on one board and clips.

Builds and runs an image for each engine that this machine has, the one after the other, by the same
tests; prints time, RAM and flash of both, counted alike from the linked images, and what is
published of the same model. 0: all ran. Else the exit code of the first run that failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console

from generator.bounded_json import load_json
from generator.command_parser import CommandParser
from generator.engines.engine import BUILTIN, ENGINES, STEDGEAI
from generator.engines.stedgeai.locate import find_install
from generator.errors import ToolError
from generator.extras import HIL
from generator.model.published import hash_clips, published_rows
from generator.project.manifest import FOOTPRINT_FILE, project_name
from generator.repository import DEFAULT_OUT_DIR
from generator.terminal.fitted_table import FittedTable, numbers, words
from generator.terminal.tool_progress import install_what_is_needed
from hil.input_check import check_inputs, read_arguments
from hil.option_table import prefixed_arguments
from hil.report.run_folder import latest_run
from hil.suite_command import suite_command

TESTS = ("test_handshake", "test_clips", "test_latency_and_memory")
FOOTPRINT_COLUMNS = (
    *("activation_ram_bytes", "runtime_ram_bytes", "total_ram_bytes"),
    *("weights_flash_bytes", "code_flash_bytes", "total_flash_bytes"),
)
"""Of footprint.json, in the order of the published rows."""

HEADINGS = (
    "ms a patch *1",
    *("activations", "run time", "RAM", "weights", "code", "flash"),
    *("right %", "stack B", "clips", "divergences"),
)

NOTES = "*1 cycles / 160 MHz   ~ estimated"
PUBLISHED_NOTE = "   * published by ST for Yamnet-256 on B-U585I-IOT02A, not measured here"


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What one engine's run left behind."""

    engine: str
    model_sha256: str
    network_ms: float | None
    is_estimated: bool
    footprint_kib: tuple[float, ...]
    stack_bytes: int | None
    accuracy: float | None
    clips: int
    divergences: int | None
    clips_sha256: str
    """`hash_clips` of the clips that were played."""

    @classmethod
    def read(cls, report: Path, footprint: Path) -> EngineRun:
        """From report.json, details.json beside it, and footprint.json."""
        said: dict[str, Any] = load_json(report.read_text(encoding="utf-8"))
        details: dict[str, Any] = load_json(report.with_name("details.json").read_text("utf-8"))
        labels = details["labels"]
        network: dict[str, int] = load_json(footprint.read_text(encoding="utf-8"))["network"]
        return cls(
            engine=str(said["engine"]),
            model_sha256=str(said["model_sha256"]),
            network_ms=said["latency"]["network_ms_at_160mhz"],
            is_estimated=said["latency"]["cycles_are"] == "estimated",
            footprint_kib=tuple(network[name] / 1024 for name in FOOTPRINT_COLUMNS),
            stack_bytes=said["stack_high_water_bytes"],
            accuracy=said["accuracy"],
            clips=int(said["clips"]),
            divergences=said["divergences"],
            clips_sha256=hash_clips(
                (clip["clip"], "+".join(labels[label] for label in clip["truth"] or ()))
                for clip in details["clips"]
            ),
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """Its column of the table, from time down to divergences."""
        ms = "-" if self.network_ms is None else f"{self.network_ms:.2f}"
        return (
            f"{'~' if self.is_estimated else ''}{ms}",
            *(f"{kib:.2f}" for kib in self.footprint_kib),
            "-" if self.accuracy is None else f"{100 * self.accuracy:.2f}",
            "-" if self.stack_bytes is None else f"{self.stack_bytes:,}",
            str(self.clips),
            "-" if self.divergences is None else str(self.divergences),
        )


def _run(options: argparse.Namespace, console: Console) -> int:
    import_module("pytest")
    of_suite = ["--board", options.board, "--clips", str(options.clips), *options.passed_on]
    given = read_arguments(of_suite)
    if given is not None:
        check_inputs(given, console)
    install_what_is_needed(console, None)
    engines, exit_code = [BUILTIN], 0
    try:
        install = find_install(options.stedgeai, os.environ)
        console.print(f"{STEDGEAI}: {install.version.title}, {install.program}", markup=False)
        engines.append(STEDGEAI)
    except ToolError as error:
        console.print(f"{STEDGEAI}: left out. {error}", markup=False, soft_wrap=True)
    runs: list[EngineRun] = []
    for engine in engines:
        board_folder = _report_dir(options.build_dir, engine) / options.board
        before = latest_run(board_folder)
        code = _run_engine(engine, options)
        exit_code = exit_code or code
        project = project_name(options.board, taps=False, engine=engine)
        run = latest_run(board_folder)
        if run is not None and run != before and (report := run / "report.json").is_file():
            runs.append(EngineRun.read(report, options.build_dir / project / FOOTPRINT_FILE))
    if runs:
        print_comparison(console, options.board, runs)
    return exit_code


def print_comparison(console: Console, board: str, runs: Sequence[EngineRun]) -> None:
    """A column for each of our runs, then what is published of the model that they ran."""
    published = published_rows(runs[0].model_sha256, runs[0].clips_sha256) if runs else ()
    engines = [*(run.engine for run in runs), *(f"{row.engine} *" for row in published)]
    title = f"The network alone on {board}, RAM and flash in KiB"
    table = FittedTable(words(""), *numbers(*engines), title=title)
    columns: list[Sequence[str]] = [run.cells for run in runs]
    for row in published:
        footprint = (f"{kib:.2f}" for kib in row.footprint_kib)
        accuracy = "-" if row.accuracy_percent is None else f"{row.accuracy_percent:.1f}"
        columns.append((f"{row.network_ms:.2f}", *footprint, accuracy, "-", "-", "-"))
    for heading, *cells in zip(HEADINGS, *columns, strict=True):
        table.add_row(heading, *cells)
    console.print(table)
    console.print(f"{NOTES}{PUBLISHED_NOTE if published else ''}", markup=False)


def _report_dir(build_dir: Path, engine: str) -> Path:
    return build_dir / "compare" / engine


def _run_engine(engine: str, options: argparse.Namespace) -> int:
    report_dir = _report_dir(options.build_dir, engine)
    ours = ["--board", options.board, "--engine", engine, "--build-dir", str(options.build_dir)]
    ours += ["--report-dir", str(report_dir), "--clips", str(options.clips)]
    if engine == STEDGEAI and options.stedgeai:
        ours += ["--stedgeai", options.stedgeai]
    words = suite_command(["-q", *prefixed_arguments([*ours, *options.passed_on])], TESTS)
    return subprocess.run(words, check=False).returncode


def add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to those of `mel2metal`."""
    parser = commands.add_parser(
        "compare",
        help="the engines side by side, on one board and clips",
        description="The engines side by side: " + ", ".join(ENGINES),
        epilog="Other options go to pytest as they are: --virtual, --model, --labels, --sounds ...",
        allow_abbrev=False,
    )
    assert isinstance(parser, CommandParser)
    parser.add_argument("--board", required=True, metavar="NAME", help="board of boards.yaml")
    parser.add_argument("--clips", type=int, default=10, metavar="N", help="clips (default: 10)")
    parser.add_argument("--stedgeai", metavar="PATH", help="ST's program or installation")
    parser.add_argument(
        "--build-dir", type=_whole, default=DEFAULT_OUT_DIR, metavar="DIR", help="for both"
    )
    parser.pass_on(lambda add: None)
    parser.set_defaults(run=_run, extra=HIL)


def _whole(text: str) -> Path:
    return Path(text).resolve()
