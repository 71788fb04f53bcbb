# SPDX-License-Identifier: Apache-2.0
"""The script for bash, asked by bash itself what it would offer."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from mel2metal.__main__ import main

BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="there is no bash")

ASK = """\
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_mel2metal
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bash") / "mel2metal.bash"
    with pytest.MonkeyPatch.context() as patched:
        written: list[str] = []
        patched.setattr("builtins.print", lambda text, **_: written.append(text))
        assert main(["completion", "bash"]) == 0
    path.write_text("".join(written))
    return path


def offered(script: Path, *words: str) -> list[str]:
    """What bash offers for the last word."""
    code = f". {shlex.quote(str(script))}\n{ASK.format(words=shlex.join(['mel2metal', *words]))}"
    command = [BASH or "", "--norc", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


def test_commands_by_their_beginning(script: Path) -> None:
    assert offered(script, "fi") == ["firmware"]
    assert {"hil", "flash", "tools", "completion"} <= set(offered(script, ""))
    assert "--version" in offered(script, "--")


def test_options_of_the_command(script: Path) -> None:
    assert "--boards-file" in offered(script, "firmware", "--board")
    assert "--require-board" in offered(script, "hil", "--re")
    assert offered(script, "doctor", "--taps") == []


def test_boards_behind_board(script: Path) -> None:
    for words in (("--board", "u5"), ("--board", "=", "u5")):
        assert offered(script, "hil", *words) == ["u575", "u585"]
    assert "h743" in offered(script, "firmware", "--taps", "--board", "")
    assert "h743" in offered(script, "firmware", "--board", "=")


def test_choices_of_options_and_arguments(script: Path) -> None:
    assert offered(script, "flash", "--kernels", "") == ["assembly", "portable"]
    assert offered(script, "tools", "c") == ["compiler", "cmsis-dsp"]
    assert offered(script, "completion", "z") == ["zsh"]


def test_files_are_left_to_bash(script: Path) -> None:
    assert offered(script, "firmware", "--model", "m") == []
    assert offered(script, "inspect", "m") == []
    assert "complete -o default -F _mel2metal mel2metal" in script.read_text()
