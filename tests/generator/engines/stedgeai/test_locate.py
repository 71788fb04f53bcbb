# SPDX-License-Identifier: Apache-2.0
"""Where the tool is looked for, and what is said where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.engines.stedgeai.locate import AI_FOLDER, find_install
from generator.errors import ToolError
from tests.support.st_edge_ai.faults import STAND_IN

BANNER = "ST Edge AI Core v{core}\\n   STM32CubeAI {cube}"


def install(root: Path, core: str = "3.0.0", cube: str = "11.0.0", name: str = "stedgeai") -> Path:
    """An installation whose program knows its version alone."""
    program = root / "Utilities" / "linux" / name
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nprintf '{BANNER.format(core=core, cube=cube)}\\n'\n")
    program.chmod(0o755)
    (root / AI_FOLDER / "Inc").mkdir(parents=True)
    return program


def put_library(root: Path, name: str, folder: str = "ARMCortexM33") -> Path:
    path = root / AI_FOLDER / "Lib" / "GCC" / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"!<arch>\n")
    return path


def test_folder_and_program_can_be_named(tmp_path: Path) -> None:
    program = install(tmp_path / "here")
    nowhere = {"PATH": "", "HOME": str(tmp_path)}
    for named in (str(program), str(tmp_path / "here")):
        found = find_install(named, nowhere)
        assert (found.program, found.root) == (program, tmp_path / "here")
        assert find_install(None, {**nowhere, "STEDGEAI": named}) == found


def test_each_place_is_looked_at_in_order(tmp_path: Path) -> None:
    home = tmp_path / "home"
    pack = install(
        home / "STM32Cube/Repository/Packs/STMicroelectronics/X-CUBE-AI/7.3.0",
        cube="7.3.0",
        name="stm32ai",
    )
    environ = {"PATH": "", "HOME": str(home)}
    assert find_install(None, environ).program == pack
    older, newer = install(home / "ST/STEdgeAI/2.2"), install(home / "ST/STEdgeAI/10.0")
    assert find_install(None, environ).program == newer != older
    on_path = install(tmp_path / "path")
    environ["PATH"] = str(on_path.parent)
    assert find_install(None, environ).program == on_path
    exe = install(tmp_path / "exe")
    environ["STM32_AI_EXE"] = str(exe)
    assert find_install(None, environ).program == exe
    core = install(tmp_path / "core")
    environ["STEDGEAI_CORE_DIR"] = str(tmp_path / "core")
    assert find_install(None, environ).program == core


def test_not_there_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as caught:
        find_install(None, {"PATH": "", "HOME": str(tmp_path)})
    assert "st.com/stedgeai" in caught.value.remedy
    assert "built-in engine needs nothing" in caught.value.remedy


@pytest.mark.parametrize("named", ["absent", "."])
def test_a_wrong_name_is_not_passed_over(tmp_path: Path, named: str) -> None:
    with pytest.raises(ToolError, match="STEDGEAI="):
        find_install(str(tmp_path / named), {"PATH": "", "HOME": str(tmp_path)})


def test_a_program_without_its_middleware(tmp_path: Path) -> None:
    program = install(tmp_path / "here")
    (tmp_path / "here" / AI_FOLDER / "Inc").rmdir()
    (tmp_path / "here" / AI_FOLDER).rmdir()
    with pytest.raises(ToolError, match="is in no installation"):
        find_install(str(program), {})


def test_the_library_must_be_there_and_of_this_version(tmp_path: Path) -> None:
    found = find_install(str(install(tmp_path)), {})
    with pytest.raises(ToolError, match=r"NetworkRuntime1100_CM33_GCC\.a is missing"):
        found.library("cortex-m33")
    put_library(tmp_path, "NetworkRuntime1020_CM33_GCC.a")
    with pytest.raises(ToolError, match=r"another version than ST Edge AI Core 3\.0\.0"):
        found.library("cortex-m33")
    right = put_library(tmp_path, "NetworkRuntime1100_CM33_GCC.a")
    assert found.library("cortex-m33") == right


def test_the_stand_in_is_an_installation() -> None:
    found = find_install(str(STAND_IN), {})
    assert found.version.title == "ST Edge AI Core 3.0.0"
    for core in ("cortex-m4", "cortex-m7", "cortex-m33"):
        assert found.library(core).is_file()
