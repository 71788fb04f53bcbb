# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from generator.errors import Fault, InputError, ToolError
from generator.notices import notify
from generator.plain_console import PlainConsole
from generator.repository import REPO_ROOT

HOSTILE = "x[/red]y [bold]z :dog: \x1b[2J\x07\x9b0m \u202eb\udcff"
SHOWN = r"x[/red]y [bold]z :dog: \x1b[2J\x07\x9b0m \u202eb\xff"
SHOWN_OF_TEXT = SHOWN.replace(r"\x07", "")
"""rich takes the bell out of its own `Text`."""


def shown(*things: object, terminal: bool = False) -> str:
    file = io.StringIO()
    console = PlainConsole(
        file=file, width=120, force_terminal=terminal, color_system=None, highlight=False
    )
    for thing in things:
        console.print(thing)
    return file.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_foreign_text_has_no_effect(terminal: bool) -> None:
    assert shown(HOSTILE, Text(HOSTILE), terminal=terminal) == f"{SHOWN}\n{SHOWN_OF_TEXT}\n"
    table = Table(title=HOSTILE)
    table.add_column(HOSTILE)
    table.add_row(HOSTILE)
    assert shown(table, terminal=terminal).count(SHOWN) == 3


def test_a_message_keeps_its_lines_and_a_style_its_colour() -> None:
    assert shown("one\ntwo") == "one\ntwo\n"
    file = io.StringIO()
    PlainConsole(file=file, force_terminal=True, color_system="standard").print("x", style="red")
    assert file.getvalue() == "\x1b[31mx\x1b[0m\n"


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_printed(text: str) -> None:
    printed = shown(text)
    assert printed.encode("utf-8")
    assert "\x1b" not in printed


def test_errors_and_notices_are_lines_of_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    fault = Fault("a\nb\x1b", "is \x1b[31mred", "not\udcff")
    text = "a\\nb\\x1b: is \\x1b[31mred\n    remedy: not\\xff"
    assert str(fault) == str(InputError([fault])) == text
    assert str(ToolError("one\n    two\x1b", "x\x07")) == "one\n    two\\x1b\n    remedy: x\\x07"
    notify("[lock]     \x1b[2J")
    assert capsys.readouterr().err == "[lock]     \\x1b[2J\n"


@pytest.mark.parametrize(
    "words",
    [
        ["inspect", b"\xff\x1b[2J.tflite"],
        ["firmware", "--board", "u585", "--labels", b"\xff\x1b.txt"],
        ["firmware", "--board", b"u\xff\x1b[2J"],
        ["firmware", "--board", "u585", "--app", b"\xff\x1b"],
        ["firmware", "--board", "u585", "--jobs", b"\xff\x1b"],
        [b"\xff\x1b"],
        ["evaluate", "--data", b"\xff\x1b"],
    ],
)
def test_names_that_are_not_utf8_are_told_in_one_message(
    tmp_path: Path, words: list[str | bytes]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mel2metal", *words],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPO_ROOT), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (2, 3)
    said = done.stderr.decode("utf-8")
    assert "\x1b" not in said
    assert r"\xff" in said or r"\udcff" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
