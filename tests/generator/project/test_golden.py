# SPDX-License-Identifier: Apache-2.0
"""A whole generated project, byte for byte, so that a change of what is generated shows in review.

`tests/golden/u585/` holds the files that are rendered from templates, for the model in
`tests/golden/tiny.tflite`, and `files.txt`, the list of all files. Those copied from
`firmware_templates/` or from CMSIS-DSP are not stored twice: they must equal their source.

Of the other boards only what their records make different is held: `port/port_config.h`; of
`link.ld` its difference from the u585's; of `core/vectors.c` the lines that the port serves, and a
hash of all.

After a wanted change: `pytest tests/generator/project/test_golden.py --update-golden`, and look
at `git diff`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import shutil
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.firmware import make_project
from generator.network import read_network
from generator.project.applications import MEASURE
from generator.project.names import FILE_LIST as HASHES
from generator.project.render import UNCOMPILED, scan_templates
from generator.repository import DEFAULT_BOARDS_FILE, REPO_ROOT
from generator.toolchain.locate import find_cmsis_dsp
from tests.support.model_files import write_model
from tests.support.tiny_model import TINY_LABELS, tiny_model

GOLDEN = REPO_ROOT / "tests" / "golden"
MODEL = GOLDEN / "tiny.tflite"
TREE = GOLDEN / "u585"
FILE_LIST = "files.txt"
ALL_FOLDERS = (*MEASURE.parts, *UNCOMPILED)
OTHER_BOARDS = sorted(set(load_boards(DEFAULT_BOARDS_FILE)) - {"u585"})


@pytest.fixture(scope="module")
def generated(
    request: pytest.FixtureRequest, u585: BoardSpec, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Every file of the project; with --update-golden they become the golden ones first."""
    update = bool(request.config.getoption("--update-golden"))
    if update:
        GOLDEN.mkdir(exist_ok=True)
        write_model(MODEL, tiny_model(), TINY_LABELS)
    directory = make_project(
        u585, read_network(MODEL), tmp_path_factory.mktemp("golden"), taps=False
    ).directory
    files = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
    if update:
        shutil.rmtree(TREE, ignore_errors=True)
        for path in rendered(files):
            (TREE / path).parent.mkdir(parents=True, exist_ok=True)
            (TREE / path).write_bytes(files[path])
        (TREE / FILE_LIST).write_text("\n".join(files) + "\n")
    return files


def rendered(files: dict[str, bytes]) -> list[str]:
    templates = scan_templates(ALL_FOLDERS, family_of("u5").port_folders)
    return [path for path in files if path in templates and templates[path].suffix == ".j2"]


def test_the_project_has_the_files_it_should_have(generated: dict[str, bytes]) -> None:
    assert list(generated) == (TREE / FILE_LIST).read_text().splitlines()


def test_rendered_files_are_the_golden_ones(generated: dict[str, bytes]) -> None:
    golden = {
        path.relative_to(TREE).as_posix(): path.read_bytes()
        for path in sorted(TREE.rglob("*"))
        if path.is_file() and path.name != FILE_LIST
    }
    assert sorted(golden) == sorted(rendered(generated))
    differences: list[str] = []
    for path, content in golden.items():
        before, now = (text.decode().splitlines() for text in (content, generated[path]))
        differences += difflib.unified_diff(before, now, f"golden/{path}", path, lineterm="")
    assert not differences, "\n".join(differences[:60])


def test_copied_files_equal_their_source(generated: dict[str, bytes]) -> None:
    templates = scan_templates(ALL_FOLDERS, family_of("u5").port_folders)
    cmsis = find_cmsis_dsp()
    for path in sorted(set(generated) - set(rendered(generated)) - {HASHES}):
        source = templates.get(path) or cmsis / path.removeprefix("cmsis_dsp/")
        assert generated[path] == source.read_bytes(), path


@pytest.mark.parametrize("board_id", OTHER_BOARDS)
def test_what_another_board_makes_different(
    request: pytest.FixtureRequest,
    boards: dict[str, BoardSpec],
    generated: dict[str, bytes],
    tmp_path: Path,
    board_id: str,
) -> None:
    made = make_project(boards[board_id], read_network(MODEL), tmp_path, taps=False).directory
    held = {
        "link.ld.diff": difference(generated["link.ld"].decode(), (made / "link.ld").read_text()),
        "port_config.h": (made / "port" / "port_config.h").read_text(),
        "vectors.txt": served_lines((made / "core" / "vectors.c").read_text()),
    }
    folder = GOLDEN / board_id
    if request.config.getoption("--update-golden"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in held.items():
            (folder / name).write_text(text)
    assert {path.name: path.read_text() for path in sorted(folder.iterdir())} == held


def difference(first: str, second: str) -> str:
    """Lines that differ, without their numbers: those change with every line before them."""
    lines = list(difflib.unified_diff(first.splitlines(), second.splitlines(), n=0, lineterm=""))
    return "".join(f"{'@@' if line.startswith('@@') else line}\n" for line in lines[2:])


def served_lines(vectors: str) -> str:
    """What of core/vectors.c a record chooses, and a hash of all of it."""
    _, lines_of_the_part = vectors.split(".lines =")
    lines = re.findall(r"(\w+), /\* (\d+) (\w+) \*/", lines_of_the_part)
    served = [line for line in lines if line[0].startswith("uart_")]
    text = [f"{number} {name}: {handler}" for handler, number, name in served]
    text += [f"{len(lines)} lines, SHA-256 {hashlib.sha256(vectors.encode()).hexdigest()}"]
    return "\n".join(text) + "\n"
