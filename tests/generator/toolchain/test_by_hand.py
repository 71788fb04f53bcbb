# SPDX-License-Identifier: Apache-2.0
"""The pinned compiler on PATH: it links what needs libgcc, for every core of ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.project.target_flags import target_flags
from generator.toolchain import by_hand
from generator.toolchain.by_hand import path_with_compiler, write_wrappers

DIVISION = "long long divide(long long a, long long b) { return a / b; }\nvoid _start(void) {}\n"
"""A call into libgcc."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wrappers(tmp_path_factory.mktemp("tools") / "bin")


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33", "cortex-m7"])
def test_gcc_finds_its_libgcc_for_every_core(folder: Path, core: str, tmp_path: Path) -> None:
    source = tmp_path / "divide.c"
    source.write_text(DIVISION)
    gcc = str(folder / "arm-none-eabi-gcc")
    command = [gcc, *target_flags(core).cpu, "-nostdlib", str(source), "-lgcc"]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "a.elf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.elf").is_file()


def test_all_programs_of_the_compiler_run(folder: Path) -> None:
    programs = sorted(folder.iterdir())
    assert {"arm-none-eabi-gcc", "arm-none-eabi-objcopy"} <= {one.name for one in programs}
    for program in programs:
        subprocess.run([str(program), "--version"], check=True, capture_output=True)


def test_they_are_written_once(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    write_wrappers(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_without_the_compiler_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_hand, "PINNED_PREFIX", tmp_path / "arm-none-eabi-")
    with pytest.raises(ToolError, match="make tools"):
        write_wrappers(tmp_path / "bin")
    assert not (tmp_path / "bin").exists()


def test_the_folder_comes_first_on_path() -> None:
    assert path_with_compiler(Path("/a"), {"PATH": "/b:/c"}) == "/a:/b:/c"
    assert path_with_compiler(Path("/a"), {}) == "/a"
