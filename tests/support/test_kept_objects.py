# SPDX-License-Identifier: Apache-2.0
"""An object is taken where all that it was compiled from is the same, and else it is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.toolchain.locate import Toolchain
from tests.support.kept_objects import KeptObjects

FILES = {
    "Makefile": "# a model\nCPU := -mthumb\nDEFINES := -DM2M_TAPS=0\nLINK := -static\n",
    "core/a.c": '#include "core/a.h"\n',
    "core/a.h": "int a;\n",
    "core/b.h": "int b;\n",
    "cmsis_dsp/Include/c.h": "int c;\n",
    "app/main.c": "int main(void);\n",
}
MADE = {
    "out/core/a.o": "object",
    "out/core/a.su": "core/a.c:1:1:a\t8\tstatic\n",
    "out/core/a.d": "out/core/a.o: core/a.c \\\n core/a.h /opt/gcc/stdint.h\ncore/a.h:\n",
}


@pytest.fixture
def toolchain(tmp_path: Path) -> Toolchain:
    gcc = tmp_path / "arm-none-eabi-gcc"
    gcc.write_text("a compiler")
    return Toolchain(gcc, gcc, "13.2.1", "a compiler 13.2.1", pinned=False)


def write(project: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)


@pytest.fixture
def taken(tmp_path: Path, toolchain: Toolchain) -> Callable[..., bool]:
    """Whether the object of one project is taken by another one with these changes."""
    first = tmp_path / "first"
    write(first, FILES)
    kept = KeptObjects(first, toolchain, tmp_path / "store")
    kept.take()
    write(first, MADE)
    kept.leave()

    def in_second(changes: dict[str, str], compiler: Toolchain = toolchain) -> bool:
        second = tmp_path / "second"
        shutil.rmtree(second, ignore_errors=True)
        write(second, {**FILES, **changes})
        KeptObjects(second, compiler, tmp_path / "store").take()
        is_there = [(second / path).exists() for path in MADE]
        assert len(set(is_there)) == 1
        if is_there[0]:
            assert all((second / path).read_text() == text for path, text in MADE.items())
            made, source = (second / path for path in ("out/core/a.o", "core/a.c"))
            assert os.stat(made).st_mtime_ns >= os.stat(source).st_mtime_ns
            assert (second / "out/compiler.txt").read_text() == "a compiler 13.2.1\n"
        return is_there[0]

    return in_second


def test_the_same_sources_and_what_does_not_reach_the_object(taken: Callable[..., bool]) -> None:
    assert taken({})
    assert taken({"core/b.h": "int other;\n"})
    assert taken({"Makefile": FILES["Makefile"].replace("a model", "another model")})


@pytest.mark.parametrize(
    "changes",
    [
        {"core/a.c": '#include "core/a.h"\nint more;\n'},
        {"core/a.h": "int changed;\n"},
        {"cmsis_dsp/Include/c.h": "int changed;\n"},
        {"Makefile": FILES["Makefile"].replace("TAPS=0", "TAPS=1")},
        {"engine/Inc/vendor.h": "int vendor;\n"},
    ],
    ids=["source", "header", "header of the system's", "flags", "an engine of a vendor"],
)
def test_what_reaches_the_object(taken: Callable[..., bool], changes: dict[str, str]) -> None:
    assert not taken(changes)


def test_another_compiler(taken: Callable[..., bool], toolchain: Toolchain) -> None:
    other = Toolchain(toolchain.gcc, toolchain.gcc, "14", "a compiler 14", pinned=False)
    assert not taken({}, other)


def test_a_users_own_c_is_compiled_each_time(tmp_path: Path, toolchain: Toolchain) -> None:
    """Its warnings are part of what is told."""
    users = FILES["Makefile"].replace("LINK", "USERS_WARNINGS := -Wall\nLINK")
    for name in ("first", "second"):
        project = tmp_path / name
        write(project, {**FILES, "Makefile": users})
        kept = KeptObjects(project, toolchain, tmp_path / "store")
        kept.take()
        assert not (project / "out" / "app" / "main.o").exists()
        write(project, {"out/app/main.o": "object", "out/app/main.d": "main.o: app/main.c\n"})
        kept.leave()
