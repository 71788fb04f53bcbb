# SPDX-License-Identifier: Apache-2.0
"""The store gives what was made from the same, and never what was made from something else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator.boards.boards_file import load_board
from generator.frontend.record_file import frontend_path
from generator.model.decision_file import settings_path
from generator.repository import DEFAULT_BOARDS_FILE, REPO_ROOT, TEMPLATES_DIR
from generator.toolchain.locate import Toolchain
from tests.support.firmware_store import Sources, firmware_key, write_tiny_model
from tests.support.store import KEPT, digest, stored, tidy

TOOLCHAIN = Toolchain(Path(sys.executable), Path(sys.executable), "13.2.1", "gcc 13", pinned=True)
BOARD = load_board(DEFAULT_BOARDS_FILE, "u585")
RX = BOARD.uart.model_copy(update={"rx_ring_bytes": 16_384})


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "result").write_text("whole")

    entries = {stored("kind", "key", make, store=tmp_path) for _ in range(3)}
    assert len(made) == 1
    (entry,) = entries
    assert (entry / "result").read_text() == "whole"
    assert stored("kind", "other", make, store=tmp_path) != entry
    assert stored("other", "key", make, store=tmp_path) != entry
    assert len(made) == 3


def test_what_fails_or_is_out_of_date_is_not_kept(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("no compiler")

    with pytest.raises(RuntimeError, match="no compiler"):
        stored("kind", "key", fail, store=tmp_path)
    left = stored("kind", "key", lambda folder: None, lambda: False, store=tmp_path)
    assert left.is_dir(), "whoever made it may use it"
    assert not (tmp_path / "kind" / "key").exists()
    made = stored("kind", "key", lambda folder: (folder / "whole").touch(), store=tmp_path)
    assert [path.name for path in made.iterdir()] == ["whole"]


MAKER = """
import os, sys, time
from pathlib import Path
from tests.support.store import stored

def make(folder):
    (folder / "maker").write_text(str(os.getpid()))
    time.sleep(0.2)

print((stored("kind", "key", make, store=Path(sys.argv[1])) / "maker").read_text())
"""


def test_two_processes_make_it_once(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MAKER, str(tmp_path)],
            cwd=REPO_ROOT, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    makers = {process.communicate(timeout=60)[0] for process in processes}
    assert len(makers) == 1


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KEPT, "kind", 2)
    for age, name in enumerate(("newest", "middle", "oldest", ".half")):
        path = tmp_path / "kind" / name
        path.mkdir(parents=True)
        os.utime(path, (path.stat().st_mtime - 3000 * age,) * 2)
    tidy(tmp_path)
    assert {path.name for path in (tmp_path / "kind").iterdir()} == {"newest", "middle"}


def test_a_digest_knows_names_contents_and_limits(tmp_path: Path) -> None:
    def folder(files: dict[str, str]) -> str:
        shutil.rmtree(tmp_path / "f", ignore_errors=True)
        for name, text in files.items():
            (tmp_path / "f" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "f" / name).write_text(text)
        return digest(tmp_path / "f")

    plain = folder({"a": "1", "b/c": "2"})
    assert plain == folder({"b/c": "2", "a": "1"})
    others = [{"a": "1", "b/c": "3"}, {"a": "1", "b/d": "2"}, {"a": "1"}, {"a": "12", "b/c": ""}]
    assert plain not in {folder(other) for other in others}
    assert digest("ab", "c") != digest("a", "bc")


def beside(path: Callable[[Path], Path], text: str) -> Callable[[Path], object]:
    return lambda model: path(model).write_text(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.write_bytes(model.read_bytes() + b"\0"),
        beside(lambda model: model.with_name("tiny.labels.txt"), "a\nb\nc\n"),
        lambda model: model.with_name("tiny.labels.txt").unlink(),
        beside(settings_path, "threshold: 0.6\n"),
        beside(frontend_path, "preset: yamnet\nsilence_gate: null\n"),
    ],
    ids=["model", "labels", "no labels", "decision", "front-end"],
)
def test_a_changed_model_has_another_key(tmp_path: Path, change: Callable[[Path], object]) -> None:
    model = write_tiny_model(tmp_path)
    before = firmware_key(BOARD, model, TOOLCHAIN)
    assert firmware_key(BOARD, model, TOOLCHAIN) == before
    change(model)
    assert firmware_key(BOARD, model, TOOLCHAIN) != before


def test_another_name_board_image_or_compiler_has_another_key(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path)
    renamed = tmp_path / "other.tflite"
    shutil.copy(model, renamed)
    shutil.copy(model.with_name("tiny.labels.txt"), tmp_path / "other.labels.txt")
    keys = [
        firmware_key(BOARD, model, TOOLCHAIN),
        firmware_key(BOARD, model, TOOLCHAIN, taps=True),
        firmware_key(BOARD, renamed, TOOLCHAIN),
        firmware_key(BOARD.model_copy(update={"uart": RX}), model, TOOLCHAIN),
        firmware_key(BOARD, model, replace(TOOLCHAIN, description="gcc 14")),
        firmware_key(BOARD, model, replace(TOOLCHAIN, gcc=Path(__file__))),
    ]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("part", ["generator", "templates"])
def test_changed_sources_have_another_key(tmp_path: Path, part: str) -> None:
    for place, name in ((REPO_ROOT / "generator", "generator"), (TEMPLATES_DIR, "templates")):
        shutil.copytree(place, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    sources = Sources(tmp_path / "generator", tmp_path / "templates")
    model = write_tiny_model(tmp_path)
    assert sources.digest() == Sources().digest()
    before = firmware_key(BOARD, model, TOOLCHAIN, sources=sources.digest())
    changed = next(path for path in sorted((tmp_path / part).rglob("*.[chp]*")) if path.is_file())
    changed.write_text(changed.read_text() + "\n")
    assert firmware_key(BOARD, model, TOOLCHAIN, sources=sources.digest()) != before
