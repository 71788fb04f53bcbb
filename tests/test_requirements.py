# SPDX-License-Identifier: Apache-2.0
"""The pinned sets agree with pyproject.toml and with each other, and every line has its hash."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest

from generator.repository import REPO_ROOT
from generator.toolchain.doctor import read_pins

LOCKS = {
    name: (REPO_ROOT / "requirements" / f"{name}.txt").read_text()
    for name in ("firmware", "test", "live", "train", "dev", "labgrid", "compiler", "cmsis-dsp")
}
SETS = {name: dict(read_pins(LOCKS[name].splitlines())) for name in LOCKS}
PROJECT = tomllib.loads((REPO_ROOT / "pyproject.toml").read_text())["project"]


def package_name(requirement: str) -> str:
    """Normalised name at the start of a requirement such as `PyYAML>=6.0`."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match.group()).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    requirements = re.split(r"\n(?=\S)", LOCKS[name])
    pinned = [entry for entry in requirements if "==" in entry.splitlines()[0]]
    assert len(pinned) >= len(SETS[name]) > 0
    assert not [entry for entry in pinned if "--hash=sha256:" not in entry]


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("firmware", PROJECT["dependencies"]),
        ("test", PROJECT["optional-dependencies"]["test"]),
        ("live", PROJECT["optional-dependencies"]["live"]),
        ("train", PROJECT["optional-dependencies"]["train"]),
        ("dev", PROJECT["optional-dependencies"]["dev"]),
    ],
)
def test_locks_hold_what_pyproject_asks_for(name: str, requirements: list[str]) -> None:
    wanted = {package_name(requirement) for requirement in requirements} - {"mel2metal"}
    assert wanted <= SETS[name].keys()


def test_each_set_holds_the_smaller_one_at_the_same_versions() -> None:
    assert SETS["firmware"].items() <= SETS["test"].items()
    assert SETS["test"].items() <= SETS["train"].items()
    assert SETS["test"].items() <= SETS["dev"].items()


def test_firmware_and_tests_need_no_tensorflow() -> None:
    assert "tensorflow" in SETS["train"]
    assert not {"tensorflow", "keras"} & (SETS["firmware"].keys() | SETS["test"].keys())
    assert len(SETS["firmware"]) < 25


def test_pins_are_read_from_a_lock() -> None:
    lines = ["# comment", "a==1.0 \\", "    --hash=sha256:00", "b-c==2.0 ; python_version > '3' \\"]
    assert read_pins(lines) == (("a", "1.0"), ("b-c", "2.0"))
    assert read_pins(["w==1 ; sys_platform == 'win32' \\"]) == ()


MODULES_OF_PACKAGES = """
import importlib.metadata, sys
import generator.cli, generator.toolchain.tool_install, mel2metal.__main__
owners = importlib.metadata.packages_distributions()
print(*{name for top in {m.partition(".")[0] for m in sys.modules} for name in owners.get(top, [])})
"""


def test_the_command_imports_nothing_beyond_the_firmware_set() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MODULES_OF_PACKAGES],
        cwd=REPO_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {package_name(name) for name in done.stdout.split()} - {"mel2metal"}
    assert "jinja2" in loaded
    assert loaded <= {package_name(name) for name in SETS["firmware"]}
