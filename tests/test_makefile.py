# SPDX-License-Identifier: Apache-2.0
"""make: switches, what is told before anything is installed, and thin calls of one command."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.command_parser import MOST_JOBS
from generator.repository import REPO_ROOT

MAKEFILE = "".join(
    (REPO_ROOT / name).read_text() for name in ("Makefile", "environment.mk", "long_checks.mk")
)
STAMPS = (".venv/.firmware", ".venv/.test", ".venv/.train")


def make(*words: str, dry: bool = True) -> subprocess.CompletedProcess[str]:
    """make in this checkout, in which everything is taken for installed."""
    old = [word for stamp in STAMPS for word in ("-o", stamp)]
    command = ["make", *(["-n"] if dry else []), *old, *words]
    return subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)


def told(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> list[list[str]]:
    """What the command is given, run by run, where make and the shell do run."""
    program = folder / "program.py"
    program.write_text("import sys; print(sys.argv[1:])")
    old = [word for stamp in STAMPS for word in ("-o", stamp)]
    done = subprocess.run(
        ["make", *old, *_tools_are_there(), f"MEL2METAL=.venv/bin/python {program}", *words],
        cwd=REPO_ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [ast.literal_eval(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("value", ["0", "no", "No", "false", "FALSE", "off", ""])
def test_no_means_no(value: str) -> None:
    for target in ("hil", "flash", "bench", "compare"):
        assert "--virtual" not in make(target, f"VIRTUAL={value}").stdout
    assert "--taps" not in make("firmware", f"TAPS={value}").stdout
    assert "--write" not in make("boards", f"WRITE={value}").stdout


@pytest.mark.parametrize("value", ["1", "yes", "true", "on"])
def test_yes_means_yes(value: str) -> None:
    assert 'mel2metal hil --board "u585" --virtual' in make("hil", f"VIRTUAL={value}").stdout
    assert "--taps" in make("firmware", f"TAPS={value}").stdout


def test_any_other_word_is_refused() -> None:
    done = make("hil", "VIRTUAL=perhaps")
    assert done.returncode == 2
    assert "VIRTUAL=perhaps: say 1 or 0" in done.stderr


def test_live_takes_files_or_a_microphone(tmp_path: Path) -> None:
    (files,) = told(tmp_path, "live", "VIRTUAL=1", "WAV=a.wav 'my b.wav'", "RECORD=my walk")
    assert files[:4] == ["live", "--board", "u585", "--virtual"]
    assert files[4:] == ["--record", "my walk", "--wav", "a.wav", "my b.wav"]
    (microphone,) = told(tmp_path, "live", "MICROPHONE=USB")
    assert microphone[3:] == ["--microphone", "USB"]
    (board,) = told(tmp_path, "live", "BOARD_MICROPHONE=1")
    assert board[3:] == ["--board-microphone"]
    assert "set_up.py set live" in make("microphone").stdout


@pytest.mark.parametrize("target", ["train", "cv", "quantize"])
def test_a_missing_configuration_is_told_before_tensorflow_is_installed(target: str) -> None:
    done = subprocess.run(
        ["make", *("-o", ".venv/.firmware", "-o", ".venv/.test"), target, "CONFIG=no such.yaml"],
        cwd=REPO_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "CONFIG=no such.yaml: there is no such file" in done.stderr
    assert "[install]" not in done.stdout


def test_the_code_of_the_command_is_in_makes_last_line() -> None:
    """GNU make itself ends with 2 whatever failed."""
    done = make("-o", ".tools/cmsis-dsp-1.10.3/.installed", "footprint-of-nothing", dry=False)
    assert done.returncode == 2
    done = make("shell", "CMD=sh -c 'exit 5'", *_tools_are_there(), dry=False)
    assert done.returncode == 2
    assert re.search(r"shell\] Error 5$", done.stderr.strip())


def _tools_are_there() -> list[str]:
    stamps = re.findall(r"^\w+ := (\.tools/\S+)$", MAKEFILE, re.M)
    assert len(stamps) == 2
    return [word for stamp in stamps for word in ("-o", stamp)]


def test_the_pinned_compiler_runs_by_hand() -> None:
    done = make("shell", "CMD=arm-none-eabi-gcc -dumpmachine", *_tools_are_there(), dry=False)
    assert done.stdout.split()[-1] == "arm-none-eabi"


def test_recipes_call_the_one_command() -> None:
    """What runs a module of ours by itself is for the project's own tests and checks."""
    modules = set(re.findall(r"\$\(PY\) -m ([\w.]+)", MAKEFILE))
    own = {name for name in modules if name.split(".")[0] not in ("pip", "venv", "virtualenv")}
    assert own == {
        *("mel2metal", "mypy", "pre_commit", "pytest", "ruff"),
        *("tests.fuzz", "tests.kills", "tests.support.bench_nets", "tools.browser_install"),
        *("tools.audit", "tools.fuzzer_install", "tools.import_circles", "tools.with_words"),
    }


def test_help_lists_every_target() -> None:
    shown = make("help", dry=False).stdout
    targets = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.M)) - {"config-is-there"}
    assert {"firmware", "hil", "shell"} <= targets
    assert all(f"  make {target} " in shown for target in targets)


def test_an_application_is_passed_on_and_refused_where_the_link_is_needed(tmp_path: Path) -> None:
    (firmware,) = told(tmp_path, "firmware", "APP=my_app")
    assert firmware[3:5] == ["--app", "my_app"]
    (flash,) = told(tmp_path, "flash", "APP=monitor")
    assert flash[3:5] == ["--app", "monitor"]
    assert told(tmp_path, "firmware") == [["firmware", "--board", "u585", "--jobs", "2"]]
    new_app = told(tmp_path, "new-app", "NAME=mine", "BOARD=l475")
    assert new_app == [["new-app", "mine", "--board", "l475"]]
    (library,) = told(tmp_path, "library", "BOARD=l475")
    assert library[:3] == ["library", "--board", "l475"]
    for target in ("hil", "bench", "profile", "compare"):
        done = make(target, "APP=monitor", *_tools_are_there(), dry=False)
        assert done.returncode == 2
        assert f"APP=monitor: make {target} plays sounds over the link" in done.stderr


HOSTILE = "a b`touch {0}`$(shell touch {0})$(touch {0})$$x \"; touch {0}; ' \\ # %"
"""Text that make or a shell would run, where one of them evaluated it."""


def test_what_is_said_is_text(tmp_path: Path) -> None:
    """By the command line or the environment; a variable that nothing reads as well."""
    text = HOSTILE.format(tmp_path / "ran")
    names = ("BOARD", "MODEL", "LABELS", "APP", "THRESHOLD", "CROSS_COMPILE", "STEDGEAI")
    said = [f"{name}={text}" for name in names]
    (given,) = told(tmp_path, "firmware", *said, f"UNKNOWN={text}")
    (inherited,) = told(tmp_path, "firmware", environment=dict.fromkeys(names, text))
    assert given == inherited
    assert given.count(text) == len(names)
    assert given[:3] == ["firmware", "--board", text]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("target", ["test", "firmware", "library", "random-graphs", "help"])
def test_a_number_of_jobs_that_is_none_is_told_at_once(tmp_path: Path, target: str) -> None:
    for jobs in ("0", "x", "", "257", "99999999999999", "2 2", HOSTILE.format(tmp_path / "ran")):
        done = make(target, f"JOBS={jobs}")
        assert done.returncode == 2
        what = f"JOBS={jobs}: say how many programs run at a time, 1 to {MOST_JOBS}.  Stop."
        assert done.stderr.partition("*** ")[2].strip() == what
        assert done.stdout == ""
    for jobs in ("1", "2", "256"):
        assert make(target, f"JOBS={jobs}").returncode == 0
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("hil", "BOARD MODEL LABELS FOLDS CLIPS SOUNDS INVENTORY PROBE FLASH_COMMAND PACK"),
        ("bench", "BOARD MODEL LABELS INVENTORY PROBE FRONTEND KERNELS OPTIMISE ENGINE C_API"),
        ("evaluate", "MODEL LABELS SOUNDS FOLDS THRESHOLD FRONTEND RECORDINGS"),
        ("profile", "BOARD MODEL LABELS INVENTORY PROBE SVG THRESHOLD FRONTEND"),
        ("compare-runs", "BOARD A B"),
        ("new-app", "NAME BOARD MODEL LABELS"),
        ("live", "BOARD MICROPHONE RECORD MODEL"),
    ],
)
def test_every_variable_of_a_recipe_is_one_word(tmp_path: Path, target: str, names: str) -> None:
    text = HOSTILE.format(tmp_path / "ran")
    (given,) = told(tmp_path, target, *(f"{name}={text}" for name in names.split()))
    assert given.count(text) == len(names.split())
    assert not (tmp_path / "ran").exists()


def test_lists_are_divided_as_a_shell_does_and_not_evaluated(tmp_path: Path) -> None:
    text = "-k 'not a' \"$x\" `touch {0}` $(shell touch {0}) ; touch {0}".format(tmp_path / "ran")
    words = ["-k", "not a", "$x", "`touch", f"{tmp_path}/ran`", "$(shell", "touch"]
    for target, name in (("hil", "PYTEST_ARGS"), ("evaluate", "TRAIN_ARGS"), ("shell", "CMD")):
        (given,) = told(tmp_path, target, f"{name}={text}")
        at = given.index("-k")
        assert given[at : at + len(words)] == words
        assert given[-3:] == [";", "touch", f"{tmp_path}/ran"]
    assert not (tmp_path / "ran").exists()


def test_quotes_that_do_not_end_are_told() -> None:
    done = make("shell", "CMD=echo 'x", *_tools_are_there(), dry=False)
    assert done.returncode == 2
    assert "echo 'x: No closing quotation" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_set_of_packages_is_one_of_two() -> None:
    done = make("test", "TEST_SET=x; touch y")
    assert done.returncode == 2
    assert "TEST_SET=x; touch y: say train or test" in done.stderr


def test_no_recipe_puts_a_users_text_into_the_shell() -> None:
    """But by `said`, as one word: what make pastes into a recipe is the shell's to evaluate."""
    (block,) = re.findall(r"^SAID := (.*?[^\\])$", MAKEFILE, re.M | re.S)
    said = set(re.findall(r"[A-Z_]+", block))
    pasted = set(
        re.findall(r"\$\(([A-Z_]+)\)", re.sub(r"\$\((if|error|call)[ \S]*?,", "", MAKEFILE))
    )
    assert len(said) > 40
    assert pasted & said <= {"BOARD", "TEST_SET"}  # a list of boards; train or test


@pytest.mark.parametrize("name", ["MODEL", "BOARD", "PYTEST_ARGS", "OTHER_BOARDS", "PYTHON"])
def test_what_is_said_is_one_line(tmp_path: Path, name: str) -> None:
    done = make("hil", f"{name}=a\ntouch {tmp_path}/ran", *_tools_are_there(), dry=False)
    assert done.returncode == 2
    assert f"{name} holds the end of a line" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_folder_that_cannot_hold_a_venv_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "a:b $(x) 'c"
    folder.mkdir()
    for name in ("Makefile", "environment.mk", "long_checks.mk"):
        shutil.copyfile(REPO_ROOT / name, folder / name)
    done = subprocess.run(
        ["make", ".venv/.created"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "This folder's path holds a colon" in done.stderr
    assert not (folder / ".venv").exists()
