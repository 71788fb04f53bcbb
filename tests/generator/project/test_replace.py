# SPDX-License-Identifier: Apache-2.0
"""No byte of the user's is lost where a build folder is replaced: refused, forced, or killed."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import InputError
from generator.project import replace
from generator.project.at_risk import refuse_at_risk
from generator.project.exchange import NoExchangeError, exchange
from generator.project.names import COMPILER_FILE, FILE_LIST, IMAGE_FILES
from generator.project.replace import copy_ours, recover, replace_folder, scratch_folder
from tests.support.build_folders import (
    NEXT_PROJECT,
    OUTPUTS,
    PROJECT,
    all_bytes,
    contents,
    write_files,
    write_project,
)

NAME = "u585"
OURS = {*PROJECT.values(), *NEXT_PROJECT.values(), b""}
KEPT = re.compile(rf"{NAME}\.kept-\d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\d(-\d+)?")


def rebuild(out_dir: Path, *, force: bool, is_late: bool = False) -> None:
    """What `make_firmware` does, with files that are made at once.

    `is_late`: the user's files came while the build ran.
    """
    directory = out_dir / NAME
    recover(directory)
    if not force and not is_late:
        refuse_at_risk(directory)
    with scratch_folder(out_dir, NAME) as scratch:
        copy_ours(directory, scratch / NAME)
        write_project(scratch / NAME, NEXT_PROJECT)
        replace_folder(scratch / NAME, directory, scratch, force=force)


def without_exchange(one: Path, other: Path) -> None:
    raise NoExchangeError(0, "not on this file system", str(other))


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "two renames":
        monkeypatch.setattr(replace, "exchange", without_exchange)
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / NAME)


def holds_next(directory: Path) -> bool:
    found = contents(directory)
    found.pop(FILE_LIST)
    return found == NEXT_PROJECT


def test_two_paths_change_places_at_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/x": b"1", "b": b"2"})
    exchange(tmp_path / "a", tmp_path / "b")
    assert contents(tmp_path) == {"a": b"2", "b/x": b"1"}
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "a", tmp_path / "none")


@pytest.mark.usefixtures("way")
def test_a_project_of_ours_is_replaced_and_nothing_is_left_beside_it(project: Path) -> None:
    rebuild(project.parent, force=False)
    assert holds_next(project)
    assert [path.name for path in project.parent.iterdir()] == [NAME]


@pytest.mark.usefixtures("way")
def test_what_the_user_saves_while_the_build_runs_refuses_it(project: Path) -> None:
    with scratch_folder(project.parent, NAME) as scratch:
        write_project(scratch / NAME, NEXT_PROJECT)
        (project / "core" / "mem.c").write_bytes(b"saved while the compiler ran\n")
        before = contents(project)
        with pytest.raises(InputError, match=r"core/mem\.c: was changed"):
            replace_folder(scratch / NAME, project, scratch, force=False)
    assert contents(project) == before
    assert [path.name for path in project.parent.iterdir()] == [NAME]


@pytest.mark.usefixtures("way")
def test_a_damaged_image_is_made_anew_and_what_it_was_is_kept(project: Path) -> None:
    (project / "out" / "mel2metal.bin").write_bytes(b"fla")
    (project / "out" / "mel2metal.elf").write_bytes(b"")
    rebuild(project.parent, force=False)
    assert holds_next(project)
    (kept,) = project.parent.glob(f"{NAME}.kept-*")
    assert contents(kept) == {"out/mel2metal.bin": b"fla"}


@pytest.mark.usefixtures("way")
def test_folders_of_other_tools_go_over_to_the_next_project(project: Path) -> None:
    write_files(project, {"out/cmake/CMakeCache.txt": b"cache", ".cache/clangd/index/a": b"index"})
    rebuild(project.parent, force=False)
    assert (project / "out" / "cmake" / "CMakeCache.txt").read_bytes() == b"cache"
    assert (project / ".cache" / "clangd" / "index" / "a").read_bytes() == b"index"


def test_a_link_in_the_project_s_place_is_moved_aside_as_a_link(tmp_path: Path) -> None:
    elsewhere = write_files(tmp_path / "elsewhere", {"thesis.txt": b"years of work"})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / NAME).symlink_to(elsewhere)
    with pytest.raises(InputError):
        rebuild(tmp_path / "out", force=False)
    rebuild(tmp_path / "out", force=True)
    (kept,) = (tmp_path / "out").glob(f"{NAME}.kept-*")
    assert kept.readlink() == elsewhere
    assert (elsewhere / "thesis.txt").read_bytes() == b"years of work"


def test_objects_are_taken_over_only_as_the_list_has_them(project: Path, tmp_path: Path) -> None:
    """Others may come of other flags; make would not see that."""
    (project / "out" / "core" / "mem.o").write_bytes(b"by hand, with other flags\n")
    (project / "out" / "core" / "fault.S.d").unlink()
    os.utime(project / "Makefile", (1, 1))
    copy_ours(project, tmp_path / "copy")
    copied = contents(tmp_path / "copy")
    assert set(PROJECT) - set(copied) == {
        *("out/core/mem.o", "out/core/fault.S.o", "out/core/fault.S.d"),
    }
    assert (tmp_path / "copy" / "Makefile").stat().st_mtime == 1


NAMES = st.sampled_from(
    ["a.txt", "mem.c", "mem.o", "core", "out", "README.md", "é ü", "mel2metal.elf", "-x", ".hidden"]
)
PATHS = st.one_of(
    st.sampled_from([*PROJECT, FILE_LIST]),
    st.lists(NAMES, min_size=1, max_size=3).map("/".join),
)
CHANGES = st.dictionaries(PATHS, st.binary(min_size=1, max_size=12), max_size=6)


@settings(deadline=None, max_examples=60)
@given(changes=CHANGES, removed=st.sets(st.sampled_from([*PROJECT, FILE_LIST]), max_size=3),
       force=st.booleans(), twice=st.booleans())  # fmt: skip
def test_whatever_the_user_changed_or_added_no_byte_is_lost(
    changes: dict[str, bytes], removed: set[str], force: bool, twice: bool
) -> None:
    """What a hand-run make may have made apart: those are outputs."""
    with tempfile.TemporaryDirectory() as folder:
        out_dir = Path(folder)
        directory = write_project(out_dir / NAME)
        for path in removed:
            (directory / path).unlink()
        for path, content in changes.items():
            _write(directory / path, content)
        before = contents(directory)
        is_of_earlier_version = FILE_LIST not in before
        is_another_compiler = before.get(COMPILER_FILE) != PROJECT[COMPILER_FILE]
        made_by_make = {
            value
            for path, value in before.items()
            if path in OUTPUTS
            if is_of_earlier_version
            or (path.startswith("out/") and (is_another_compiler or path not in IMAGE_FILES))
        }
        for _ in range(1 + twice):
            try:
                rebuild(out_dir, force=force)
            except InputError:
                assert not force
                assert contents(directory) == before
            else:
                assert holds_next(directory)
        lists = {value for path, value in before.items() if path == FILE_LIST}
        assert set(before.values()) - OURS - made_by_make - lists <= all_bytes(out_dir)
        beside = [path.name for path in out_dir.iterdir() if path != directory]
        assert all(KEPT.fullmatch(name) for name in beside)
        is_refused_by_no_image = all(
            (path in IMAGE_FILES) for path, value in before.items() if PROJECT.get(path) != value
        )
        assert force or is_refused_by_no_image or not beside


def _write(path: Path, content: bytes) -> None:
    """A file, where nothing else is in its way."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_dir():
            path.write_bytes(content)
    except (FileExistsError, NotADirectoryError):
        pass


USERS = {
    "core/mem.c": b"edited by the user\n",
    "notes/week 1.txt": b"foreign\n",
    "notes/plan.txt": b"foreign too\n",
    "out/mel2metal.bin": b"patched by the user\n",
    "out/cmake/CMakeCache.txt": b"of another tool\n",
}
CHANGES_OF_FOLDERS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}
"""Audit events before which a run may end: between two of them the disk is the same."""


def is_change(event: str, arguments: tuple[object, ...]) -> bool:
    """Whether an audit event is a change on the disk that is about to be made."""
    if event == "open":
        flags = arguments[2]
        return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in CHANGES_OF_FOLDERS


def run_until(step: int, out_dir: Path, *, force: bool, is_late: bool) -> bool:
    """Rebuild in another process, killed before its change of that number; True if it was."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if is_change(event, arguments):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        sys.addaudithook(count)
        try:
            rebuild(out_dir, force=force, is_late=is_late)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("users", ["has none", "is forced", "is late"])
def test_killed_at_any_change_nothing_of_the_user_is_lost(
    tmp_path: Path, way: str, users: str
) -> None:
    """And what is ours is the old or the next project."""
    theirs = {"out/cmake/CMakeCache.txt": b"of another tool\n"} if users == "has none" else USERS
    ours = [path for path in PROJECT if path not in theirs]
    step, was_killed = 0, True
    while was_killed:
        out_dir = tmp_path / f"{step}"
        directory = write_files(write_project(out_dir / NAME), theirs)
        was_killed = run_until(
            step, out_dir, force=users == "is forced", is_late=users == "is late"
        )
        assert set(theirs.values()) <= all_bytes(out_dir)
        if way == "exchange":  # at every moment
            assert is_old_or_next(directory, ours)
        recover(directory)
        assert set(theirs.values()) <= all_bytes(out_dir)
        assert is_old_or_next(directory, ours)
        assert not list(out_dir.glob(".*"))
        step += 1
    assert step > 20
    assert ("core/new.c" in contents(directory)) == (users != "is late")


def is_old_or_next(directory: Path, paths: list[str]) -> bool:
    found = {path: (directory / path).read_bytes() for path in paths}
    return any(found == {path: files[path] for path in paths} for files in (PROJECT, NEXT_PROJECT))
