# SPDX-License-Identifier: Apache-2.0
"""Where a project lies, and what the environment says to compilers: neither changes the image."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.firmware import Firmware
from generator.project.target_flags import target_flags
from generator.toolchain.build import run_make
from generator.toolchain.locate import Toolchain


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_of_any_name_and_a_compilers_variables_change_nothing(
    tiny_firmware: Firmware, toolchain: Toolchain, tmp_path: Path
) -> None:
    """By hand and by run_make: in a path a shell or make would evaluate, with a hostile CPATH."""
    image = tiny_firmware.image
    name = "a $(shell touch ran) $x $$ `touch ran` ; \"b\" 'c' : % # & \\ é"
    project = tmp_path / name / "moved"
    shutil.copytree(image.project_dir, project, ignore=shutil.ignore_patterns("out"))
    (tmp_path / "headers").mkdir()
    (tmp_path / "headers" / "stdint.h").write_text("#error not this one\n")
    compiler = tmp_path / name / "compiler"
    compiler.symlink_to(toolchain.gcc.parents[1])
    environment = {
        "PATH": os.environ["PATH"],
        "CROSS_COMPILE": f"{compiler}/bin/{toolchain.gcc.name.removesuffix('gcc')}",
        "CPATH": str(tmp_path / "headers"),
        "C_INCLUDE_PATH": str(tmp_path / "headers"),
        "DEPENDENCIES_OUTPUT": str(tmp_path / "dependencies"),
        "LIBGCC": str(toolchain.libgcc(target_flags("cortex-m33").cpu)),
    }
    done = subprocess.run(
        ["make", "-j2"], cwd=project, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert sha256(project / "out" / "mel2metal.bin") == image.sha256
    assert not list(tmp_path.rglob("ran"))
    assert not (tmp_path / "dependencies").exists()


def test_a_build_takes_no_folders_from_the_environment(
    u585: BoardSpec,
    tiny_firmware: Firmware,
    toolchain: Toolchain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "stdint.h").write_text("#error not this one\n")
    for name in ("CPATH", "C_INCLUDE_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    project = tmp_path / "$(shell touch ran) `touch ran` 'x \x1b \udcff"
    shutil.copytree(tiny_firmware.image.project_dir, project, ignore=shutil.ignore_patterns("out"))
    run_make(project, u585, toolchain)
    assert sha256(project / "out" / "mel2metal.bin") == tiny_firmware.image.sha256
    assert not list(tmp_path.rglob("ran"))
