# SPDX-License-Identifier: Apache-2.0
"""Which files of a build folder are the user's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.project.at_risk import find_at_risk, refuse_at_risk
from generator.project.file_list import file_hash, read_file_list, write_file_list
from generator.project.names import FILE_LIST, IMAGE_FILES
from tests.support.build_folders import NEXT_PROJECT, OUTPUTS, PROJECT, write_files, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "u585")


def at_risk(project: Path, fresh: Path | None = None) -> list[str]:
    return [one.path for one in find_at_risk(project, fresh)]


def test_the_list_is_what_sha256sum_reads(project: Path) -> None:
    command = ["sha256sum", "--check", "--strict", FILE_LIST]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{path}: OK" for path in sorted(PROJECT)]
    before = (project / FILE_LIST).read_bytes()
    write_file_list(project)
    assert (project / FILE_LIST).read_bytes() == before


@pytest.mark.parametrize("change", [b"", b"\n", b"# mine\n"])
def test_a_list_that_somebody_edited_is_none(project: Path, change: bytes) -> None:
    assert read_file_list(project) is not None
    text = (project / FILE_LIST).read_bytes()
    (project / FILE_LIST).write_bytes(text + change if change else text[:-70])
    assert read_file_list(project) is None


def test_what_was_written_is_ours(project: Path) -> None:
    assert at_risk(project) == []


def test_no_folder_is_no_risk(tmp_path: Path) -> None:
    assert at_risk(tmp_path / "u585") == []


def test_changed_and_foreign_files_are_found(project: Path) -> None:
    (project / "core" / "mem.c").write_bytes(b"changed\n")
    (project / "out" / "notes.txt").write_bytes(b"foreign\n")
    (project / "plans").mkdir()
    (project / "link").symlink_to("elsewhere")
    (project / "link_to_folder").symlink_to(project / "core")
    os.mkfifo(project / "pipe")
    assert at_risk(project) == [
        *("core/mem.c", "link", "link_to_folder", "out/notes.txt", "pipe", "plans/"),
    ]


@pytest.mark.parametrize("path", ["Makefile", "footprint.json", "out/core/mem.o"])
def test_a_link_in_a_file_s_place_is_the_user_s(project: Path, tmp_path: Path, path: str) -> None:
    (project / path).rename(tmp_path / "moved")
    (project / path).symlink_to(tmp_path / "moved")
    assert at_risk(project) == [path]


def test_what_make_wrote_by_hand_is_ours(project: Path) -> None:
    """Objects of the same names; images where the compiler was another one."""
    (project / "out" / "core" / "mem.o").write_bytes(b"compiled anew\n")
    (project / "out" / "core" / "fault.S.d").write_bytes(b"another path\n")
    assert at_risk(project) == []
    (project / "out" / "mel2metal.bin").write_bytes(b"patched\n")
    assert at_risk(project) == ["out/mel2metal.bin"]
    (project / "out" / "compiler.txt").write_bytes(b"gcc 14\n")
    assert at_risk(project) == []


def test_images_alone_refuse_nothing(project: Path) -> None:
    """The same sources make them again; an empty one holds nothing that is worth keeping."""
    for path in IMAGE_FILES:
        (project / path).write_bytes(b"")
    assert at_risk(project) == []
    (project / "out" / "mel2metal.hex").write_bytes(b":00")
    assert at_risk(project) == ["out/mel2metal.hex"]
    refuse_at_risk(project)
    (project / "core" / "mem.c").write_bytes(b"edited\n")
    with pytest.raises(InputError, match=r"core/mem\.c; .*hex: was changed") as caught:
        refuse_at_risk(project)
    assert len(caught.value.faults) == 2


def test_a_folder_in_a_file_s_place_has_no_hash(project: Path) -> None:
    (project / "README.md").unlink()
    (project / "README.md").mkdir()
    assert file_hash(project / "README.md") is None
    assert at_risk(project) == ["README.md/"]


def test_a_source_that_was_edited_and_built_by_hand_is_found(project: Path) -> None:
    (project / "core" / "mem.c").write_bytes(b"edited\n")
    for path in OUTPUTS:
        (project / path).write_bytes(b"built from it\n")
    assert "core/mem.c" in at_risk(project)


def test_a_clean_by_hand_is_no_risk(project: Path) -> None:
    for path in OUTPUTS:
        (project / path).unlink()
    assert at_risk(project) == []


def test_what_other_tools_keep_there_is_taken_over(project: Path) -> None:
    write_files(project, {"out/cmake/CMakeCache.txt": b"x", ".cache/clangd/index/a.idx": b"y"})
    assert at_risk(project) == []


def test_what_the_next_project_has_alike_is_no_risk(project: Path, tmp_path: Path) -> None:
    fresh = write_project(tmp_path / "fresh", NEXT_PROJECT)
    (project / "core" / "mem.c").write_bytes(NEXT_PROJECT["core/mem.c"])
    assert at_risk(project) == ["core/mem.c"]
    assert at_risk(project, fresh) == []


def test_a_folder_without_a_list_is_judged_by_the_next_project(
    project: Path, tmp_path: Path
) -> None:
    fresh = write_project(tmp_path / "fresh", NEXT_PROJECT)
    (project / FILE_LIST).unlink()
    assert at_risk(project) == []
    assert at_risk(project, fresh) == ["core/mem.c"]


def test_a_folder_that_is_not_ours_is_foreign_as_a_whole(tmp_path: Path) -> None:
    """Whatever names its files have."""
    fresh = write_project(tmp_path / "fresh")
    foreign = write_files(tmp_path / "u585", {"out/mel2metal.elf": b"mine", "Makefile": b"all:\n"})
    assert at_risk(foreign) == at_risk(foreign, fresh) == ["Makefile", "out/mel2metal.elf"]


def test_a_link_in_the_folder_s_place_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project)
    with pytest.raises(InputError, match=r"link: is no folder"):
        refuse_at_risk(tmp_path / "link")


def test_all_are_named_at_once_and_many_are_counted(project: Path) -> None:
    for number in range(14):
        (project / f"note_{number:02}.txt").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        refuse_at_risk(project)
    texts = [f"{fault.where}: {fault.what}" for fault in caught.value.faults]
    assert texts[0] == f"{project}/note_00.txt: was not written by mel2metal"
    assert texts[9:] == [
        f"{project}/note_09.txt: was not written by mel2metal",
        f"{project}: and 4 more",
    ]
    assert str(caught.value).count("remedy") == 1


def test_names_that_are_no_text_are_escaped(project: Path) -> None:
    (project / os.fsdecode(b"caf\xe9\n.txt")).write_bytes(b"x")
    with pytest.raises(InputError, match=r"caf\\udce9\\n\.txt: was not written"):
        refuse_at_risk(project)
