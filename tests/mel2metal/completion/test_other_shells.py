# SPDX-License-Identifier: Apache-2.0
"""The scripts for zsh and fish: their text, and their syntax where the shell is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mel2metal.__main__ import main
from mel2metal.completion.fish import fish_script
from mel2metal.completion.words import Argument, Command, Value
from mel2metal.completion.zsh import zsh_script

TRICKY = Command(
    name="play",
    help="it's [one]: 5 % of C:\\clips",
    options=(
        Argument(("-b", "--board"), Value.CHOICE, ("u585", "h743"), "which", is_repeatable=True),
        Argument(("--model",), Value.FILE, (), "a model: [int8]", is_repeatable=False),
        Argument(("--clips",), Value.ANY, (), "how many", is_repeatable=False),
        Argument(("--virtual",), Value.NOTHING, (), "don't need one", is_repeatable=False),
    ),
    positional=None,
)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_shell_takes_the_script(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = tmp_path / f"mel2metal.{shell}"
    script.write_text(capsys.readouterr().out)
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    for text in (script.read_text(), {"zsh": zsh_script, "fish": fish_script}[shell]([TRICKY])):
        script.write_text(text)
        done = subprocess.run(
            [shell, "-n", str(script)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_zsh_gets_every_kind_of_value_and_quotes_the_help() -> None:
    script = zsh_script([TRICKY])
    assert r"'play:it'\''s \[one\]\: 5 % of C\:\\clips'" in script
    assert "'*--board[which]:value:(u585 h743)'" in script
    assert r"'--model[a model\: \[int8\]]:file:_files'" in script
    assert "'--clips[how many]:value: '" in script
    assert r"'--virtual[don'\''t need one]'" in script


def test_fish_gets_every_kind_of_value_and_quotes_the_help() -> None:
    script = fish_script([TRICKY])
    within = "complete -c mel2metal -n '__fish_seen_subcommand_from play'"
    assert r"-a play -d 'it\'s [one]: 5 % of C:\\clips'" in script
    assert f"{within} -s b -l board -x -a 'u585 h743' -d 'which'" in script
    assert f"{within} -l model -r -F -d 'a model: [int8]'" in script
    assert f"{within} -l clips -x -d 'how many'" in script
    assert rf"{within} -l virtual -d 'don\'t need one'" in script
