# SPDX-License-Identifier: Apache-2.0
"""What `python -m tests.fuzz` prints, and how it ends: table, findings, wrong words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.repository import REPO_ROOT
from tests.fuzz import __main__, table
from tests.fuzz.report import ProgressLine, finding_text
from tests.fuzz.report import table as outcome_table
from tests.fuzz.target import Budget, Finding, Outcome, Progress


@dataclass
class SimpleTarget:
    """A target that finds what it is given."""

    name: str
    findings: tuple[Finding, ...] = ()
    about: str = "any bytes"
    budgets: list[Budget] = field(default_factory=list)
    error: Exception | None = None

    def run(self, budget: Budget) -> Outcome:
        """Keep what was asked."""
        self.budgets.append(budget)
        if self.error is not None:
            raise self.error
        budget.tell(Progress(500, 7))
        return Outcome("engine 1", 1000, 0.5, 7, self.findings)

    def repeat(self, file: Path) -> Finding | None:
        """What was found in it."""
        return next((one for one in self.findings if one.file == file), None)


Use = Callable[..., None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Targets in the place of those of the table."""

    def put(*targets: SimpleTarget) -> None:
        for module in (table, __main__):
            monkeypatch.setattr(module, "TARGETS", targets)

    return put


def test_all_targets_share_the_time_and_are_summed_up(
    use: Use, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = SimpleTarget("first"), SimpleTarget("second-one")
    use(first, second)
    assert __main__.main(["--minutes", "1", "--seed", "5"]) == 0
    assert [(one.seconds, one.seed) for one in (*first.budgets, *second.budgets)] == [(30, 5)] * 2
    out = capsys.readouterr().out
    assert "[fuzz]  first: 1,000 executions in 0.5 s, 7 edges, 0 findings\n" in out
    assert out.splitlines()[-3].split() == ["second-one", "1,000", "2,000", "7", "0"]
    assert out.splitlines()[-2].split() == ["together", "2,000", "2,000", "-", "0"]
    assert out.splitlines()[-1] == "engine: engine 1"


def test_a_finding_is_told_with_its_file_and_its_command(
    use: Use, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "crash 1"
    file.write_bytes(b"x")
    use(SimpleTarget("first", (Finding(file, "it overflows", "report\n"),)), SimpleTarget("second"))
    assert __main__.main(["--runs", "10", "first"]) == 1
    told = capsys.readouterr().err
    assert told == (
        f"report\nfirst: it overflows\n  input:  {file}\n"
        f"  repeat: .venv/bin/python -m tests.fuzz --repeat first '{file}'\n"
    )
    assert __main__.main(["--repeat", "first", str(file)]) == 1
    assert "it overflows" in capsys.readouterr().err
    assert __main__.main(["--repeat", "second", str(file)]) == 0
    assert "nothing is wrong" in capsys.readouterr().out


def test_wrong_words_end_in_one_error(use: Use, capsys: pytest.CaptureFixture[str]) -> None:
    use(SimpleTarget("first", error=ToolError("no compiler", "install one")), SimpleTarget("other"))
    assert __main__.main(["nobody"]) == 2
    assert capsys.readouterr().err == "no fuzz target 'nobody': say one of first, other\n"
    assert __main__.main(["--repeat", "other", "/nowhere"]) == 2
    assert __main__.main(["first"]) == 3
    assert "no compiler" in capsys.readouterr().err
    for words in (["--minutes", "0"], ["--minutes", "nan"], ["--runs", "-1"], ["--seed", "x"]):
        with pytest.raises(SystemExit) as ended:
            __main__.main(words)
        assert ended.value.code == 2
    assert __main__.main(["--list"]) == 0


def test_a_path_in_the_repository_is_shown_from_there() -> None:
    file = REPO_ROOT / "build" / "fuzz" / "findings" / "a" / "crash-1"
    assert "  input:  build/fuzz/findings/a/crash-1\n" in finding_text("a", Finding(file, "b"))


def test_progress_is_a_line_of_its_own_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter([0.0, 3.0, 11.0, 12.0])
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    out = io.StringIO()
    line = ProgressLine("cobs", out)
    for count in (10, 2000, 3000):
        line.tell(Progress(count, None))
    line.end()
    assert out.getvalue() == "[fuzz]  cobs: 11 s, 2,000 executions\n"


def test_edges_that_are_not_counted_are_a_dash() -> None:
    shown = outcome_table({"a": Outcome("e", 0, 0.0)}).splitlines()[1]
    assert shown.split() == ["a", "0", "0", "-", "0"]
