# SPDX-License-Identifier: Apache-2.0
"""make: switches, what is told before anything is installed, and thin calls of one command."""

from __future__ import annotations

import re
import subprocess

import pytest

from generator.repository import REPO_ROOT

MAKEFILE = "".join((REPO_ROOT / name).read_text() for name in ("Makefile", "environment.mk"))
STAMPS = (".venv/.firmware", ".venv/.test", ".venv/.train")


def make(*words: str, dry: bool = True) -> subprocess.CompletedProcess[str]:
    """make in this checkout, in which everything is taken for installed."""
    old = [word for stamp in STAMPS for word in ("-o", stamp)]
    command = ["make", *(["-n"] if dry else []), *old, *words]
    return subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("value", ["0", "no", "No", "false", "FALSE", "off", ""])
def test_no_means_no(value: str) -> None:
    for target in ("hil", "flash", "bench", "compare"):
        assert "--virtual" not in make(target, f"VIRTUAL={value}").stdout
    assert "--taps" not in make("firmware", f"TAPS={value}").stdout
    assert "--write" not in make("boards", f"WRITE={value}").stdout


@pytest.mark.parametrize("value", ["1", "yes", "true", "on"])
def test_yes_means_yes(value: str) -> None:
    assert "mel2metal hil --board u585 --virtual" in make("hil", f"VIRTUAL={value}").stdout
    assert "--taps" in make("firmware", f"TAPS={value}").stdout


def test_any_other_word_is_refused() -> None:
    done = make("hil", "VIRTUAL=perhaps")
    assert done.returncode == 2
    assert "VIRTUAL=perhaps: say 1 or 0" in done.stderr


def test_live_takes_files_or_a_microphone() -> None:
    files = make("live", "VIRTUAL=1", "WAV=a.wav b.wav", "RECORD=my walk").stdout
    assert "live --board u585 --virtual --wav a.wav b.wav" in files
    assert '--record "my walk"' in files
    assert "--board-microphone" not in files
    assert '--microphone "USB"' in make("live", "MICROPHONE=USB").stdout
    assert "--board-microphone" in make("live", "BOARD_MICROPHONE=1").stdout
    assert "requirements/live.txt" in make("microphone").stdout


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
        *("tests.support.bench_nets", "tools.browser_install", "tools.import_circles"),
    }


def test_help_lists_every_target() -> None:
    shown = make("help", dry=False).stdout
    targets = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.M)) - {"config-is-there"}
    assert {"firmware", "hil", "shell"} <= targets
    assert all(f"  make {target} " in shown for target in targets)


def test_an_application_is_passed_on_and_refused_where_the_link_is_needed() -> None:
    assert '--app "my_app"' in make("firmware", "APP=my_app").stdout
    assert '--app "monitor"' in make("flash", "APP=monitor").stdout
    assert "--app" not in make("firmware").stdout
    assert 'new-app "mine" --board l475' in make("new-app", "NAME=mine", "BOARD=l475").stdout
    assert "library --board l475" in make("library", "BOARD=l475").stdout
    for target in ("hil", "bench", "profile", "compare"):
        done = make(target, "APP=monitor", *_tools_are_there(), dry=False)
        assert done.returncode == 2
        assert f"APP=monitor: make {target} plays sounds over the link" in done.stderr
