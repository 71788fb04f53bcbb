# SPDX-License-Identifier: Apache-2.0
"""The project's CMakeLists.txt: the Makefile's image in any folder that CMake can build in.

Of the others, and of the environment, it says so or takes nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from generator.firmware import Firmware
from generator.toolchain.locate import OF_COMPILERS, Toolchain
from tests.generator.toolchain.test_build import sha256

pytestmark = pytest.mark.slow

ODD = "a $b 'c' %d #e (f) &g @h=i,j"


@pytest.fixture
def environment(toolchain: Toolchain, tmp_path: Path) -> dict[str, str]:
    """One whose compiler variables lead to headers and programs that end every build."""
    if shutil.which("cmake") is None:
        pytest.skip("no cmake on this machine")
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    for name in ("stdint.h", "stddef.h", "stdbool.h"):
        (wrong / name).write_text("#error taken from the environment\n")
    for name in ("as", "ld", "collect2", "cc1"):
        (wrong / name).write_text("#!/bin/sh\necho taken from the environment >&2; exit 1\n")
        (wrong / name).chmod(0o755)
    path = f"{toolchain.gcc.parent}{os.pathsep}{os.environ['PATH']}"
    named = dict.fromkeys(("CPATH", "C_INCLUDE_PATH", "COMPILER_PATH", "LIBRARY_PATH"), str(wrong))
    written = {
        "DEPENDENCIES_OUTPUT": str(wrong / "written"),
        "SUNPRO_DEPENDENCIES": f"{wrong}/written all",
    }
    return {**os.environ, **named, **written, "PATH": path}


def copy_of(firmware: Firmware, folder: Path) -> Path:
    left_out = shutil.ignore_patterns("out")
    shutil.copytree(firmware.image.project_dir, folder, ignore=left_out)
    return folder


def configure(project: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["cmake", "--preset", "arm-none-eabi"],
        cwd=project, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_cmake_makes_the_same_image_in_an_odd_folder_and_environment(
    tiny_firmware: Firmware, environment: dict[str, str], tmp_path: Path
) -> None:
    project = copy_of(tiny_firmware, tmp_path / ODD / "u585")
    done = configure(project, environment)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        ["cmake", "--build", "--preset", "arm-none-eabi"],
        cwd=project, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sha256(project / "out" / "cmake" / "mel2metal.bin") == tiny_firmware.image.sha256
    assert not (tmp_path / "wrong" / "written").exists()


@pytest.mark.parametrize("name", ["a;b", "a:b", 'a"b', "a$(b)", "a${b}"])
def test_a_folder_that_cmake_cannot_build_in_is_named(
    name: str, tiny_firmware: Firmware, environment: dict[str, str], tmp_path: Path
) -> None:
    project = copy_of(tiny_firmware, tmp_path / name / "u585")
    done = configure(project, environment)
    assert done.returncode == 1
    assert done.stderr.count("CMake Error") == 1
    told = " ".join(done.stderr.split())
    assert f"CMake cannot build in {project}" in told
    assert "Move the project to another folder, or build it with make" in told


def test_the_makefile_and_cmake_leave_out_the_same_variables(tiny_firmware: Firmware) -> None:
    text = (tiny_firmware.image.project_dir / "CMakeLists.txt").read_text()
    named = text.partition("set(FROM_ENVIRONMENT")[2].partition(")")[0].split()
    assert sorted(named) == sorted(OF_COMPILERS)
