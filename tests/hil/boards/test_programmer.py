# SPDX-License-Identifier: Apache-2.0
"""A flash tool of the user's own: its words, its failures, its end."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from generator.errors import ToolError
from hil.boards.image import BuiltImage
from hil.boards.programmer import CommandProgrammer
from hil.flash_command import command_fault, fill_command

FILES = {kind: Path(f"/a b/m.{kind}") for kind in ("hex", "elf", "bin")}


def image(folder: Path) -> BuiltImage:
    elf = folder / "mel2metal.elf"
    elf.with_suffix(".hex").write_text(":00000001FF\n")
    return cast(BuiltImage, cast(Any, type("Image", (), {"elf": elf})()))


def python(code: str, *words: str) -> str:
    return shlex.join([sys.executable, "-c", code, *words])


def test_words_stay_words_whatever_the_path() -> None:
    command = "STM32_Programmer_CLI -c port=SWD sn={probe} -w {hex} -v"
    assert fill_command(command, FILES, "0483") == [
        *("STM32_Programmer_CLI", "-c", "port=SWD", "sn=0483", "-w", "/a b/m.hex", "-v")
    ]
    tcl = fill_command("openocd -c 'program {elf} verify reset exit'", FILES, None)
    assert tcl[-1] == "program /a b/m.elf verify reset exit"


def test_a_path_that_looks_like_a_placeholder_is_left_alone() -> None:
    words = fill_command("flash {hex}", {"hex": Path("/x/{bin}/m.hex"), "bin": Path("b")}, None)
    assert words == ["flash", "/x/{bin}/m.hex"]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("flash {hexx} {srec}", r"unknown placeholder \{hexx\}, \{srec\}"),
        ("flash '{hex}", "No closing quotation"),
        ("", "an empty command"),
        ("flash m.hex", "it names no file to write"),
    ],
)
def test_fault_of_a_command_is_named(command: str, fault: str) -> None:
    with pytest.raises(ToolError, match=fault):
        fill_command(command, FILES, None)
    assert command_fault("flash {bin} {probe}") is None


def test_probe_that_the_board_does_not_have_is_asked_for() -> None:
    with pytest.raises(ToolError, match="this board has none"):
        fill_command("flash {probe} {hex}", FILES, None)


def test_command_runs_without_a_shell_and_its_progress_is_shown(tmp_path: Path) -> None:
    shown: list[str] = []
    code = "import sys; print('50 %'); print(sys.argv[1:], open(sys.argv[1]).read())"
    command = python(code, "{hex}", "$HOME; exit 9")
    CommandProgrammer(command, on_progress=shown.append).program(image(tmp_path))
    assert shown[0].startswith("[flash]    ")
    assert shown[1] == "[flash]      50 %"
    assert f"['{tmp_path}/mel2metal.hex', '$HOME; exit 9'] :00000001FF" in shown[2]


def test_failure_is_told_with_its_exit_code_and_last_lines(tmp_path: Path) -> None:
    code = "import sys; [print('line', n, flush=True) for n in range(20)]"
    code += "; print('no probe', file=sys.stderr)"
    command = python(f"{code}; sys.exit(7)", "{hex}")
    with pytest.raises(ToolError, match="exit code 7") as failed:
        CommandProgrammer(command).program(image(tmp_path))
    text = str(failed.value)
    assert "| line 13\n    | line 14" in text
    assert "| no probe\n" in text
    assert "line 12" not in text
    assert "run it by hand" in text


def test_missing_tool_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot run no-such-tool"):
        CommandProgrammer("no-such-tool {hex}").program(image(tmp_path))


def test_command_that_hangs_is_ended(tmp_path: Path) -> None:
    code = "import threading; print('waits', flush=True); threading.Event().wait()"
    with pytest.raises(ToolError, match=r"did not end within 0\.5 s"):
        CommandProgrammer(python(code, "{hex}"), timeout_s=0.5).program(image(tmp_path))
