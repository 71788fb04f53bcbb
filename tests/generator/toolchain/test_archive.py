# SPDX-License-Identifier: Apache-2.0
"""What a library asks of a C library, and what is said where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.project.target_flags import CORE_FLAGS
from generator.toolchain.archive import c_library_flags, missing_functions
from generator.toolchain.locate import Toolchain
from tests.support.st_edge_ai.ar import write_archive

CPU = CORE_FLAGS["cortex-m33"]
ONE = """
float expf(float x); void *memcpy(void *, const void *, __SIZE_TYPE__); int other(int);
float one(float x) { return expf(x); }
int two(void *to, void *from, unsigned n) { memcpy(to, from, n); return other(1); }
int stai_network_init(void *); int three(void *n) { return stai_network_init(n); }
"""
OTHER = "int other(int x) { return x + 1; } double other_f64(double x) { return x * 3.0; }"


@pytest.fixture
def library(tmp_path: Path, toolchain: Toolchain) -> Path:
    members = {}
    for name, text in (("one.o", ONE), ("other.o", OTHER)):
        source = tmp_path / f"{name}.c"
        source.write_text(text)
        command = [str(toolchain.gcc), *CPU, "-O0", "-ffreestanding", "-c", str(source)]
        subprocess.run([*command, "-o", str(tmp_path / name)], check=True)
        members[name] = (tmp_path / name).read_bytes()
    path = tmp_path / "library.a"
    path.write_bytes(write_archive(members))
    return path


def test_only_what_a_c_library_brings_is_missing(library: Path) -> None:
    assert missing_functions(library, ("stai_",)) == ["expf"]


def test_nothing_missing_needs_no_library(toolchain: Toolchain) -> None:
    assert c_library_flags(toolchain, CPU, []) == []


def test_the_pinned_compiler_has_none(toolchain: Toolchain) -> None:
    if not toolchain.pinned:
        pytest.skip("another compiler")
    with pytest.raises(ToolError, match=r"no C library \(libc\.a\)") as caught:
        c_library_flags(toolchain, CPU, ["expf", "sqrtf"])
    assert "expf, sqrtf" in caught.value.what
    assert "libnewlib-arm-none-eabi" in caught.value.remedy


def test_no_library_at_all(tmp_path: Path) -> None:
    path = tmp_path / "library.a"
    path.write_text("a text")
    with pytest.raises(ToolError, match="is no library"):
        missing_functions(path, ())
