# SPDX-License-Identifier: Apache-2.0
"""README.md: its commands are taken from its text and run, its figures are those of docs/figures/.

What takes minutes or needs a board is not run: `make -n` says what would be, and each of its
targets, variables and options must exist.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from generator.repository import DEFAULT_MODEL, REPO_ROOT
from tests.support.pytest_run import write_noise
from tools.figure_records import make_record, printed_lines, read_record, wrong_numbers
from tools.readme_figures import PHRASES, block_names, findings, with_figures
from tools.with_words import command_of

README = (REPO_ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = "".join(
    (REPO_ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "long_checks.mk")
)
TARGETS = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.M))
VARIABLES = set(re.findall(r"^(\w+) \?=", MAKEFILE, re.M))

FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)
COMMANDS = [
    re.split(r"\s{2,}#", line)[0].strip()
    for language, text in FENCES
    if language == "sh"
    for line in text.splitlines()
]
MAKE = [command for command in COMMANDS if command.startswith("make ")]
MEL2METAL = [command for command in COMMANDS if command.startswith("mel2metal ")]

VERSIONS = {"3.11", "13.2", "2.0"}
"""Of Python, the compiler and the licence: numbers in prose that no run made."""


def spans() -> list[str]:
    """The code spans of the page's text."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S))


def recipe(command: str) -> list[str]:
    """The commands that make would run for it, one a line."""
    words = shlex.split(command)
    done = subprocess.run(
        [words[0], "-n", "--no-print-directory", *words[1:]],
        cwd=REPO_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\\\n", " ").splitlines()


def python_command(command: str) -> list[str]:
    """The last Python command of a make command: what is left once everything is installed."""
    lines = [line for line in recipe(command) if " -m " in line]
    words = shlex.split(lines[-1])
    if "tools.with_words" in words:
        words = command_of(words[words.index("tools.with_words") + 1 :])
    return [sys.executable, *words[words.index("-m") :]]


@cache
def options_of(program: tuple[str, ...]) -> frozenset[str]:
    """What its --help names."""
    words = [sys.executable, "-m", *program, "--help"]
    done = subprocess.run(words, cwd=REPO_ROOT, capture_output=True, text=True, check=True)
    return frozenset(re.findall(r"(?<![\w-])(--?[a-zA-Z][\w-]*)", done.stdout))


def unknown_options(words: list[str]) -> list[str]:
    """Options of a `-m MODULE` command, with its subcommand if it has one, that --help lacks."""
    module, rest = words[2], words[3:]
    has_commands = module in {"mel2metal", "generator", "training"}
    known = options_of((module, rest[0]) if has_commands else (module,))
    given = [word.partition("=")[0] for word in rest if re.match(r"--?[a-zA-Z]", word)]
    return [option for option in given if option not in known]


def run(words: list[str], folder: Path) -> str:
    """Its output, run in that folder; fails if the command does."""
    paths = [str(REPO_ROOT), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        words,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "COLUMNS": "80"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what README's own-model commands name."""
    for suffix in (".tflite", ".labels.txt", ".frontend.yaml"):
        source = DEFAULT_MODEL.with_name(DEFAULT_MODEL.stem + suffix)
        shutil.copyfile(source, tmp_path / f"mine{suffix}")
    write_noise(tmp_path / "sounds", ("dog", "rain"), 32_000)
    return tmp_path


# -- commands ------------------------------------------------------------------------------------


def test_blocks_are_commands_or_the_output_of_runs() -> None:
    assert {language for language, _ in FENCES} == {"sh", "text"}
    assert len(COMMANDS) == len(MAKE) + len(MEL2METAL) > 10
    outputs = [text for language, text in FENCES if language == "text"]
    assert len(outputs) == len(block_names(README))


@pytest.mark.parametrize("command", MAKE)
def test_make_knows_the_command(command: str) -> None:
    _, target, *settings = shlex.split(command)
    assert target in TARGETS
    assert {setting.partition("=")[0] for setting in settings} <= VARIABLES
    assert unknown_options(python_command(command)) == []


def test_what_make_does_not_know_is_found() -> None:
    words = python_command("make hil BOARD=u585 PYTEST_ARGS=--none-such")
    assert unknown_options(words) == ["--none-such"]
    with pytest.raises(AssertionError, match="No rule"):
        recipe("make firmwear BOARD=u585")


def test_every_command_in_the_text_exists() -> None:
    named = [shlex.split(span) for span in spans() if span.startswith("make ")]
    assert len(named) > 3
    for _, target, *settings in named:
        assert target in TARGETS
        assert {setting.partition("=")[0] for setting in settings} <= VARIABLES
    variables = {span.partition("=")[0] for span in spans() if re.match(r"[A-Z_]+=", span)}
    assert {"FRONTEND", "LABELS", "THRESHOLD"} <= variables <= VARIABLES
    ours = [shlex.split(span) for span in spans() if span.startswith("mel2metal ")]
    assert len(ours) > 1
    assert not any(unknown_options([sys.executable, "-m", *words]) for words in ours)


def test_the_commands_of_mel2metal_run(tmp_path: Path) -> None:
    assert len(MEL2METAL) > 1
    outputs = [
        run([sys.executable, "-m", *shlex.split(command)], tmp_path) for command in MEL2METAL
    ]
    assert (tmp_path / "mine.frontend.yaml").is_file()
    assert "16000 Hz" in outputs[-1]


def test_inspect_of_an_own_model_runs(desk: Path) -> None:
    (command,) = [command for command in MAKE if command.startswith("make inspect ")]
    said = run(python_command(command), desk)
    assert "mine" in said and "features" in said


@pytest.mark.slow
def test_the_firmware_of_an_own_model_is_made(desk: Path) -> None:
    (command,) = [command for command in MAKE if re.match(r"make firmware .*MODEL=mine", command)]
    run([*python_command(command), "--out", str(desk / "build")], desk)
    assert (desk / "build" / "u585" / "out" / "mel2metal.hex").stat().st_size > 100_000


@pytest.mark.slow
def test_the_first_command_prints_what_is_shown(tmp_path: Path) -> None:
    record = read_record("firmware-u585")
    assert record["command"] == MAKE[0]
    said = run([*python_command(MAKE[0]), "--out", str(tmp_path)], tmp_path)
    assert _without_paths(printed_lines(said)) == _without_paths(record["printed"])


def _without_paths(lines: list[str]) -> list[str]:
    """Without compiled files, whose order depends on the number of jobs, and places of outputs."""
    return [line for line in lines if not re.search(r"^(?:CC|AS|LINK) |mel2metal\.\w+$", line)]


# -- figures -------------------------------------------------------------------------------------


def test_every_figure_is_that_of_the_run_that_made_it() -> None:
    assert findings(README) == []
    assert {read_record(name)["command"] for name in block_names(README)} <= {*COMMANDS, *spans()}
    assert (
        read_record("hil-u585")["report"]["firmware_sha256"]
        == (read_record("firmware-u585")["firmware_sha256"])
    )


@pytest.mark.parametrize(
    ("name", "printed", "other"),
    [
        ("firmware-u585", "27.69", "27.70"),
        ("firmware-u585", "181,680", "181,681"),
        ("hil-u585", "27.8", "27.9"),
        ("hil-u585-st", "117.9", "117.8"),
        ("hil-u585", "0 retried", "1 retried"),
        ("hil-u585", "answer ", "delay "),
    ],
)
def test_a_printed_number_that_the_json_has_not_is_found(
    name: str, printed: str, other: str
) -> None:
    record = read_record(name)
    record["printed"] = [line.replace(printed, other) for line in record["printed"]]
    assert len(wrong_numbers(record)) == 1


def test_a_record_is_made_of_a_whole_result_alone(tmp_path: Path) -> None:
    printed = read_record("hil-u585")["printed"]
    assert printed_lines("\n".join(["[flash] 20%", *printed, "wall time 3 s"])) == printed
    with pytest.raises(ValueError, match="no whole result"):
        printed_lines("\n".join(printed[:-1]))
    (tmp_path / "report.json").write_text("{}")
    (tmp_path / "details.json").write_text("{}")
    with pytest.raises(ValueError, match="--project"):
        make_record("make hil", "\n".join(printed), tmp_path)


def test_a_stale_figure_in_the_text_is_found_and_mended() -> None:
    stale = README.replace("27.69 ", "26.69 ")
    stale = re.sub(r"(cross-validated\s+accuracy\s+is) [\d.]+", r"\1 99.99", stale)
    assert stale != README
    assert len(findings(stale)) == 1
    assert with_figures(stale) == README
    with pytest.raises(ValueError, match="no sentence like"):
        with_figures(README.replace("cross-validated", "measured"))


def test_no_other_figure_stands_in_the_text() -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]+`|\]\([^)]*\)", "", README, flags=re.M | re.S)
    for phrase, values in PHRASES:
        words = r"\s+".join(map(re.escape, phrase.format(**values()).split()))
        text, found = re.subn(words, "", text)
        assert found == 1
    assert set(re.findall(r"\d+[.,]\d+", text)) <= VERSIONS


# -- what it claims ------------------------------------------------------------------------------


def test_the_truth_comes_first() -> None:
    head = README.splitlines()[:8]
    assert any("No real board has run this yet" in line for line in head)
    assert any("docs/unproven.md" in line for line in head)
    assert README.index("## A real board") < README.index("## What a run reports")
    assert README[: README.index("make flash")].count("\n") < 75
    for record in (read_record(name) for name in block_names(README)):
        if "report" in record:
            assert record["report"]["virtual"]
            assert record["report"]["latency"]["cycles_are"] == "estimated"
