# SPDX-License-Identifier: Apache-2.0
"""What `make clean` removes, and what it leaves: without any library, and without a byte lost."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.cleaning.build_folder import clean_build_folder
from generator.cleaning.removal import Cleaning, Left
from generator.commands.clean import main
from generator.project.names import COMPILER_FILE, FILE_LIST, IMAGE_FILES
from generator.project.replace import OLD, SCRATCH_MARK
from generator.repository import REPO_ROOT
from tests.support.build_folders import (
    NEXT_PROJECT,
    OUTPUTS,
    PROJECT,
    all_bytes,
    contents,
    write_files,
    write_project,
)

HASH = "0123456789abcdef01234567"

CACHES = {
    f"fuzz/corpus/session/{40 * '0'}": b"an input",
    "fuzz/current/text": b"a case",
    f"host/{HASH}/twin.so": b"compiled",
    f"host/.{HASH}.lock": b"",
    "flash_algorithms/u5-64e9a122e8f4201f.elf": b"algorithm",
    "locks/firmware-u585.lock": b"",
    "bench/nets/deep_96x64.tflite": b"net",
    "bench/images/locks/firmware-u585.lock": b"",
    f"tests/firmware/{HASH}01234567/u585/README.md": b"stored",
    "qemu/images/plain-cortex-m33/core/mem.o": b"object",
    ".u585.lock": b"",
    "u585-stedgeai.log": b"$ stedgeai generate\n",
    ".u585-stedgeai.lock": b"",
}
RESULTS = {
    f"fuzz/findings/session/crash-{40 * '0'}": b"an input",
    "hil/u585/20261129T160512Z-model/report.json": b"{}",
    "hil/u585/20261129T160512Z-model/report.html": b"<html>",
    "compare/builtin/u585/report.json": b"{}",
    "bench/u585/bench.json": b"{}",
}
USERS = {
    "thesis.txt": b"years of work",
    "u585.kept-2026-11-29T16-05-12/core/mem.c": b"edited before",
    "host/notes.txt": b"in a cache",
    "hil/u585/remarks.md": b"beside results",
    "u585.log": b"my own log",
}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build folder with all that mel2metal makes."""
    folder = tmp_path / "build"
    for place in ("", "bench/images", "qemu"):
        write_project(folder / place / "u585")
    write_project(folder / "u585-tap")
    return write_files(folder, CACHES)


def clean(build: Path, **options: bool) -> Cleaning:
    cleaning = Cleaning()
    clean_build_folder(build, cleaning, **options)
    return cleaning


def left(cleaning: Cleaning, build: Path) -> dict[str, str]:
    return {one.path.relative_to(build).as_posix(): one.why for one in cleaning.left}


def test_what_mel2metal_made_goes(build: Path) -> None:
    cleaning = clean(build)
    assert not build.exists()
    assert cleaning.left == []
    assert {build / "u585", build / "bench" / "images" / "u585"} <= set(cleaning.removed)


def test_what_somebody_else_put_there_stays_and_is_named(build: Path) -> None:
    write_files(build, USERS)
    (build / "link").symlink_to(build / "u585")
    cleaning = clean(build)
    assert contents(build) == {**USERS, "link": str(build / "u585")}
    assert left(cleaning, build) == {
        "hil": "was not written by mel2metal",
        "host/notes.txt": "was not written by mel2metal",
        "link": "was not written by mel2metal",
        "thesis.txt": "was not written by mel2metal",
        "u585.kept-2026-11-29T16-05-12": "holds files of yours that a build moved aside",
        "u585.log": "was not written by mel2metal",
    }


def test_changed_and_foreign_files_of_a_project_stay(build: Path) -> None:
    (build / "u585" / "core" / "mem.c").write_bytes(b"edited")
    write_files(build / "u585", {"out/notes.txt": b"foreign", "out/cmake/CMakeCache.txt": b"x"})
    (build / "u585" / "plans").mkdir()
    cleaning = clean(build)
    assert contents(build) == {
        "u585/core/mem.c": b"edited",
        "u585/out/notes.txt": b"foreign",
        "u585/out/cmake/CMakeCache.txt": b"x",
        "u585/plans/": b"",
    }
    assert left(cleaning, build) == {
        "u585/core/mem.c": "was changed since mel2metal wrote it",
        "u585/out/notes.txt": "was not written by mel2metal",
        "u585/plans": "was not written by mel2metal",
        "u585": "was written by another tool, such as CMake",
    }


def test_a_project_without_a_list_stays(build: Path) -> None:
    (build / "u585" / FILE_LIST).unlink()
    before = contents(build / "u585")
    assert "has no whole files.sha256" in left(clean(build), build)["u585"]
    assert contents(build / "u585") == before


def test_results_stay_until_they_are_asked_for(build: Path) -> None:
    write_files(build, RESULTS)
    (build / "hil" / "u585" / "latest").symlink_to("20261129T160512Z-model")
    cleaning = clean(build)
    assert set(contents(build)) == {*RESULTS, "hil/u585/latest"}
    assert set(left(cleaning, build)) == {"hil", "compare", "bench", "fuzz"}
    assert all("REPORTS=1" in one.why for one in cleaning.left)
    assert clean(build, reports=True).left == []
    assert not build.exists()


def test_a_project_in_use_stays_and_fails(build: Path) -> None:
    with (build / ".u585.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cleaning = clean(build)
        assert set(contents(build / "u585")) == {*PROJECT, FILE_LIST}
    why = "is in use by another process, or cannot be locked"
    assert cleaning.left == [Left(build / "u585", why, is_failure=True)]


def test_what_a_killed_build_left_is_looked_at_as_well(
    build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch = build / ".u585.build-abc123"
    write_files(scratch, {SCRATCH_MARK: b"", "u585/core/mem.c": b"half made"})
    write_project(scratch / OLD, NEXT_PROJECT)
    (scratch / OLD / "core" / "mem.c").write_bytes(b"saved by the user")
    clean(build)
    (kept,) = build.iterdir()
    assert contents(kept) == {"core/mem.c": b"saved by the user"}
    assert str(kept) in capsys.readouterr().err


PATHS = st.one_of(
    st.sampled_from([f"u585/{path}" for path in (*PROJECT, FILE_LIST)]),
    st.sampled_from(sorted(USERS)),
    st.lists(
        st.sampled_from(["u585", "core", "out", "hil", "host", "a", "b.txt", "locks", "qemu"]),
        min_size=1,
        max_size=3,
    ).map("/".join),
)


@settings(deadline=None, max_examples=60)
@given(files=st.dictionaries(PATHS, st.binary(min_size=1, max_size=9), max_size=6),
       reports=st.booleans(), twice=st.booleans())  # fmt: skip
def test_whatever_there_is_no_byte_of_the_user_is_lost(
    files: dict[str, bytes], reports: bool, twice: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build"
        write_project(build / "u585")
        theirs: set[bytes | str] = set()
        for path, content in files.items():
            if all(not (build / part).is_file() for part in Path(path).parents):
                (build / path).parent.mkdir(parents=True, exist_ok=True)
                if not (build / path).is_dir():
                    (build / path).write_bytes(content)
        is_rebuilt = contents(build / "u585").get(COMPILER_FILE) != PROJECT[COMPILER_FILE]
        for path, value in contents(build).items():
            inner = path.removeprefix("u585/")
            is_made = inner in OUTPUTS and inner.startswith("out/")
            is_made = is_made and (is_rebuilt or inner not in IMAGE_FILES)
            if not is_made and inner != FILE_LIST and value != PROJECT.get(inner):
                theirs.add(value)
        for _ in range(1 + twice):
            clean(build, reports=reports)
        assert theirs <= (all_bytes(build) if build.exists() else set())


def environment(root: Path, name: str, *marks: str) -> None:
    write_files(root / name, {"pyvenv.cfg": b"home = /usr", **dict.fromkeys(marks, b"")})


def test_environments_go_where_they_are_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    environment(tmp_path, ".venv", ".created")
    environment(tmp_path, ".venv-labgrid")
    write_files(
        tmp_path,
        {
            ".venv.lock": b"process 1\n",
            ".venv.old-77/half": b"",
            ".tools/cmsis-dsp-1.10.3/.installed": b"",
            ".tools/cmsis-dsp-1.10.3.lock": b"",
            ".tools/gcc.part-x1/half": b"",
            ".tools/mine/gcc": b"",
            ".pytest_cache/v/cache": b"",
            "mel2metal.egg-info/PKG-INFO": b"",
        },
    )
    assert main(["--environments"]) == 0
    assert contents(tmp_path) == {
        ".tools/mine/gcc": b"",
        ".venv-labgrid/pyvenv.cfg": b"home = /usr",
    }
    said = capsys.readouterr().out.splitlines()
    assert "removed  .venv" in said
    assert "stays    .tools/mine: was not written by mel2metal" in said
    assert [line for line in said if ".venv-labgrid: was not made by mel2metal" in line]


def test_an_environment_that_is_being_set_up_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment(tmp_path, ".venv", ".making")
    with (tmp_path / ".venv.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert main(["--environments"]) == 3
    assert set(contents(tmp_path)) == {".venv/pyvenv.cfg", ".venv/.making", ".venv.lock"}
    assert main(["--environments"]) == 0
    assert not contents(tmp_path)


def test_an_environment_that_is_a_link_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(tmp_path / "elsewhere", ".venv", ".created")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / ".venv").symlink_to(tmp_path / "elsewhere" / ".venv")
    monkeypatch.chdir(tmp_path / "here")
    assert main(["--environments"]) == 0
    assert (tmp_path / "here" / ".venv" / "pyvenv.cfg").is_file()


@pytest.mark.parametrize("word", [[], ["--caches"]])
def test_the_standard_library_is_enough(build: Path, word: list[str]) -> None:
    """`-S`: no installed package can be imported, as where there is no .venv."""
    (build / "u585" / "core" / "mem.c").write_bytes(b"edited")
    command = [sys.executable, "-S", "-m", "generator.commands.clean", *word]
    done = subprocess.run(
        [*command, "--build-dir", str(build)],
        cwd=build.parent,
        env={"PYTHONPATH": str(REPO_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"stays    {build}/u585/core/mem.c: was changed" in done.stdout
    assert contents(build) == {"u585/core/mem.c": b"edited"}


def test_nothing_to_remove_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build-dir", str(tmp_path / "build")]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"


def test_what_cannot_be_removed_is_an_error(
    build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (build / ".u585.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["--build-dir", str(build)]) == 3
    assert f"stays    {build}/u585: is in use" in capsys.readouterr().err
