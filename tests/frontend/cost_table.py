# SPDX-License-Identifier: Apache-2.0
"""What public front-ends cost on a board: `python -m tests.frontend.cost_table` prints the rows.

Each record of docs/frontends/ is built into the firmware of a small net of its shape and runs one
clip on the virtual board: RAM and flash from the linked image, instructions from the run.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.frontend.record import Axes
from generator.frontend.record_file import read_record
from generator.repository import REPO_ROOT
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest

FOLDER = REPO_ROOT / "docs" / "frontends"
BOARD = "u585"
TESTS = ("hil/suite/test_clips.py", "hil/suite/test_latency_and_memory.py")


@dataclass(frozen=True, slots=True)
class Shape:
    """Of the net behind a front-end: frames of a patch, and the range of its input."""

    frames: int
    low: float
    high: float


SHAPES: Mapping[str, Shape] = {
    "yamnet": Shape(96, -9.2, 4.76),
    "miniresnet": Shape(50, -80.0, 0.0),
    "micro_speech": Shape(49, 0.0, 26.0),
    "mfcc_10x49": Shape(49, -60.0, 40.0),
}
HEADING = "| front-end | flash | RAM | instructions a frame | frames a second |"


def input_of(shape: Shape) -> tuple[float, int]:
    """Scale and zero point of the net's input."""
    scale = (shape.high - shape.low) / 255.0
    return scale, round(-128 - shape.low / scale)


def write_net(name: str, folder: Path) -> Path:
    """A small net that takes the features of a public record, with the record beside it."""
    source = FOLDER / f"{name}.frontend.yaml"
    record, shape = read_record(source), SHAPES[name]
    scale, zero_point = input_of(shape)
    builder = ModelBuilder(
        frames=shape.frames,
        bands=record.features,
        transposed=record.axes is Axes.BANDS_FIRST,
        input_scale=scale,
        input_zero_point=zero_point,
    )
    content = builder.conv(4, stride=(2, 2)).head(classes=3).to_bytes()
    text = source.read_text(encoding="utf-8")
    return write_model(folder / f"{name}.tflite", content, record=text)


def row(name: str, scratch: Path) -> str:
    """The row of a record; the words of its refusal where it cannot be built."""
    record, model = read_record(FOLDER / f"{name}.frontend.yaml"), write_net(name, scratch)
    build, report = scratch / "build", scratch / "report"
    done = run_pytest(
        *(*TESTS, "--board", BOARD, "--virtual", "--clips", "1", "--model", str(model)),
        *("--build-dir", str(build), "--report-dir", str(report)),
    )
    told = report / BOARD / "latest" / "report.json"
    if not told.is_file():
        return f"| `{name}` | not built: see below |\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    parts: dict[str, Any] = json.loads((build / BOARD / "footprint.json").read_text())["by_part"]
    latency: dict[str, float] = json.loads(told.read_text())["latency"]
    flash = parts["frontend"]["flash_bytes"]
    ram = parts["frontend"]["ram_bytes"] + parts["app"]["ram_bytes"]
    instructions = latency["frontend_instructions_per_frame"]
    rate = record.sample_rate_hz / record.hop_samples
    return f"| `{name}` | {flash:,} B | {ram:,} B | {instructions:,.0f} | {rate:g} |"


def main() -> int:
    """Print the table."""
    print(HEADING)
    print("|---|---|---|---|---|")
    for name in SHAPES:
        with tempfile.TemporaryDirectory(prefix="mel2metal-cost-") as scratch:
            print(row(name, Path(scratch)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
