# SPDX-License-Identifier: Apache-2.0
"""docs/own-tests.md: its example runs as it stands, in a folder outside the repository."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT
from hil import pytest_fixtures
from hil.answer import Answer
from hil.session import BoardSession
from tests.support.model_files import write_model
from tests.support.pytest_run import run_pytest, write_noise
from tests.support.tiny_model import tiny_model

PAGE = (REPO_ROOT / "docs" / "own-tests.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)

STRICT = ("-W", "error", "--strict-markers", "-o", "junit_family=xunit2", "--rootdir", ".")


def blocks(language: str) -> list[str]:
    return [text for name, text in FENCE.findall(PAGE) if name == language]


def first_cells(heading: str) -> list[str]:
    """The names in the first column of the tables below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)", row.split("|")[1])]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the page says a user has."""
    (tmp_path / "test_my_board.py").write_text(blocks("python")[0])
    write_noise(tmp_path / "sounds", ("doorbell", "kettle"), 12_000)
    take = tmp_path / "sounds" / "doorbell" / "take.wav"
    take.rename(take.with_name("0001.wav"))
    return tmp_path


def outcomes(folder: Path, build: Path, labels: tuple[str, ...]) -> dict[str, bool]:
    """Which of the example's tests pass with a model of these labels, by the page's command."""
    write_model(folder / "my_sounds.tflite", tiny_model(), labels)
    (command,) = blocks("")
    assert command.startswith("pytest ")
    done = run_pytest(
        *shlex.split(command)[1:],
        *("--build-dir", str(build), "--junitxml", "junit.xml", *STRICT),
        *("-p", "no:pytest_embedded"),  # whose own fixtures warn in every test
        cwd=folder,
    )
    assert "warning" not in done.stdout + done.stderr
    cases = ET.parse(folder / "junit.xml").getroot().iter("testcase")
    results = {case.get("name", ""): case.find("failure") is None for case in cases}
    assert done.returncode == int(not all(results.values())), done.stdout + done.stderr
    return results


@pytest.mark.slow
def test_the_example_runs_and_its_assertions_hold_for_the_right_label_alone(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The tiny model answers noise with one of its classes; which one the labels name."""
    build = tmp_path_factory.mktemp("build")
    names = ("doorbell", "kettle", "other")
    turned = [(*names[at:], *names[:at]) for at in range(len(names))]
    seen = [outcomes(folder, build, labels) for labels in turned]
    tests = {
        "test_silence_is_no_sound[u585]",
        "test_the_doorbell_is_recognised[u585]",
        "test_every_clip_is_answered_within_100_ms[u585-doorbell/0001]",
        "test_every_clip_is_answered_within_100_ms[u585-kettle/take]",
    }
    assert all(set(results) == tests for results in seen)
    assert sum(all(results.values()) for results in seen) == 1
    wrong = {name for results in seen for name, passed in results.items() if not passed}
    assert wrong == {"test_the_doorbell_is_recognised[u585]"}
    junit = (folder / "junit.xml").read_text()
    assert '<property name="network_ms" value="' in junit
    assert '<property name="flaky" value="false"' in junit


def test_what_the_page_names_is_there() -> None:
    for name in first_cells("Fixtures"):
        assert hasattr(pytest_fixtures, name)
    members = first_cells("What a board can do")
    answer = members.index("label")
    assert {"play", "labels", "frontend"} <= set(members[:answer])
    for name in members[:answer]:
        assert hasattr(BoardSession, name) or name in BoardSession.__dataclass_fields__
    assert set(members[answer:]) == {*Answer.__dataclass_fields__, "patches"}
