# SPDX-License-Identifier: Apache-2.0
"""The set-up of a checkout: one process at a time, and whole again after a full disk or a kill.

venv and pip are stand-ins that write small packages: nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT

VENV = r"""
import os, sys
from pathlib import Path
folder = Path(sys.argv[1])
if os.environ.get("NO_ROOM"):
    sys.exit("No space left on device")
(folder / "lib" / "python3" / "site-packages").mkdir(parents=True)
(folder / "bin").mkdir()
program = folder / "bin" / "python"
program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
program.chmod(0o755)
"""
PIP = r"""
import os, sys
from pathlib import Path
log = Path("pip.log")
name = Path(sys.argv[-1]).stem if "-r" in sys.argv else "mel2metal"
try:
    os.mkdir("busy")
except FileExistsError:
    name = "OVERLAP"
print("[pip]", flush=True)
if Path("gate").exists():
    Path("gate").read_bytes()
site = Path(os.environ["TMPDIR"]).parent / "lib/python3/site-packages"
package, info = site / f"{name}.py", site / f"{name}-1.dist-info"
if not info.exists():
    text = "print(1)\n"
    info.mkdir()
    (info / "METADATA").write_text("Name: x")
    is_full = os.environ.get("FULL") == name
    package.write_text(text[:3] if is_full else text)
    rows = [f"{name}.py,sha256=x,{len(text)}", f"{name}-1.dist-info/RECORD,,"]
    if os.environ.get("CUT_BEFORE_PROGRAMS") != name:
        rows.append(f"{name}-1.dist-info/INSTALLER,,")
    (info / "RECORD").write_text("".join(f"{row}\n" for row in rows))
    if is_full:
        os.rmdir("busy")
        sys.exit("[Errno 28] No space left on device")
with log.open("a") as stream:
    stream.write(name + "\n")
os.rmdir("busy")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the set-up needs of a checkout, with the stand-ins before Python's own modules."""
    for name in (
        "Makefile",
        "environment.mk",
        "long_checks.mk",
        "pyproject.toml",
        "tools/set_up.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPO_ROOT / name, tmp_path / name)
    (tmp_path / "requirements").mkdir()
    for name in ("firmware", "test", "train", "dev", "live", "labgrid", "compiler", "cmsis-dsp"):
        (tmp_path / "requirements" / f"{name}.txt").touch()
    for name, text in (("venv", VENV), ("virtualenv", "raise SystemExit(1)\n"), ("pip", PIP)):
        (tmp_path / "stand-ins" / name).mkdir(parents=True)
        (tmp_path / "stand-ins" / name / "__init__.py").touch()
        (tmp_path / "stand-ins" / name / "__main__.py").write_text(text)
    return tmp_path


def start(checkout: Path, *command: str, **more: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.Popen(
        command,
        cwd=checkout,
        env={**clean, "PYTHONPATH": str(checkout / "stand-ins"), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def make(checkout: Path, target: str, **more: str) -> subprocess.Popen[str]:
    return start(checkout, "make", f"PYTHON={sys.executable}", f".venv/.{target}", **more)


def install(checkout: Path, name: str, **more: str) -> subprocess.Popen[str]:
    return start(checkout, sys.executable, "tools/set_up.py", "set", name, **more)


def installed(checkout: Path) -> list[str]:
    return (checkout / "pip.log").read_text().split()


def read_until(stream: object, start_of_line: str) -> str:
    for line in stream:  # type: ignore[attr-defined]
        if line.startswith(start_of_line):
            return str(line)
    raise AssertionError(f"no line {start_of_line}")


def test_sets_are_installed_once_and_in_their_order(checkout: Path) -> None:
    out, errors = (process := make(checkout, "test")).communicate()
    assert errors == ""
    assert process.returncode == 0
    assert "[venv]     .venv with Python" in out
    lines = [line for line in out.splitlines() if line.startswith("[install]")]
    assert lines == ["[install]  requirements/firmware.txt", "[install]  requirements/test.txt"]
    assert installed(checkout) == ["firmware", "mel2metal", "test"]
    assert "up to date" in (process := make(checkout, "test")).communicate()[0]
    assert (checkout / ".venv" / ".created").exists()


def test_of_two_first_runs_one_waits_and_both_end_well(checkout: Path) -> None:
    os.mkfifo(checkout / "gate")
    first = make(checkout, "test")
    read_until(first.stdout, "[install]  requirements/firmware.txt")
    second = make(checkout, "test")
    line = read_until(second.stderr, "[lock]")
    assert line.startswith("[lock]     .venv is being set up by process ")
    assert line.endswith("; waiting\n")
    open_gate(checkout, first, second)
    assert (first.returncode, second.returncode) == (0, 0), second.communicate()
    assert installed(checkout) == ["firmware", "mel2metal", "test"]


def open_gate(checkout: Path, *processes: subprocess.Popen[str]) -> None:
    """Let the waiting pip and all later ones go on, and wait for the processes."""
    gate = checkout / "gate"
    fresh = gate.with_name("fresh")
    fresh.touch()
    handle = os.open(gate, os.O_WRONLY)  # waits for a pip that reads
    fresh.replace(gate)  # no later pip waits
    os.close(handle)
    for process in processes:
        process.wait()


def test_a_killed_run_whose_pip_still_writes_is_waited_for(checkout: Path) -> None:
    os.mkfifo(checkout / "gate")
    killed = install(checkout, "firmware")
    read_until(killed.stdout, "[pip]")
    killed.kill()
    killed.wait()
    second = install(checkout, "firmware")
    assert "[lock]" in read_until(second.stderr, "[lock]")
    open_gate(checkout, second)
    assert second.returncode == 0
    assert installed(checkout) == ["firmware", "firmware", "mel2metal"]


def test_a_full_disk_leaves_nothing_that_is_taken_for_whole(checkout: Path) -> None:
    process = make(checkout, "test", FULL="test")
    errors = process.communicate()[1]
    assert process.returncode == 2
    assert "No space left on device" in errors
    assert "pip could not install requirements/test.txt in .venv (exit code 1" in errors
    assert "Error 3" in errors
    assert not (checkout / ".venv" / ".test").exists()
    out = (process := make(checkout, "test")).communicate()[0]
    assert process.returncode == 0
    assert ".venv is made anew: not whole are test-1" in out
    assert installed(checkout) == ["firmware", "mel2metal"] * 2 + ["test"]
    assert (checkout / ".venv/lib/python3/site-packages/test.py").read_text() == "print(1)\n"
    assert not list(checkout.glob(".venv.old*"))


@pytest.mark.parametrize("damage", ["no list", "cut list", "no file", "empty metadata"])
def test_each_damage_is_seen(checkout: Path, damage: str) -> None:
    assert install(checkout, "firmware").wait() == 0
    site = checkout / ".venv" / "lib" / "python3" / "site-packages"
    info = site / "firmware-1.dist-info"
    if damage == "no list":
        (info / "RECORD").unlink()
    elif damage == "cut list":
        (info / "RECORD").write_text("")
    elif damage == "no file":
        (site / "firmware.py").unlink()
    else:
        (info / "METADATA").write_text("")
    process = install(checkout, "live")
    assert "not whole are firmware-1" in process.communicate()[0]
    assert process.returncode == 0
    assert installed(checkout) == [*["firmware", "mel2metal"] * 2, "test", "live"]


def test_no_room_for_the_environment_is_told_and_the_next_run_makes_it(checkout: Path) -> None:
    errors = (process := make(checkout, "firmware", NO_ROOM="1")).communicate()[1]
    assert process.returncode == 2
    assert "cannot make a virtual environment" in errors
    assert "Is there room on the disk?" in errors
    assert make(checkout, "firmware").wait() == 0


def test_an_environment_of_somebody_else_is_left_alone(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "theirs").touch()
    errors = (process := make(checkout, "firmware")).communicate()[1]
    assert process.returncode == 2
    assert ".venv is here, and mel2metal did not make it. Move it away" in errors
    assert os.listdir(checkout / ".venv") == ["theirs"]


def test_a_package_whose_programs_were_not_written_is_not_whole(checkout: Path) -> None:
    """pip was killed behind its last module: the list is the wheel's, and programs lack."""
    assert install(checkout, "firmware", CUT_BEFORE_PROGRAMS="firmware").wait() == 0
    out = (process := install(checkout, "test")).communicate()[0]
    assert process.returncode == 0
    assert ".venv is made anew: not whole are firmware-1" in out
    assert installed(checkout) == [*["firmware", "mel2metal"] * 2, "test"]


def test_what_pip_leaves_in_its_temporary_folder_goes(checkout: Path) -> None:
    left = checkout / ".venv" / ".tmp" / "pip-unpack-1"
    assert install(checkout, "firmware").wait() == 0
    left.mkdir(parents=True)
    assert install(checkout, "test").wait() == 0
    assert not left.parent.exists()


def test_a_lock_file_that_was_removed_meanwhile_does_not_count(checkout: Path) -> None:
    os.mkfifo(checkout / "gate")
    first = make(checkout, "test")
    read_until(first.stdout, "[pip]")
    second = make(checkout, "test")
    read_until(second.stderr, "[lock]")
    (checkout / ".venv.lock").unlink()
    open_gate(checkout, first, second)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "OVERLAP" not in installed(checkout)
    assert (checkout / ".venv.lock").exists()


def labgrid(checkout: Path, **more: str) -> subprocess.Popen[str]:
    words = ("make", f"PYTHON={sys.executable}", ".venv-labgrid/.installed")
    return start(checkout, *words, **more)


def test_labgrid_has_an_environment_of_its_own_which_a_full_disk_does_not_spoil(
    checkout: Path,
) -> None:
    errors = (process := labgrid(checkout, FULL="labgrid")).communicate()[1]
    assert process.returncode == 2
    assert "pip could not install requirements/labgrid.txt in .venv-labgrid (exit" in errors
    assert not (checkout / ".venv-labgrid" / ".installed").exists()
    out = (process := labgrid(checkout)).communicate()[0]
    assert process.returncode == 0
    assert ".venv-labgrid is made anew: not whole are labgrid-1" in out
    site = checkout / ".venv-labgrid" / "lib" / "python3" / "site-packages"
    assert (site / "labgrid.py").read_text() == "print(1)\n"
    assert installed(checkout) == ["labgrid"]
    assert "up to date" in labgrid(checkout).communicate()[0]
    assert not (checkout / ".venv" / "lib" / "python3" / "site-packages" / "labgrid.py").exists()


def test_of_two_labgrids_one_waits(checkout: Path) -> None:
    assert start(checkout, "make", f"PYTHON={sys.executable}", ".venv/.created").wait() == 0
    os.mkfifo(checkout / "gate")
    first = labgrid(checkout)
    read_until(first.stdout, "[pip]")
    second = labgrid(checkout)
    assert ".venv-labgrid is being set up by process " in read_until(second.stderr, "[lock]")
    open_gate(checkout, first, second)
    assert (first.returncode, second.returncode) == (0, 0)
    assert installed(checkout) == ["labgrid"]


def test_labgrids_environment_of_an_earlier_version_is_ours(checkout: Path) -> None:
    assert start(checkout, "make", f"PYTHON={sys.executable}", ".venv/.created").wait() == 0
    (checkout / ".venv-labgrid").mkdir()
    (checkout / ".venv-labgrid" / ".installed").touch()
    os.utime(checkout / ".venv-labgrid" / ".installed", (1, 1))
    assert labgrid(checkout).wait() == 0
    assert installed(checkout) == ["labgrid"]
