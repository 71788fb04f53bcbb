# SPDX-License-Identifier: Apache-2.0
"""Two runs beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.model.decision import Head
from mel2metal.__main__ import main
from tests.hil.report.test_figures import BOARD, clip, deciding, several
from tests.support.footprints import footprint
from tests.support.stored_runs import write_run


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def compare(
    folder: Path, capsys: pytest.CaptureFixture[str], a: str = "previous", b: str = "latest"
) -> str:
    """What is printed, blanks made one."""
    assert main(["compare-runs", a, b, "--board", "u585", "--report-dir", str(folder)]) == 0
    return "\n".join(" ".join(line.split()) for line in capsys.readouterr().out.splitlines())


def test_equal_runs_differ_in_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day in range(2):
        write_run(tmp_path, BOARD, clip("a", 0, 0), days=day)
    text = compare(tmp_path, capsys)
    assert "The same board, model, firmware and tools." in text
    assert "No clip of both runs was decided differently." in text
    assert "WARNING" not in text
    assert "network, cycles a patch 24,000,000 24,000,000 0" in text


def test_figures_and_clips_that_changed_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, BOARD, clip("a", 0, 0), clip("b", 1, 0), clip("c", 2, 2), clip("d", 2, -2))
    identity = replace(BOARD.identity, firmware_sha256="12" * 32)
    grown = replace(BOARD, identity=identity, footprint=footprint(image_ram=66_000))
    faster = {"network_cycles": (12_000_000, 24_000_000)}
    clips = [clip("a", 0, 0, **faster), clip("b", 1, 1), clip("c", 2, 0), clip("d", 2, 1)]
    write_run(tmp_path, grown, *clips, days=1)
    text = compare(tmp_path, capsys)
    assert f"firmware SHA-256 {'cd' * 8} {'12' * 8}" in text
    assert "model SHA-256" not in text
    assert "network, cycles a patch 24,000,000 22,500,000 -1,500,000 -6.2 %" in text
    assert "RAM of the image 60,000 66,000 +6,000 +10.0 %" in text
    assert "accuracy 50.00 % 50.00 % 0" in text
    assert "3 clips decided differently: 1 now right, 1 now wrong" in text
    for line in ("b dog cat dog now right", "c rain rain cat now wrong"):
        assert line in text
    assert "d rain nothing detected dog" in text.splitlines()


def test_classes_are_compared_by_label_not_by_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = deciding(Head.SIGMOID, (0, 0, 0))
    project = replace(board.identity.project, labels=("rain", "cat", "dog"))
    turned = replace(board, identity=replace(board.identity, project=project))
    write_run(tmp_path, board, several("a", (0, 1), 0, (0, 1)))
    write_run(tmp_path, turned, several("a", (1, 2), 1, (1, 2)), days=1)
    text = compare(tmp_path, capsys)
    assert "No clip of both runs was decided differently." in text
    assert "labels cat, dog, rain rain, cat, dog" in text
    assert "other classes" not in text


def test_what_cannot_be_compared_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path, BOARD, clip("a", 0, 0), clip("b", 1, 1))
    silicon = replace(BOARD, virtual=False, cycles_are="measured")
    silicon = replace(silicon, identity=replace(BOARD.identity, core_clock_hz=160_000_000))
    write_run(tmp_path, silicon, clip("b", 1, 1), clip("c", 2, 2), days=1, why_partial="cable cut")
    text = compare(tmp_path, capsys)
    for warning in (
        "cycles and times are estimated in A, measured in B",
        "different clocks: compare cycles, not milliseconds",
        "B is a partial run: cable cut",
        "other clips: 1 in both, 1 in A alone, 1 in B alone",
    ):
        assert f"WARNING: {warning}" in text or warning in text
    assert text.count("WARNING") == 4
    assert "kind virtual board silicon" in text


def test_without_details_clips_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = write_run(tmp_path, BOARD, clip("a", 0, 0))
    b = write_run(tmp_path, BOARD, clip("a", 0, 1), days=1)
    (a / "details.json").unlink()
    text = compare(tmp_path, capsys, str(a), str(b / "report.json"))
    assert "WARNING: A without details.json" in text
    assert "decided differently" not in text


def test_faults_of_both_names_come_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = write_run(tmp_path, BOARD, clip("a", 0, 0))
    (broken / "report.json").write_text("{}")
    arguments = ["compare-runs", "1999", str(broken), "--report-dir", str(tmp_path)]
    assert main(arguments) == 2
    said = "".join(capsys.readouterr())
    assert "begins so" in said
    assert "another version of mel2metal" in said
