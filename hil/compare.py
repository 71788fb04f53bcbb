# SPDX-License-Identifier: Apache-2.0
"""`python -m hil.compare`, or `make compare`: the engines side by side, on one board and clips.

Builds and runs an image for each engine that this machine has, the one after the other, by the same
tests; prints time, RAM and flash of both, counted alike from the linked images, and what is
published of the same model. 0: all ran. Else the exit code of the first run that failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from generator.engines.engine import BUILTIN, ENGINES, STEDGEAI
from generator.engines.stedgeai.locate import find_install
from generator.errors import ToolError
from generator.model.published import published_rows
from generator.project.manifest import FOOTPRINT_FILE, project_name
from generator.repository import DEFAULT_OUT_DIR, REPO_ROOT

TESTS = tuple(f"hil/suite/test_{name}.py" for name in ("handshake", "clips", "latency_and_memory"))
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
PUBLISHED_NOTE = "   * published by ST for Yamnet-256 on B-U585I-IOT02A"

EXIT_INTERRUPTED = 130


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

    @classmethod
    def read(cls, report: Path, footprint: Path) -> EngineRun:
        """From report.json and footprint.json."""
        said: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        network: dict[str, int] = json.loads(footprint.read_text(encoding="utf-8"))["network"]
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and return the exit code."""
    options, passed_on = _parser().parse_known_args(arguments)
    console = Console(highlight=False)
    engines, exit_code = [BUILTIN], 0
    try:
        install = find_install(options.stedgeai, os.environ)
        console.print(f"{STEDGEAI}: {install.version.title}, {install.program}", markup=False)
        engines.append(STEDGEAI)
    except ToolError as error:
        console.print(f"{STEDGEAI}: left out. {error}", markup=False, soft_wrap=True)
    runs: list[EngineRun] = []
    try:
        for engine in engines:
            code = _run(engine, options, passed_on)
            exit_code = exit_code or code
            report = _report_dir(options.build_dir, engine) / options.board / "report.json"
            project = project_name(options.board, taps=False, engine=engine)
            if report.is_file():
                runs.append(EngineRun.read(report, options.build_dir / project / FOOTPRINT_FILE))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    if runs:
        print_comparison(console, options.board, runs)
    return exit_code


def print_comparison(console: Console, board: str, runs: Sequence[EngineRun]) -> None:
    """A column for each of our runs, then what is published of the model that they ran."""
    published = published_rows(runs[0].model_sha256) if runs else ()
    table = Table(title=f"The network alone on {board}, RAM and flash in KiB", title_justify="left")
    table.add_column("")
    columns: list[Sequence[str]] = []
    for run in runs:
        table.add_column(run.engine, justify="right", style="bold")
        columns.append(run.cells)
    for row in published:
        table.add_column(f"{row.engine} *", justify="right")
        footprint = (f"{kib:.2f}" for kib in row.footprint_kib)
        accuracy = f"{row.accuracy_percent:.1f}"
        columns.append((f"{row.network_ms:.2f}", *footprint, accuracy, "-", "-", "-"))
    for heading, *cells in zip(HEADINGS, *columns, strict=True):
        table.add_row(heading, *cells)
    console.print(table)
    console.print(f"{NOTES}{PUBLISHED_NOTE if published else ''}", markup=False)


def _report_dir(build_dir: Path, engine: str) -> Path:
    return build_dir / "compare" / engine


def _run(engine: str, options: argparse.Namespace, passed_on: Sequence[str]) -> int:
    report_dir = _report_dir(options.build_dir, engine)
    (report_dir / options.board / "report.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", *TESTS, "-q", "--board", options.board]
    command += ["--engine", engine, "--build-dir", str(options.build_dir)]
    command += ["--report-dir", str(report_dir), "--clips", str(options.clips)]
    if engine == STEDGEAI and options.stedgeai:
        command += ["--stedgeai", options.stedgeai]
    return subprocess.run([*command, *passed_on], cwd=REPO_ROOT, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hil.compare",
        description="The engines side by side: " + ", ".join(ENGINES),
        epilog="Other options go to pytest as they are: --virtual, --model, --labels, --sounds ...",
        allow_abbrev=False,
    )
    parser.add_argument("--board", required=True, metavar="NAME", help="board of boards.yaml")
    parser.add_argument("--clips", type=int, default=10, metavar="N", help="clips (default: 10)")
    parser.add_argument("--stedgeai", metavar="PATH", help="ST's program or installation")
    parser.add_argument("--build-dir", type=Path, default=DEFAULT_OUT_DIR, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
