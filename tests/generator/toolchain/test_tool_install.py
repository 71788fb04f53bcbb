# SPDX-License-Identifier: Apache-2.0
"""Installing tools: all or nothing, once, again when the pin changes. No network."""

from __future__ import annotations

import platform
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from generator.errors import ToolError
from generator.toolchain.tool_install import INSTALLERS, PinnedTool

Command = Sequence[str]


@pytest.fixture
def tools_dir(tmp_path: Path) -> Path:
    (tmp_path / "compiler.txt").write_text("compiler==1\n")
    (tmp_path / "cmsis-dsp.txt").write_text("cmsis==1\n")
    return tmp_path / ".tools"


@pytest.fixture
def compiler(tools_dir: Path) -> PinnedTool:
    pin = tools_dir.parent / "compiler.txt"
    return replace(INSTALLERS["compiler"], target=tools_dir / "gcc", pin=pin)


@pytest.fixture
def cmsis_dsp(tools_dir: Path) -> PinnedTool:
    pin = tools_dir.parent / "cmsis-dsp.txt"
    return replace(INSTALLERS["cmsis-dsp"], target=tools_dir / "cmsis", pin=pin)


@pytest.fixture
def pip_calls(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """Stand in for pip and for the compiler's first answer: write the files they would write."""
    calls: list[Command] = []

    def run(command: Command, **options: object) -> SimpleNamespace:
        if "pip" in command:
            calls.append(command)
            if "--target" in command:
                tree = Path(command[command.index("--target") + 1])
                (tree / "gcc_arm_none_eabi" / "toolchain" / "bin").mkdir(parents=True)
                (tree / "version").write_text(str(len(calls)))
            else:
                write_archive(Path(command[command.index("--dest") + 1]))
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    return calls


def write_archive(folder: Path) -> None:
    source = folder / "cmsisdsp-1.0"
    (source / "Include").mkdir(parents=True)
    (source / "Include" / "arm_math.h").write_text("/* */\n")
    with tarfile.open(folder / "cmsisdsp-1.0.tar.gz", "w:gz") as tar:
        tar.add(source, arcname="cmsisdsp-1.0")


def leftovers(tools: Path) -> list[str]:
    return sorted(path.name for path in tools.iterdir() if ".part-" in path.name)


def test_a_tool_is_installed_once(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command]
) -> None:
    assert compiler.install()
    assert not compiler.install()
    assert len(pip_calls) == 1
    assert "--require-hashes" in pip_calls[0]
    assert not leftovers(tools_dir)


def test_another_pin_replaces_the_tool(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command], tmp_path: Path
) -> None:
    compiler.install()
    (tmp_path / "compiler.txt").write_text("compiler==2\n")
    assert compiler.install()
    assert (tools_dir / "gcc" / "version").read_text() == "2"
    assert not leftovers(tools_dir)


def test_an_unmarked_folder_is_replaced(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command]
) -> None:
    (tools_dir / "gcc").mkdir(parents=True)
    (tools_dir / "gcc" / "half").write_text("")
    assert compiler.install()
    assert not (tools_dir / "gcc" / "half").exists()


def test_what_a_killed_run_left_is_removed(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command]
) -> None:
    (tools_dir / "gcc.part-x1" / "half").mkdir(parents=True)
    assert compiler.install()
    assert not leftovers(tools_dir)


def test_cmsis_dsp_is_unpacked_and_not_built(
    tools_dir: Path, cmsis_dsp: PinnedTool, pip_calls: list[Command]
) -> None:
    assert cmsis_dsp.install()
    assert (tools_dir / "cmsis" / "Include" / "arm_math.h").is_file()
    assert pip_calls[0][3] == "download"
    assert not leftovers(tools_dir)


def test_a_failed_download_leaves_nothing(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = SimpleNamespace(returncode=1, stdout="", stderr="hashes do not match")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(ToolError, match="hashes do not match"):
        compiler.install()
    assert not (tools_dir / "gcc").exists()
    assert not leftovers(tools_dir)


def test_a_compiler_that_does_not_run_is_not_installed(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    pip = subprocess.run

    def run(command: Command, **options: object) -> object:
        if "pip" not in command:
            raise OSError("Exec format error")
        return pip(command)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ToolError, match="does not run on this machine"):
        compiler.install()
    assert not (tools_dir / "gcc").exists()


def test_a_machine_without_a_build_is_told(
    tools_dir: Path, compiler: PinnedTool, pip_calls: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(ToolError, match="no build for Linux riscv64") as caught:
        compiler.install()
    assert "CROSS_COMPILE" in caught.value.remedy
