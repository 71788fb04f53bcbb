# SPDX-License-Identifier: Apache-2.0
"""A soak's record is read as it was written, and its table fits a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from generator.errors import InputError
from hil.fault_modes.names import FaultMode
from hil.fault_modes.tally import FaultCounts, FaultTally
from hil.soak.progress import Progress
from hil.soak.record import SOAK_FILE, OutsideFault, Round, Soak, read_soak
from hil.soak.table import main, markdown, summary_lines, table_lines

INSIDE = FaultTally({
    mode: FaultCounts(1_234_567, 1_234_000, 567, 1_234_000) for mode in FaultMode
}).to_plain()  # fmt: skip


def soak(**changes: object) -> Soak:
    """With one round, in which every mode struck."""
    made = Soak(
        board="u585", virtual=True, seed=7, minutes=20, rates=["link@0.2"],
        command="mel2metal soak --board u585", commit="abc", started_at="2001-02-03T04:05:06Z",
        seconds=1_200.0, firmware_sha256="cd" * 32,
    )  # fmt: skip
    killed = OutsideFault("host-killed", "SIGKILL behind 3 clips", True, "recovered")
    made.rounds = [Round(1, 99, 60, INSIDE, [killed, OutsideFault("host-stopped", "")], [], True)]
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_a_soak_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = soak()
    made.write(tmp_path)
    assert read_soak(tmp_path) == read_soak(tmp_path / SOAK_FILE) == made
    assert made.tally.of(FaultMode.HOST_KILLED).injected == 1_234_568
    assert made.tally.of(FaultMode.HOST_STOPPED).injected == 1_234_567  # one has not ended


@pytest.mark.parametrize("content", ["", "[]", '{"schema": "x"}', '{"schema": "mel2metal-soak/1"}'])
def test_what_is_no_soak_is_refused_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / SOAK_FILE).write_text(content)
    with pytest.raises(InputError, match="no soak"):
        read_soak(tmp_path)


def test_the_table_has_a_line_a_mode_in_80_columns(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = table_lines(soak())
    assert len(lines) == len(FaultMode) + 2
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == [
        *("mode", "injected", "detected", "harmless", "recovered", "lost", "wrong"),
    ]
    assert lines[-1].split()[0] == "all"
    soak().write(tmp_path)
    assert main([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed.strip() == markdown(soak())
    assert "| host | `host-killed` | 1,234,568 |" in printed
    assert "0 lost, 0 wrong**; seed 7, commit `abc`" in printed


def test_good_is_only_what_struck_and_lost_nothing() -> None:
    assert soak().is_good
    assert not soak(rounds=[Round(1, 1)]).is_good
    for name in ("lost", "wrong"):
        bad = FaultTally({FaultMode.CABLE_CUT: FaultCounts(1, 1, **{name: 1})}).to_plain()
        assert not soak(rounds=[Round(1, 1, 1, bad)]).is_good
    troubled = soak()
    troubled.rounds[0].troubles.append("a test failed")
    assert not troubled.is_good
    assert "TROUBLE  round 1: a test failed" in summary_lines(troubled)


def test_progress_is_one_line_now_and_then_without_a_terminal() -> None:
    out = io.StringIO()
    progress = Progress(Console(file=out, width=80), soak(), 1_500)
    for _ in range(3):
        progress.show()
    (line,) = out.getvalue().splitlines()
    assert line.startswith("20:00 of 25:00  round 1  60 clips  43,209,846 faults, 35 kinds")
