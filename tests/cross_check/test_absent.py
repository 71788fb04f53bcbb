# SPDX-License-Identifier: Apache-2.0
"""Without QEMU: what `make qemu` and `make doctor` say. These tests need no emulator."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cross_check.arguments import CORES
from cross_check.machines import MACHINES
from cross_check.on_qemu import find_qemu, qemu_version
from generator.errors import EXIT_TOOL, ToolError
from generator.toolchain import doctor
from mel2metal.__main__ import main


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_command_offers_every_machine() -> None:
    assert set(CORES) == MACHINES.keys()


@pytest.mark.usefixtures("empty_path")
def test_the_command_says_what_is_missing_and_how_to_get_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["qemu"]) == EXIT_TOOL
    said = capsys.readouterr()
    assert "no program qemu-system-arm" in said.err
    assert "apt install qemu-system-arm" in said.err
    assert not said.out


@pytest.mark.usefixtures("empty_path")
def test_the_doctor_lists_it_as_optional_with_the_same_remedy() -> None:
    (finding,) = (finding for finding in doctor.examine() if finding.what == "QEMU")
    assert finding.state is doctor.State.OPTIONAL
    assert finding.remedy == doctor.QEMU_REMEDY
    assert "make qemu" in finding.detail


def test_the_doctor_finds_it_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / doctor.QEMU_PROGRAM
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (finding,) = (finding for finding in doctor.examine() if finding.what == "QEMU")
    assert finding.state is doctor.State.PRESENT
    assert find_qemu() == program
    with pytest.raises(ToolError, match="does not run"):
        qemu_version(program)


def test_a_wrong_model_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "no.tflite"
    model.write_bytes(b"nothing of the kind")
    monkeypatch.setattr("cross_check.command.find_qemu", lambda: tmp_path / doctor.QEMU_PROGRAM)
    assert main(["qemu", "--model", str(model)]) == 2
    assert "no.tflite" in capsys.readouterr().err
