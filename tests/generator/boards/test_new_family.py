# SPDX-License-Identifier: Apache-2.0
"""A new family is new folders: no file of the generator or of its templates is edited for it.

The new family here, `x1`, is the L4 under another name, in folders of its own.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from generator.boards import families
from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.boards.registry import known_families
from generator.firmware import make_project
from generator.network import Network
from generator.project import render
from generator.repository import TEMPLATES_DIR
from tests.generator.record_changes import changed, faults_of

L4 = Path(families.__file__).parent / "l4"
RENAMED = {
    "families.l4": "families.x1",
    'Literal["l4"]': 'Literal["x1"]',
    'name="l4"': 'name="x1"',
}


def forget(name: str) -> None:
    """Let the registry look again, and Python import again."""
    known_families.cache_clear()
    for module in [
        known for known in sys.modules if known.startswith(f"{families.__name__}.{name}")
    ]:
        del sys.modules[module]


@pytest.fixture
def more_families(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder beside `generator/boards/families/`, searched after it."""
    folder = tmp_path / "families"
    folder.mkdir()
    monkeypatch.setattr(families, "__path__", [*families.__path__, str(folder)])
    forget("x1")
    yield folder
    forget("x1")


@pytest.fixture
def x1(more_families: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The L4's folders again, under a new name."""
    (more_families / "x1").mkdir()
    for path in sorted(L4.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for old, new in RENAMED.items():
            text = text.replace(old, new)
        (more_families / "x1" / path.name).write_text(text, encoding="utf-8")
    templates = tmp_path / "firmware_templates"
    shutil.copytree(TEMPLATES_DIR, templates)
    shutil.copytree(templates / "port" / "l4", templates / "port" / "x1")
    monkeypatch.setattr(render, "TEMPLATES_DIR", templates)


def files_of(board: BoardSpec, network: Network, out_dir: Path) -> dict[str, bytes]:
    directory = make_project(board, network, out_dir, taps=False).directory
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.mark.usefixtures("x1")
def test_a_new_family_is_read_checked_and_rendered(
    boards: dict[str, BoardSpec], tiny: Network, tmp_path: Path
) -> None:
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(changed("l475", ("family", "x1"))))
    board = load_boards(path)["l475"]
    assert (board.family, type(board).__module__) == ("x1", f"{families.__name__}.x1.record")
    made = files_of(board, tiny, tmp_path / "x1")
    assert made == files_of(boards["l475"], tiny, tmp_path / "l4")


@pytest.mark.usefixtures("x1")
def test_the_limits_of_a_new_family_are_its_own(tmp_path: Path) -> None:
    document = changed("l475", ("family", "x1"), ("clock.flash_wait_states", 3))
    (fault,) = faults_of(tmp_path / "boards.yaml", document)
    assert "3 wait states at 80000000 Hz: 4 are needed" in fault


@pytest.mark.parametrize("text", ["", "FAMILY = 'x1'\n"])
def test_a_folder_that_registers_no_family_is_told(more_families: Path, text: str) -> None:
    (more_families / "x1").mkdir()
    (more_families / "x1" / "__init__.py").write_text("")
    (more_families / "x1" / "family.py").write_text(text)
    with pytest.raises(TypeError, match=r"families\.x1\.family has no FAMILY named 'x1'"):
        known_families()


def test_a_familys_own_file_takes_the_place_of_a_shared_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a family with the older USART would bring its uart.c; two files of one folder clash."""
    for path in ("port/uart.c", "port/clock.h", "port/x1/uart.c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    monkeypatch.setattr(render, "TEMPLATES_DIR", tmp_path)
    found = render.scan_templates(("port",), ("port", "port/x1"))
    assert found == {
        "port/clock.h": tmp_path / "port" / "clock.h",
        "port/uart.c": tmp_path / "port" / "x1" / "uart.c",
    }
    (tmp_path / "port" / "uart.c.j2").write_text("")
    with pytest.raises(ValueError, match=r"both become port/uart\.c"):
        render.scan_templates(("port",), ("port", "port/x1"))
