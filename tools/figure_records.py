# SPDX-License-Identifier: Apache-2.0
"""Records of runs whose figures README.md shows: docs/figures/<name>.json.

A record holds what the run printed and the JSON files that it wrote. `wrong_numbers` compares the
two: what is printed must be what the JSON says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.model.published import published_rows
from generator.repository import REPO_ROOT

FOLDER = REPO_ROOT / "docs" / "figures"

Record = dict[str, Any]

_FIRST_LINE = re.compile(r"^(?:model .*: \d+ operators|=+ mel2metal on )")
_LAST_LINE = re.compile(r"^(?:SHA-256 of the flash contents|divergences: )")
_DETAILS = ("clips_selected", "clips_played", "clips_failed", "folds_trained_on")
_KIB = ("activation_ram", "runtime_ram", "total_ram", "weights_flash", "code_flash", "total_flash")


def read_record(name: str) -> Record:
    """The record of that name; raises FileNotFoundError."""
    record: Record = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return record


def printed_lines(log: str) -> list[str]:
    """What a run printed of its result, without progress and paths of this machine.

    Raises ValueError if the log holds no whole result.
    """
    lines = [line.rstrip() for line in log.splitlines()]
    first = next((i for i, line in enumerate(lines) if _FIRST_LINE.match(line)), None)
    last = next((i for i, line in enumerate(lines) if _LAST_LINE.match(line)), None)
    if first is None or last is None or last < first:
        raise ValueError("the log holds no whole result of make firmware or make hil")
    return lines[first : last + 1]


def make_record(command: str, log: str, folder: Path, project: Path | None = None) -> Record:
    """From what `command` printed, and the folder of its project or of its report.

    `project`: with a report, the folder of the project that ran. Raises ValueError without it, and
    where the log holds no whole result.
    """
    record: Record = {"command": command, "printed": printed_lines(log)}
    if (folder / "report.json").is_file():
        if project is None:
            raise ValueError("a report needs the project that ran: --project build/u585")
        details = _read(folder / "details.json")
        record["report"] = _read(folder / "report.json")
        record["details"] = {key: details[key] for key in (*_DETAILS, "memory")}
        record["details"]["clips_retried"] = sum(bool(clip["retries"]) for clip in details["clips"])
        record["footprint"] = _read(project / "footprint.json")
    else:
        info = _read(folder / "project.json")
        record["footprint"] = _read(folder / "footprint.json")
        record["project"] = {key: info[key] for key in ("model_name", "model_sha256")}
        image = (folder / "out" / "mel2metal.bin").read_bytes()
        record["firmware_sha256"] = hashlib.sha256(image).hexdigest()
    return record


def wrong_numbers(record: Record) -> list[str]:
    """What the printed lines say otherwise than the record's JSON, or do not say."""
    text = "\n".join(record["printed"])
    checks = _of_run(record) if "report" in record else _of_firmware(record)
    wrong = []
    for pattern, expected in checks:
        found = re.search(pattern, text, re.M)
        if found is None:
            wrong.append(f"nothing is printed like {pattern}")
        elif found.groups() != tuple(expected):
            wrong.append(f"{found.group()!r}: the JSON has {', '.join(expected)}")
    return wrong


def _of_firmware(record: Record) -> Iterator[tuple[str, list[str]]]:
    footprint = record["footprint"]
    kib = [f"{footprint['network'][f'{name}_bytes'] / 1024:.2f}" for name in _KIB]
    yield r"^mel2metal" + r" +([\d.]+)" * 6 + "$", kib
    image = footprint["image"]
    yield (
        r"^image: RAM ([\d,]+) of [\d,]+ B \(([\d,]+) B of it stack\), flash ([\d,]+) of",
        [f"{image[f'{name}_bytes']:,}" for name in ("ram", "stack", "flash")],
    )
    for part, sizes in footprint["by_part"].items():
        expected = [f"{sizes['flash_bytes']:,}", f"{sizes['ram_bytes']:,}"]
        yield rf"^{part} .*? ([\d,]+) +([\d,]+)$", expected
    yield r"^model (\S+): ", [record["project"]["model_name"]]
    yield r"^SHA-256 of the flash contents: (\w+)$", [record["firmware_sha256"]]


def _of_run(record: Record) -> Iterator[tuple[str, list[str]]]:
    report, details = record["report"], record["details"]
    latency, memory = report["latency"], details["memory"]

    def counted(key: str) -> str:
        return f"{latency[key]:,.0f}"

    yield r"^=+ mel2metal on (\w+) ", [report["board"]]
    yield r", SHA-256 (\w+)…$", [report["model_sha256"][:16]]
    yield r"^firmware SHA-256 (\w+)…$", [report["firmware_sha256"][:16]]
    sizes = record["footprint"]["network"]
    yield (
        r"^mel2metal \w+ +~?([\d.]+)" + r" +([\d.]+)" * 6,
        [
            f"{latency['network_ms_at_160mhz']:.2f}",
            *(f"{sizes[f'{name}_bytes'] / 1024:.1f}" for name in _KIB),
        ],
    )
    for row in published_rows(report["model_sha256"]):
        kib = [f"{value:.1f}" for value in row.footprint_kib]
        yield (
            rf"^{re.escape(row.engine)} \* +([\d.]+)" + r" +([\d.]+)" * 6,
            [f"{row.network_ms:.2f}", *kib],
        )
    yield (
        r"^accuracy +([\d.]+) % of clips \(([\d.]+) to ([\d.]+) %, 95 % Wilson",
        [f"{100 * report[f'accuracy{end}']:.2f}" for end in ("", "_low", "_high")],
    )
    yield (
        r"^clips +(\d+) selected, (\d+) played; (\d+) patches, (\d+) retried",
        [
            *(str(details["clips_selected"]), str(report["clips"])),
            *(str(report["patches"]), str(details["clips_retried"])),
        ],
    )
    yield (
        r"^network +([\d,]+) instructions, ([\d,]+) cycles",
        [counted("network_instructions"), counted("network_cycles")],
    )
    yield (
        r"^front-end +([\d,]+) instructions, ([\d,]+) cycles",
        [counted(f"frontend_{what}_per_frame") for what in ("instructions", "cycles")],
    )
    yield r"^answer +([\d.]+) ms", [f"{latency['answer_delay_ms']:.2f}"]
    yield r"^real time +([\d.]+) %", [f"{latency['real_time_margin_percent']:.1f}"]
    yield (
        r"^stack +(\d+) of (\d+) bytes used at most, never more than (\d+)",
        [
            *(str(report["stack_high_water_bytes"]), str(memory["stack_bytes"])),
            str(report["stack_bound_bytes"]),
        ],
    )
    yield (
        r"^receive ring (\d+) of (\d+) bytes",
        [str(memory["rx_high_water_bytes"]), str(memory["rx_ring_bytes"])],
    )
    yield r"^divergences: (\w+)", [str(report["divergences"])]


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
