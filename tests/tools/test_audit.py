# SPDX-License-Identifier: Apache-2.0
"""`make audit` with a stand-in for pip-audit: what it is asked, and what each answer becomes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.repository import REPO_ROOT
from tools.audit import EXIT_FOUND, EXIT_INPUT, EXIT_TOOL, main

STAND_IN = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
(here / "asked").write_text(json.dumps(sys.argv[1:]))
sys.stdout.write((here / "answer").read_text())
sys.stderr.write((here / "said").read_text())
sys.exit(int((here / "code").read_text()))
"""

SOUND: dict[str, Any] = {"name": "numpy", "version": "2.1.0", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"]}, {"id": "PYSEC-2", "fix_versions": []}],
}


class StandIn:
    """A program in pip-audit's place."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pins = folder, folder / "some.txt"
        self.pins.write_text("jinja2==3.1.0\n")
        (folder / "program.py").write_text(STAND_IN)

    def run(self, answer: str, code: int, said: str = "") -> int:
        for name, text in {"answer": answer, "code": str(code), "said": said}.items():
            (self.folder / name).write_text(text)
        return main([str(self.pins)], [sys.executable, str(self.folder / "program.py")])

    @property
    def asked(self) -> list[str]:
        words: list[str] = json.loads((self.folder / "asked").read_text())
        return words


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


def test_nothing_known(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert stand_in.run(json.dumps({"dependencies": [SOUND]}), 0) == 0
    assert "1 packages, no weakness is known" in capsys.readouterr().out
    assert stand_in.asked[-2:] == ["-r", str(stand_in.pins)]
    assert "--disable-pip" in stand_in.asked


def test_what_is_known_is_listed(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert stand_in.run(json.dumps({"dependencies": [SOUND, WEAK]}), 1) == EXIT_FOUND
    said = capsys.readouterr().out
    assert "jinja2 3.1.0: PYSEC-1, mended in 3.1.6" in said
    assert "jinja2 3.1.0: PYSEC-2, mended in no version yet" in said
    assert "remedy: " in said


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ("", 1, "could not connect"),
        ("[]", 1, "could not connect"),
        ('{"dependencies": [{"name": "cut"', 1, "could not connect"),
        ('{"dependencies": [{"name": "x", "skip_reason": "unknown"}]}', 0, "nothing was learned"),
    ],
)
def test_a_database_that_gives_no_answer(
    stand_in: StandIn,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    code: int,
    words: str,
) -> None:
    said = "Traceback (most recent call last):\n  File x\n\nERROR: could not connect\n"
    assert stand_in.run(answer, code, said) == EXIT_TOOL
    printed = capsys.readouterr()
    assert words in printed.err
    assert "remedy: `make audit` needs the internet" in printed.err
    assert "no weakness" not in printed.out
    assert len(printed.err.splitlines()) == 2


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(tmp_path / "no.txt")]) == EXIT_INPUT
    assert "no.txt: there is no such file" in capsys.readouterr().err


def test_pip_audit_is_in_the_dev_set_alone() -> None:
    pinning = {
        path.stem
        for path in (REPO_ROOT / "requirements").glob("*.txt")
        if "pip-audit==" in path.read_text()
    }
    assert pinning == {"dev"}
