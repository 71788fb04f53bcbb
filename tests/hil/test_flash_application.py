# SPDX-License-Identifier: Apache-2.0
"""`mel2metal flash --app`: an application without a link is written, read back, and not asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.project.new_application import write_application
from generator.repository import DEFAULT_BOARDS_FILE
from mel2metal.__main__ import main
from tests.support.tiny_model import TINY_LABELS

pytestmark = pytest.mark.slow

BOARD = "l475"


def test_a_users_application_is_written_and_read_back(
    tiny_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = tiny_build / "my_app"
    write_application(app, load_boards(DEFAULT_BOARDS_FILE)[BOARD], TINY_LABELS)
    words = ["flash", "--board", BOARD, "--virtual", "--model", str(tiny_build / "m.tflite")]
    assert main([*words, "--build-dir", str(tiny_build), "--app", str(app)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert re.search(rf"\[flash\] {BOARD}: [\d,]+ B, read back and equal", said)
    assert re.search(
        rf"\[running\] {BOARD}: my_app, firmware [0-9a-f]{{16}}…; it speaks no link, and was read "
        "back$",
        said,
    )
    assert (tiny_build / f"{BOARD}-my_app" / "out" / "mel2metal.bin").is_file()
    (app / "main.c").write_text("int x;\n")
    assert main([*words, "--build-dir", str(tiny_build), "--app", str(app)]) == 2
    assert "no file of it defines main" in capsys.readouterr().err


@pytest.mark.parametrize("more", [("--app", "monitor"), ("--app=my_app",)])
def test_the_suite_takes_no_other_application(
    more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hil", "--board", BOARD, "--virtual", *more]) == 2
    assert "only the application measure speaks" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["bench", "--board", BOARD],
        ["profile", "--board", BOARD],
        ["diverge", "x.wav"],
        ["live", "--board", BOARD],
    ],
)
@pytest.mark.parametrize("more", [["--app", "monitor"], ["--app=my_app"]])
def test_commands_that_play_sounds_say_why_they_take_no_other_application(
    words: list[str], more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, *more])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert f"{more[0]}: sounds are played over the link, which only the application measure" in said
    assert "leave it out: firmware and flash take any" in said


def test_an_application_that_is_not_there_is_told_before_anything_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["flash", "--board", BOARD, "--virtual", "--build-dir", str(tmp_path)]
    assert main([*words, "--app", "nowhere"]) == 2
    assert "--app nowhere: there is no such folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
