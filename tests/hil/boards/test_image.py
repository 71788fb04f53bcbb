# SPDX-License-Identifier: Apache-2.0
"""An image is described by its files; damaged or foreign ones are refused in the user's words."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from generator.boards.boards_file import load_board
from generator.errors import ToolError
from generator.firmware import make_project
from generator.network import read_network
from generator.project.manifest import FOOTPRINT_FILE, MANIFEST_FILE
from generator.repository import DEFAULT_BOARDS_FILE
from hil.boards.image import describe_image, run_build
from hil.options import Options, read_options
from tests.support.model_files import write_model
from tests.support.tiny_model import TINY_LABELS, tiny_model

EMPTY = read_options({"board": []}.get)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Options]:
    """A project with files instead of an image, and the options that it was made by."""
    folder = tmp_path_factory.mktemp("image")
    model = write_model(folder / "m.tflite", tiny_model(), TINY_LABELS)
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    directory = make_project(board, read_network(model), folder, taps=False).directory
    (directory / FOOTPRINT_FILE).write_text(json.dumps({"network": {"activation_ram_bytes": 5}}))
    (directory / "out").mkdir()
    (directory / "out" / "mel2metal.bin").write_bytes(b"flash")
    shutil.copy("/bin/true", directory / "out" / "mel2metal.elf")
    return directory, replace(EMPTY, model=model)


def test_the_image_carries_its_project(built: tuple[Path, Options]) -> None:
    image = describe_image(*built)
    assert image.project.info.labels == TINY_LABELS
    assert image.has_labels
    assert image.rule_is_the_models
    assert image.hex == built[0] / "out" / "mel2metal.hex"
    assert image.footprint["network"] == {"activation_ram_bytes": 5}


@pytest.mark.parametrize("name", [MANIFEST_FILE, FOOTPRINT_FILE])
@pytest.mark.parametrize("content", ["{", "[1]", "{}"])
def test_damaged_files_are_told(
    built: tuple[Path, Options], name: str, content: str, tmp_path: Path
) -> None:
    directory, options = built
    copy = tmp_path / "copy"
    shutil.copytree(directory, copy)
    (copy / name).write_text(content)
    with pytest.raises(ToolError, match=name):
        describe_image(copy, options)


def test_a_project_of_another_model_is_refused(built: tuple[Path, Options], tmp_path: Path) -> None:
    directory, options = built
    other = tmp_path / "other.tflite"
    other.write_bytes(b"another model")
    with pytest.raises(ToolError, match="made from another model"):
        describe_image(directory, replace(options, model=other))


WAITS = """
import sys
print("[lock]     build/u585 is in use", file=sys.stderr, flush=True)
sys.stdin.readline()
print("a fault", file=sys.stderr)
print("compiled")
sys.exit(2)
"""


def test_a_build_that_waits_says_so_while_it_waits() -> None:
    """Its other words are kept for the end: here the line goes on only once it was told."""
    reader, writer = os.pipe()
    told: list[str] = []

    def on_notice(line: str) -> None:
        told.append(line)
        os.write(writer, b"\n")

    with os.fdopen(reader) as stdin:
        saved = os.dup(0)
        os.dup2(stdin.fileno(), 0)
        try:
            done = run_build([sys.executable, "-c", WAITS], 60.0, on_notice)
        finally:
            os.dup2(saved, 0)
            os.close(saved)
            os.close(writer)
    assert told == ["[lock]     build/u585 is in use"]
    assert (done.returncode, done.stdout, done.stderr) == (2, "compiled\n", "a fault\n")


def test_a_build_that_never_ends_is_ended() -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.readline()"]
    reader, writer = os.pipe()
    with os.fdopen(reader) as stdin, os.fdopen(writer, "w"):
        saved = os.dup(0)
        os.dup2(stdin.fileno(), 0)
        try:
            with pytest.raises(ToolError, match=r"was not built within 0\.2 s"):
                run_build(command, 0.2, lambda line: None)
        finally:
            os.dup2(saved, 0)
            os.close(saved)
