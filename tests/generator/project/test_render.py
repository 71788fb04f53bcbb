# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
from pathlib import Path

import jinja2
import pytest

from generator.boards.record import BoardSpec
from generator.errors import InputError, ToolError
from generator.firmware import make_project
from generator.network import Network
from generator.project import render
from generator.project.manifest import read_project
from generator.project.names import FILE_LIST
from generator.repository import TEMPLATES_DIR


def tree(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def visible(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if not path.name.startswith("."))


def test_same_input_same_bytes_in_any_folder(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    first = make_project(u585, tiny, tmp_path / "one", taps=False).directory
    second = make_project(u585, tiny, tmp_path / "two" / "deeper", taps=False).directory
    assert tree(first) == tree(second)


def test_nothing_in_the_tree_tells_where_it_was_made(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    places = [str(tmp_path), str(TEMPLATES_DIR), str(Path.home())]
    for path, content in tree(directory).items():
        for place in places:
            assert place.encode() not in content, path


def test_taps_make_a_project_of_their_own(u585: BoardSpec, tiny: Network, tmp_path: Path) -> None:
    release = make_project(u585, tiny, tmp_path, taps=False)
    taps = make_project(u585, tiny, tmp_path, taps=True)
    assert (release.directory.name, taps.directory.name) == ("u585", "u585-tap")
    assert "M2M_TAPS=0" in (release.directory / "Makefile").read_text()
    assert "M2M_TAPS=1" in (taps.directory / "Makefile").read_text()


def test_the_manifest_says_what_it_was_made_from(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    project = make_project(u585, tiny, tmp_path, taps=True)
    assert read_project(project.directory) == project
    assert project.info.model_sha256 == tiny.graph.sha256
    assert project.info.operators[-1].dtype == "float32"
    assert project.info.operators[0].shape == (1, 16, 64, 1)


def test_compile_commands_name_every_source_by_relative_path(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    commands = json.loads((directory / "compile_commands.json").read_text())
    sources = {command["file"] for command in commands}
    on_disk = {name for name in tree(directory) if name.endswith((".c", ".S"))}
    assert sources == {name for name in on_disk if not name.startswith("host/")}
    assert all(command["directory"] == "." for command in commands)


def test_kernels_that_the_network_never_calls_stay_out(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    kernels = {f"network/kernels/{path.name}" for path in directory.glob("network/kernels/*.c")}
    assert kernels == set(tiny.plan.kernel_sources)


def test_a_second_rendering_keeps_times_and_what_was_built(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    (directory / "out" / "core").mkdir(parents=True)
    (directory / "out" / "core" / "mem.o").write_text("built")
    (directory / "out" / "core" / "mem.d").write_text("built")
    (directory / "out" / "cmake").mkdir()
    (directory / "out" / "cmake" / "CMakeCache.txt").write_text("configured")
    os.utime(directory / "Makefile", (1, 1))
    make_project(u585, tiny, tmp_path, taps=False)
    assert (directory / "out" / "core" / "mem.o").read_text() == "built"
    assert (directory / "out" / "cmake" / "CMakeCache.txt").read_text() == "configured"
    assert (directory / "Makefile").stat().st_mtime == 1
    assert visible(tmp_path) == ["u585"]


def test_changed_and_foreign_files_are_all_named_and_stay(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    (directory / "core" / "left_over.c").write_text("int x;")
    (directory / "core" / "mem.c").write_text("changed by hand")
    before = tree(directory)
    with pytest.raises(InputError) as caught:
        make_project(u585, tiny, tmp_path, taps=False)
    assert [(fault.where, fault.what) for fault in caught.value.faults] == [
        (f"{directory}/core/left_over.c", "was not written by mel2metal"),
        (f"{directory}/core/mem.c", "was changed since mel2metal wrote it"),
    ]
    assert "FORCE=1" in caught.value.faults[0].remedy
    assert tree(directory) == before


def test_force_moves_changed_and_foreign_files_aside_and_says_where(
    u585: BoardSpec, tiny: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    original = tree(directory)
    (directory / "notes").mkdir()
    (directory / "notes" / "week 1.txt").write_text("years of work")
    (directory / "core" / "mem.c").write_text("changed by hand")
    make_project(u585, tiny, tmp_path, taps=False, force=True)
    assert tree(directory) == original
    (kept,) = tmp_path.glob("u585.kept-*")
    assert tree(kept) == {"core/mem.c": b"changed by hand", "notes/week 1.txt": b"years of work"}
    assert f"[kept]     2 files that mel2metal did not write so: moved to {kept}/" in (
        capsys.readouterr().err
    )


def test_a_folder_of_an_earlier_version_passes_where_nothing_would_be_lost(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    """It has no list of its files: what is not what would be written now may be the user's."""
    directory = make_project(u585, tiny, tmp_path, taps=False).directory
    (directory / FILE_LIST).unlink()
    (directory / "footprint.json").write_text("{}")
    make_project(u585, tiny, tmp_path, taps=False)
    (directory / FILE_LIST).unlink()
    (directory / "core" / "mem.c").write_text("changed, or of another version")
    with pytest.raises(InputError, match=r"has no whole files\.sha256"):
        make_project(u585, tiny, tmp_path, taps=False)
    assert (directory / "core" / "mem.c").read_text() == "changed, or of another version"


def test_a_folder_that_is_not_ours_is_left_alone(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    (tmp_path / "u585").mkdir()
    (tmp_path / "u585" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.txt: was not written by mel2metal"):
        make_project(u585, tiny, tmp_path, taps=False)
    assert tree(tmp_path / "u585") == {"thesis.txt": b"years of work"}


def test_a_failing_template_leaves_nothing(
    u585: BoardSpec, tiny: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(render, "_write", fail)
    with pytest.raises(OSError, match="disk full"):
        make_project(u585, tiny, tmp_path, taps=False)
    assert visible(tmp_path) == []


def test_templates_are_strict_and_keep_their_last_line() -> None:
    environment = render.make_environment()
    with pytest.raises(jinja2.UndefinedError):
        environment.from_string("{{ absent }}").render()
    text = environment.from_string("//% for x in [1, 2]\nint a{{ x }};\n//% endfor\n").render()
    assert text == "int a1;\nint a2;\n"


def test_a_folder_without_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="holds no project"):
        read_project(tmp_path)


def test_templates_print_and_do_not_compute() -> None:
    """What a template prints was computed before: arithmetic within {{ }} and {% %} is found."""
    environment = render.make_environment()
    found = []
    for path in sorted(TEMPLATES_DIR.rglob("*.j2")):
        for line, kind, value in environment.lex(path.read_text(encoding="utf-8")):
            if kind == "operator" and value in {"+", "-", "*", "/", "//", "%", "**"}:
                found.append(f"{path.name}:{line}: {value}")
    assert found == []
