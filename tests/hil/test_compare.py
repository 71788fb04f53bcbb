# SPDX-License-Identifier: Apache-2.0
"""The engines side by side: what is run, and how it is printed."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from generator.model.published import MODEL_SHA256
from hil.compare import FOOTPRINT_COLUMNS, EngineRun, main, print_comparison
from hil.report.run_folder import make_run_folder, point_latest
from tests.support.st_edge_ai.faults import STAND_IN

MS = {"builtin": 209.3, "stedgeai": 281.9}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The pytest runs that were started; each leaves the files of a run behind."""
    started: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        value = dict(itertools.pairwise(command))
        engine, build = value["--engine"], Path(value["--build-dir"])
        board_folder = Path(value["--report-dir"]) / value["--board"]
        folder = make_run_folder(board_folder, datetime.now(UTC), "m")
        point_latest(board_folder, folder)
        (folder / "report.json").write_text(json.dumps(report_of(engine)))
        project = build / ("u585" if engine == "builtin" else "u585-stedgeai")
        project.mkdir(parents=True)
        sizes = {name: 1024 * index for index, name in enumerate(FOOTPRINT_COLUMNS, 1)}
        (project / "footprint.json").write_text(json.dumps({"network": sizes}))
        return subprocess.CompletedProcess(command, 0 if engine == "builtin" else 1)

    monkeypatch.setattr("hil.compare.subprocess.run", run)
    return started


def report_of(engine: str) -> dict[str, object]:
    return {
        "engine": engine if engine == "builtin" else "stedgeai 3.0.0",
        "model_sha256": MODEL_SHA256,
        "latency": {"network_ms_at_160mhz": MS[engine], "cycles_are": "estimated"},
        "stack_high_water_bytes": 976,
        "accuracy": None,
        "clips": 2,
        "divergences": 0,
    }


def test_both_engines_where_the_tool_is(
    commands: list[list[str]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ["--board", "u585", "--build-dir", str(tmp_path), "--stedgeai", str(STAND_IN)]
    code = main([*arguments, "--virtual", "--clips", "2"])
    out = capsys.readouterr().out
    engines = [command[command.index("--engine") + 1] for command in commands]
    assert engines == ["builtin", "stedgeai"]
    assert code == 1, "the first failure is the exit code"
    assert all("--virtual" in command for command in commands)
    assert "--stedgeai" in commands[1] and "--stedgeai" not in commands[0]
    for shown in ("~209.30", "~281.90", "stedgeai 3.0.0", "X-CUBE-AI 10.0", "281.95", "193.65"):
        assert shown in out


def test_the_built_in_one_alone_where_it_is_not(
    commands: list[list[str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("STEDGEAI", "STEDGEAI_CORE_DIR", "STM32_AI_EXE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["--board", "u585", "--build-dir", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert len(commands) == 1
    assert "stedgeai: left out" in out
    assert "~209.30" in out


def test_a_narrow_terminal_shows_every_figure() -> None:
    stream = io.StringIO()
    run = EngineRun(
        "stedgeai 3.0.0", MODEL_SHA256, 281.9, True, (109.57,) * 6, 12_345, 0.9625, 80, 0
    )
    print_comparison(Console(file=stream, width=80), "u585", [run, run])
    text = stream.getvalue()
    assert "…" not in text
    for shown in ("~281.90", "109.57", "12,345", "96.25", "divergences"):
        assert shown in text


def test_what_is_published_stands_beside_no_other_model() -> None:
    stream = io.StringIO()
    run = EngineRun("builtin", "ab" * 32, 281.9, True, (109.57,) * 6, 12_345, 0.9625, 80, 0)
    print_comparison(Console(file=stream, width=80), "u585", [run])
    text = stream.getvalue()
    assert "~281.90" in text
    assert "X-CUBE-AI" not in text
    assert "published" not in text
