# SPDX-License-Identifier: Apache-2.0
"""Names that would be commands: what they reach is text, in each language of a project."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.boards.boards_file import load_board
from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.firmware import make_project
from generator.model.model_file import model_file_fault
from generator.network import Network
from generator.project import c_text, render
from generator.project.applications import MONITOR
from generator.repository import DEFAULT_BOARDS_FILE, TEMPLATES_DIR

HOSTILE = (
    "x\nall: ; touch ran\n#",
    "x */ int evil = 1; /* ",
    "x \\\n*\\\n/ int evil;",
    "$(shell touch ran) `touch ran` ${touch}",
    "\u202ex \u2066 \u2028 \x1b[2J \0",
    "a|b `c` <script>alert(1)</script> [x](http://y) *z* \\",
    '" ; system("x"); "',
    "x ??/\n*??/\n/ int evil;",
)
NAMES = r"\b(model_name|board\.name|labels|frontend\.name|rule_text|events_text|toolchain|path)\b"
FOREIGN = re.compile(rf"{NAMES}|\bactions\.source\b|\bproject\.engine\b")


def code_of(name: str, content: bytes) -> list[str]:
    """A file's lines without its comments."""
    text = content.decode("utf-8")
    if name.endswith((".c", ".h", ".S", ".ld")):
        joined = text.replace("??/", "\\").replace("\\\n", "")
        return re.sub(r"/\*.*?\*/", "", joined, flags=re.DOTALL).splitlines()
    joined = text.replace("\\\n", " \\ ")
    return [line for line in joined.splitlines() if not line.startswith("#")]


def is_code(name: str) -> bool:
    return name.endswith((".c", ".h", ".S", ".ld", "Makefile", "CMakeLists.txt"))


def code_files(directory: Path) -> dict[str, list[str]]:
    paths = (path for path in sorted(directory.rglob("*")) if is_code(path.name))
    own = (path for path in paths if "cmsis_dsp" not in path.parts)
    return {
        path.relative_to(directory).as_posix(): code_of(path.name, path.read_bytes())
        for path in own
    }


def test_no_name_becomes_code_in_a_project(u585: BoardSpec, tiny: Network, tmp_path: Path) -> None:
    """Their refusal is left out here: what is printed must be safe by itself."""
    plain = code_files(make_project(u585, tiny, tmp_path / "plain", taps=False).directory)
    name = "".join(HOSTILE)
    board = u585.model_copy(update={"name": name})
    network = replace(tiny, graph=replace(tiny.graph, name=name))
    project = make_project(board, network, tmp_path / "hostile", taps=False)
    assert code_files(project.directory) == plain
    readme = (project.directory / "README.md").read_text("utf-8")
    assert r"\<script\>" in readme.splitlines()[0]
    assert len(readme.splitlines()) == len(
        (tmp_path / "plain" / "u585" / "README.md").read_text("utf-8").splitlines()
    )


def test_no_name_becomes_code_in_the_monitor(
    u585: BoardSpec, tiny: Network, tmp_path: Path
) -> None:
    name = 'x"); system("x\n%s $(x)'
    network = replace(tiny, graph=replace(tiny.graph, name=name))
    project = make_project(u585, network, tmp_path, taps=False, application=MONITOR)
    banner = (project.directory / "app" / "main.c").read_text("utf-8")
    assert r'"x\"); system(\"x\012%s $(x)"' in banner


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_of_c_holds_any_text(text: str) -> None:
    source = f"/* {c_text.c_comment(text)} */\nint after;\n"
    done = subprocess.run(
        ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-xc", "-"],
        input=source.encode("utf-8"),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_leaves_its_place(text: str) -> None:
    comment = c_text.c_comment(text)
    assert "*/" not in comment
    assert "/*" not in comment
    for made in (comment, c_text.hash_comment(text), c_text.markdown(text)):
        assert len(made.encode("utf-8").splitlines()) <= 1
    assert not c_text.hash_comment(text).endswith("\\")
    assert len(shlex.split(c_text.shell_word(text))) == 1
    assert not re.search(r"(?<!\\)(\\\\)*[<|`*]", c_text.markdown(text))
    assert not re.search(r"(?<!\\)\|", c_text.markdown_code(text))


def test_every_foreign_text_goes_through_a_filter() -> None:
    found = []
    for path in sorted(TEMPLATES_DIR.rglob("*.j2")):
        for inside in re.findall(r"\{\{(.*?)\}\}", path.read_text("utf-8")):
            last = inside.rpartition("|")[2].strip()
            if FOREIGN.search(inside) and last not in {*c_text.FILTERS, "length"}:
                found.append(f"{path.name}: {inside}")
    assert found == []


@pytest.mark.parametrize("text", ["a\x1bb", "x */ y", "Größe", "a\u202eb"])
def test_text_without_a_filter_is_refused(text: str) -> None:
    template = render.make_environment().from_string("{{ text }} {{ text | c_comment }}")
    with pytest.raises(ValueError, match="printed without a filter"):
        template.render(text=text)
    assert isinstance(template, jinja2.Template)


@pytest.mark.parametrize("name", ['"x\\nall: ; touch ran"', '"\\u202Ex"', '"\\e[2J"', '"\\0"'])
def test_a_boards_name_is_one_line(tmp_path: Path, name: str) -> None:
    text = DEFAULT_BOARDS_FILE.read_text("utf-8")
    changed = re.sub(r"^  name: .*$", lambda found: f"  name: {name}", text, flags=re.MULTILINE)
    assert changed != text
    file = tmp_path / "boards.yaml"
    file.write_text(changed, "utf-8")
    with pytest.raises(InputError, match="a name is one line of plain text, and holds U"):
        load_board(file, "u585")


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        (b"x\nall: ; touch ran\n#.tflite", "U+000A"),
        ("\u202ex.tflite".encode(), "U+202E"),
        (b"\xff\xfe.tflite", "bytes that are not UTF-8"),
    ],
)
def test_a_models_file_has_a_name_of_one_line(tmp_path: Path, name: bytes, holds: str) -> None:
    path = tmp_path / name.decode("utf-8", "surrogateescape")
    path.write_bytes(b"\x1c\0\0\0TFL3")
    fault = model_file_fault(path)
    assert fault is not None
    assert fault.what == f"the file's name holds {holds}, and becomes text of the firmware"
