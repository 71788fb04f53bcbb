# SPDX-License-Identifier: Apache-2.0
"""Circles of imports: found where they are, whatever the import looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.repository import REPO_ROOT
from tools.import_circles import find_circles, find_modules, main, read_imports, rooms_of


def write(root: Path, **sources: str) -> Path:
    for name, source in sources.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return root


@pytest.mark.parametrize(
    "back",
    [
        "from pack.one import x",
        "import pack.one",
        "from pack import one",
        "def f():\n    from pack import one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pack.one import X",
    ],
)
def test_a_circle_is_found_however_it_is_written(tmp_path: Path, back: str) -> None:
    write(
        tmp_path, pack__one="from pack.two import y", pack__two=back, pack__three="import pack.one"
    )
    imports = read_imports(find_modules(tmp_path, ["pack"]))
    assert find_circles(imports) == [["pack.one", "pack.two"]]
    assert main(["--root", str(tmp_path), "pack"]) == 1


def test_a_circle_of_rooms_has_none_of_modules(tmp_path: Path) -> None:
    write(
        tmp_path,
        pack__a__one="from pack.b.one import x",
        pack__b__one="",
        pack__b__two="from pack.a.two import x",
        pack__a__two="",
    )
    imports = read_imports(find_modules(tmp_path, ["pack"]))
    assert find_circles(imports) == []
    assert find_circles(rooms_of(imports)["pack"]) == [["pack.a", "pack.b"]]


def test_one_way_is_no_circle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pack__one="import pack.two\nimport os", pack__two="")
    assert main(["--root", str(tmp_path), "pack"]) == 0
    assert "2 modules, 0 circles of modules, 0 of rooms" in capsys.readouterr().out


def test_this_tree_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--root", str(REPO_ROOT)])
    assert code == 0, capsys.readouterr().out
