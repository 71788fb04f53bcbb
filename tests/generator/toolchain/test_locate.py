# SPDX-License-Identifier: Apache-2.0
"""Finding compilers: the pinned one, a named one, a wrong one, none."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.host.compile import HostBuild, compile_for_host
from generator.toolchain import locate
from generator.toolchain.locate import find_cmsis_dsp, find_host_cc, find_toolchain

M33 = ("-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard")


def write_program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def fake_compiler(folder: Path, *, machine: str = "arm-none-eabi", version: str = "14.1.0") -> str:
    """A gcc that only answers questions; returns its prefix."""
    answers = f"""case "$1" in
--version) echo "fake gcc {version}";;
-dumpmachine) echo {machine};;
-dumpfullversion) echo {version};;
*) echo libgcc.a;;
esac"""
    write_program(folder / "x-gcc", answers)
    write_program(folder / "x-objcopy", "exit 0")
    return str(folder / "x-")


def test_the_pinned_compiler_links_for_the_m33() -> None:
    found = find_toolchain()
    assert found.pinned
    assert found.version == "13.2.1"
    assert Path(f"{found.prefix}gcc") == found.gcc
    libgcc = found.libgcc(M33)
    assert libgcc.is_file()
    assert libgcc.name == "libgcc.a"


def test_a_named_compiler_is_asked_who_it_is(tmp_path: Path) -> None:
    found = find_toolchain(fake_compiler(tmp_path))
    assert not found.pinned
    assert found.version == "14.1.0"
    assert found.description == "fake gcc 14.1.0"


def test_a_named_compiler_is_looked_up_in_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_compiler(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_toolchain("x-").gcc == tmp_path / "x-gcc"


def test_no_libgcc_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="has no libgcc for -mcpu=cortex-m33"):
        find_toolchain(fake_compiler(tmp_path)).libgcc(M33)


def test_a_compiler_for_another_machine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="compiles for x86_64-linux-gnu"):
        find_toolchain(fake_compiler(tmp_path, machine="x86_64-linux-gnu"))


def test_an_old_compiler_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"10\.3\.1, older than 12\.0"):
        find_toolchain(fake_compiler(tmp_path, version="10.3.1"))


def test_an_absent_compiler_is_told_with_its_remedy() -> None:
    with pytest.raises(ToolError) as caught:
        find_toolchain("/nowhere/arm-none-eabi-")
    assert caught.value.what == "no program /nowhere/arm-none-eabi-gcc"
    assert "CROSS_COMPILE=" in caught.value.remedy


def test_a_compiler_that_fails_is_told(tmp_path: Path) -> None:
    write_program(tmp_path / "x-gcc", "echo broken >&2; exit 1")
    write_program(tmp_path / "x-objcopy", "exit 0")
    with pytest.raises(ToolError, match="failed: broken"):
        find_toolchain(str(tmp_path / "x-"))


def test_without_the_pinned_compiler_the_remedy_is_make_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "PINNED_PREFIX", tmp_path / "arm-none-eabi-")
    with pytest.raises(ToolError, match="make tools"):
        find_toolchain()


def test_cmsis_dsp_is_a_tree_with_its_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (find_cmsis_dsp() / "Source" / "TransformFunctions").is_dir()
    monkeypatch.setattr(locate, "CMSIS_DSP_DIR", tmp_path)
    with pytest.raises(ToolError, match="make tools"):
        find_cmsis_dsp()


def test_cc_names_the_host_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = write_program(tmp_path / "mycc", "exit 0")
    monkeypatch.setenv("CC", str(mine))
    assert find_host_cc() == (str(mine),)
    blank = write_program(tmp_path / "my cc", "exit 0")
    monkeypatch.setenv("CC", str(blank))
    assert find_host_cc() == (str(blank),)
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ToolError, match="no-such-compiler"):
        find_host_cc()


def test_cc_may_be_several_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for make: a launcher, a compiler, options. It is found, and it compiles."""
    launcher = write_program(tmp_path / "launcher", 'echo ran >> "$0.log"; exec "$@"')
    compiler = " ".join(find_host_cc())
    monkeypatch.setenv("CC", f"'{launcher}' {compiler} -O1")
    assert find_host_cc() == (str(launcher), *compiler.split(), "-O1")
    (tmp_path / "one.c").write_text("int one(void);\nint one(void) { return 1; }\n")
    build = HostBuild(tmp_path, ("one.c",), (), shared=True)
    library = ctypes.CDLL(str(compile_for_host(build, tmp_path / "cache")))
    assert library.one() == 1
    assert (tmp_path / "launcher.log").read_text().count("ran") == 3  # version, compile, link
    for named, what in (("'gcc", "CC='gcc: No closing quotation"), ("nothing gcc", "nothing")):
        monkeypatch.setenv("CC", named)
        with pytest.raises(ToolError, match=what):
            find_host_cc()


def test_no_host_compiler_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="firmware does not"):
        find_host_cc()
