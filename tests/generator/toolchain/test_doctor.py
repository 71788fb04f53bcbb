# SPDX-License-Identifier: Apache-2.0
"""The doctor's table and its exit code."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from generator.errors import EXIT_TOOL
from generator.toolchain import doctor
from generator.toolchain.doctor import Finding, State
from tests.support.st_edge_ai.faults import STAND_IN, make_install


def printed(findings: list[Finding]) -> tuple[int, str]:
    stream = io.StringIO()
    code = doctor.report(findings, Console(file=stream, width=120))
    return code, stream.getvalue()


def named(findings: tuple[Finding, ...], what: str) -> Finding:
    (found,) = (finding for finding in findings if finding.what == what)
    return found


def test_something_missing_is_exit_code_3_with_its_remedy() -> None:
    code, text = printed(
        [
            Finding("Python", State.PRESENT, "3.11"),
            Finding("cross compiler", State.MISSING, "no program [x]", "run `make tools`"),
        ]
    )
    assert code == EXIT_TOOL
    assert "no program [x]" in text
    assert "-> run `make tools`" in text
    assert "Missing for `make firmware`: cross compiler." in text


def test_what_is_only_absent_does_no_harm() -> None:
    code, text = printed([Finding("QEMU", State.OPTIONAL, "absent")])
    assert code == 0
    assert "has all that it needs" in text


def test_every_check_answers_here() -> None:
    findings = doctor.examine()
    assert named(findings, "cross compiler").state is State.PRESENT
    assert named(findings, "CMSIS-DSP").state is State.PRESENT
    assert named(findings, "packages: firmware").state is State.PRESENT


def test_an_absent_compiler_is_missing() -> None:
    finding = named(doctor.examine("/nowhere/arm-"), "cross compiler")
    assert finding.state is State.MISSING
    assert "/nowhere/arm-gcc" in finding.detail


def test_sounds_are_found_by_their_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    what = "sounds (ESC-10)"
    monkeypatch.setenv("ESC10_DIR", str(tmp_path))
    assert named(doctor.examine(), what).state is State.OPTIONAL
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text("filename\n")
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "a.wav").write_bytes(b"")
    finding = named(doctor.examine(), what)
    assert finding.state is State.PRESENT
    assert finding.detail.startswith("1 files")


def test_a_package_of_another_version_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PINS_DIR", tmp_path)
    for name in doctor.SETS:
        (tmp_path / f"{name}.txt").write_text("pytest==0.1 \\\nno-such==1 \\\n")
    finding = doctor._packages("firmware")
    assert finding.state is State.MISSING
    assert "pinned 0.1" in finding.detail
    assert "no-such absent, pinned 1" in finding.detail


def test_st_s_tool_is_shown_with_its_library() -> None:
    found = doctor._stedgeai(str(STAND_IN))
    assert found.state is State.PRESENT
    assert "ST Edge AI Core 3.0.0" in found.detail
    assert "NetworkRuntime1100_CM33_GCC.a" in found.detail


def test_st_s_tool_is_optional_and_may_be_incomplete(tmp_path: Path) -> None:
    absent = doctor._stedgeai(str(tmp_path / "nowhere"))
    assert absent.state is State.OPTIONAL
    assert "ENGINE out" in absent.remedy
    bare = doctor._stedgeai(str(make_install(tmp_path / "ST", "--fault", "no-library")))
    assert bare.state is State.OPTIONAL
    assert "no run-time library NetworkRuntime1100_" in bare.detail


def test_the_pinned_compiler_has_no_c_library() -> None:
    found = doctor._c_library(None)
    assert found.state is State.OPTIONAL
    assert "only the engine stedgeai needs one" in found.detail
