# SPDX-License-Identifier: Apache-2.0
"""The one command: its list, and what it says to names that it does not know."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from generator.repository import REPO_ROOT
from hil.option_table import prefixed_arguments
from mel2metal.__main__ import main

MAKEFILE = "".join(
    (REPO_ROOT / name).read_text() for name in ("Makefile", "environment.mk", "long_checks.mk")
)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said to wrong usage."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.fixture
def listed(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_commands_are_listed_by_subject_in_80_columns(listed: str) -> None:
    subjects = ("from a model to firmware:", "on a board, real or virtual:", "data and training:")
    assert all(f"\n{subject}\n" in listed for subject in subjects)
    commands = re.findall(r"^  ([a-z-]+) +\S.*$", listed.partition("examples:")[0], re.M)
    assert {"firmware", "hil", "flash", "bench", "train", "evaluate", "doctor"} <= set(commands)
    assert len(commands) == len(set(commands))
    too_long = [line for line in listed.splitlines() if len(line) > 80]
    assert not [line for line in too_long if not line.startswith("  mel2metal ")]


def test_every_command_of_make_is_there(listed: str) -> None:
    called = set(re.findall(r"\$\(MEL2METAL\) ([a-z-]+)", MAKEFILE))
    assert {"firmware", "hil", "live", "flash", "boards", "bench", "train", "shell"} <= called
    assert all(re.search(rf"^  {command} ", listed, re.M) for command in called)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["firmwre"], "there is no 'firmwre': did you mean firmware?"),
        (["zzz"], "choose from firmware, "),
        (["inspect", "--lables", "x"], "--lables (did you mean --labels?)"),
        (["firmware", "--bord", "u585"], "--bord: did you mean --board?"),
        (["firmware", "--board", "u585", "--kernels", "portabel"], "did you mean portable?"),
        (["tools", "compilr"], "did you mean compiler?"),
        (["flash", "--board", "u585", "extra"], "unrecognized arguments: extra"),
    ],
)
def test_the_nearest_name_is_told(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert said in refused(capsys, *arguments)


@pytest.mark.parametrize("command", ["firmware", "flash", "bench", "explain", "footprint"])
def test_the_nearest_board_is_told(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--board", "u558"]) == 2
    said = capsys.readouterr().err
    assert "no board 'u558' in boards.yaml" in said
    assert "did you mean u585? Or choose one of: h743," in said


def test_the_version_names_the_commit_of_a_checkout(capsys: pytest.CaptureFixture[str]) -> None:
    git = ["git", "rev-parse", "--short=12", "HEAD"]
    done = subprocess.run(git, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"mel2metal {version('mel2metal')}")
    if done.returncode == 0:
        assert f", commit {done.stdout.strip()}" in shown


def test_the_help_of_hil_shows_its_options_and_pytest_keeps_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["hil", "--help"])
    shown = capsys.readouterr().out
    for option in ("--board NAME", "--virtual", "--require-board", "--clips N", "exit codes:"):
        assert option in shown


def test_hil_gives_everything_to_pytest_and_returns_its_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, 5)

    monkeypatch.setattr("hil.arguments.subprocess.run", run)
    given = ["--board", "u585", "--virtual", "-k", "not layers", "-n", "2", "--junit-xml=a b.xml"]
    assert main(["hil", *given]) == 5
    (command,) = started
    assert command[:4] == [sys.executable, "-P", "-m", "pytest"]
    assert command[4] == str(REPO_ROOT / "hil" / "suite")
    assert command[5:] == prefixed_arguments(given)


def test_a_module_of_an_extra_that_is_missing_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "hil.session", None)  # as if it could not be imported
    assert main(["flash", "--board", "u585", "--virtual"]) == 3
    said = capsys.readouterr().err
    assert "`mel2metal flash` needs hil.session, which is not installed" in said
    assert "remedy: `make test-fast` installs it" in said
    assert "Traceback" not in said


def test_a_configuration_that_is_not_there_is_told_before_anything_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "training.commands", None)
    for command in (["train"], ["cv"], ["quantize", "--out", "a.tflite"]):
        assert main([*command, "--config", "none.yaml"]) == 2
        assert "none.yaml: there is no such configuration" in capsys.readouterr().err
