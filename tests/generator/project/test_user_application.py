# SPDX-License-Identifier: Apache-2.0
"""A folder of the user's own C: what is taken of it, and what is refused, all at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.project.applications import MEASURE, MONITOR
from generator.project.file_list import write_file_list
from generator.project.user_application import application_of, left_out

Change = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An application of three files, with things beside them that are none of ours."""
    app = tmp_path / "my-app_2"
    for name in ("main.c", "pins.h", "fast.S", "README.md", ".notes.c", "old/main.c", "data/a.wav"):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(f"{name}\n")
    return app


def faults_of(named: Path | str, out: Path) -> list[str]:
    with pytest.raises(InputError) as told:
        application_of(str(named), out)
    return [str(fault) for fault in told.value.faults]


def test_two_names_are_mel2metals_own(tmp_path: Path) -> None:
    assert application_of("measure", tmp_path) == MEASURE
    assert application_of("monitor", tmp_path) == MONITOR
    assert (MEASURE.has_board, MONITOR.has_board) == (False, True)
    assert not MONITOR.is_users


def test_only_the_monitor_takes_a_file_of_actions(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    assert application_of("monitor", tmp_path, file).actions_file == file
    for named in ("measure", str(folder)):
        with pytest.raises(InputError, match=r"mine\.yaml: .* does nothing by a file"):
            application_of(named, tmp_path, file)


def test_c_and_assembly_directly_in_the_folder_are_taken(folder: Path, tmp_path: Path) -> None:
    application = application_of(str(folder), tmp_path / "build")
    assert application.name == "my-app_2"
    assert application.has_board
    assert application.is_users
    assert application.files == {
        name: f"{name}\n".encode() for name in ("main.c", "pins.h", "fast.S")
    }
    assert left_out(application) == ("old",)


def test_a_link_to_the_folder_has_the_folders_own_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert application_of(str(tmp_path / "link"), tmp_path / "build").name == "my-app_2"


@pytest.mark.parametrize("named", ["nowhere", "", " ", "measures", "my_app/"])
def test_a_folder_that_is_not_there(named: str, tmp_path: Path) -> None:
    (fault,) = faults_of(named, tmp_path)
    assert f"--app {named}: there is no such folder" in fault
    assert "measure or monitor; or make one by `mel2metal new-app my_app`" in fault


def test_a_file_is_no_application(folder: Path, tmp_path: Path) -> None:
    (fault,) = faults_of(folder / "main.c", tmp_path)
    assert "is a file: an application is a folder" in fault


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("my app", "'my app' becomes part of the project's, and cannot"),
        ("-x", "'-x' becomes part of the project's"),
        ("ünter", "becomes part of the project's"),
        ("a" * 41, "becomes part of the project's"),
        ("tap", "tap is a name of mel2metal's own"),
        ("dog-tap", "called dog-tap, and tap is a name of mel2metal's own"),
        ("library", "library is a name of mel2metal's own"),
        ("my-stedgeai-app", "stedgeai is a name of mel2metal's own"),
        ("monitor", "monitor is a name of mel2metal's own"),
    ],
)
def test_a_name_that_a_projects_folder_cannot_have(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "main.c").write_text("")
    (fault,) = faults_of(tmp_path / name, tmp_path / "build")
    assert told in fault


def test_everything_wrong_with_the_files_is_told_at_once(folder: Path, tmp_path: Path) -> None:
    (folder / "link.c").symlink_to(folder / "main.c")
    (folder / "dead.h").symlink_to(folder / "nothing")
    (folder / "my file.c").write_text("")
    (folder / "$(x).h").write_text("")
    (folder / "mel2metal.h").write_text("")
    (folder / "MAIN.C").write_text("")
    (folder / "Pins.h").write_text("")
    (folder / "sketch.ino").write_text("")
    (folder / "fast.s").write_text("")
    faults = faults_of(folder, tmp_path)
    for place, what in (
        ("link.c", "is a symbolic link"),
        ("dead.h", "is a symbolic link"),
        ("my file.c", "'my file.c' cannot be a file's name in a Makefile"),
        ("$(x).h", "'$(x).h' cannot be a file's name in a Makefile"),
        ("mel2metal.h", "is the name of the library's own header"),
        ("MAIN.C", "is no C file that mel2metal compiles"),
        ("pins.h", "is Pins.h where a file system does not tell capitals apart"),
        ("sketch.ino", "is no C file that mel2metal compiles"),
        ("fast.s", "is no C file that mel2metal compiles"),
    ):
        assert any(f"{folder / place}: {what}" in fault for fault in faults), place
    assert len(faults) == 9


def _no_c(folder: Path) -> None:
    (folder / "main.c").unlink()


def _a_folder_called_c(folder: Path) -> None:
    (folder / "b.c").mkdir()


def _unreadable(folder: Path) -> None:
    (folder / "big.h").write_bytes(b"\n" * ((4 << 20) + 1))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_no_c, "no .c file is in it"),
        (_a_folder_called_c, "Is a directory"),
        (_unreadable, "big.h: is larger than 4 MB"),
    ],
)
def test_one_thing_wrong(folder: Path, tmp_path: Path, change: Change, told: str) -> None:
    change(folder)
    (fault,) = faults_of(folder, tmp_path)
    assert told in fault


def test_a_folder_in_a_project_is_refused_for_the_next_build_replaces_it(tmp_path: Path) -> None:
    app = tmp_path / "build" / "u585-my_app" / "app"
    app.mkdir(parents=True)
    (app / "main.c").write_text("")
    write_file_list(app.parent)
    (fault,) = faults_of(app, tmp_path / "build")
    assert f"lies in {app.parent}, which the next build replaces" in fault
    assert application_of(str(app), tmp_path / "other").name == "app"
