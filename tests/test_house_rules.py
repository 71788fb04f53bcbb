# SPDX-License-Identifier: Apache-2.0
"""Rules of the house that no linter knows: length, licence lines, places, templates, C includes.

Each rule is a function from a path and its text to complaints; below, each is shown a text that
breaks it, and then all tracked files.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath

import pytest

from generator.repository import REPO_ROOT

Rule = Callable[[PurePosixPath, str], Iterator[str]]

LONGEST_FILE_LINES = 400
SPDX = "SPDX-License-Identifier: Apache-2.0"
SPDX_WITHIN_LINES = 4
"""The shebang, the comment's opening and a generated-file line may stand before it."""

SOURCE_SUFFIXES = {".py", ".c", ".h", ".ld", ".yaml", ".cmake"}
SOURCE_NAMES = {"Makefile", "CMakeLists.txt", "run"}
MADE_BY_TOOLS = re.compile(
    r"^(requirements/.*\.txt|tests/golden/.*|docs/(?:figures|schema)/.*"
    r"|models/.*\.frontend\.yaml|LICENSE)$"
)

# In pieces, so that this file keeps its own rule.
PLACES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:home|Users)/\w",
            r"(?<![\w.])/" + r"(?:root|work)/",
            r"pypi\." + r"org",
            r"python" + r"hosted\.org",
            r"debian" + r"\.org",
            r"npm" + r"js\.org",
            r"--(?:extra-)?index" + r"-url",
        ]
    )
)

NO_ROOM_FOR = re.compile(r"(^|_)(utils?|helpers?|misc|manager)(_|$)")

C_FOLDERS_WITHOUT_DEVICE = {"frontend", "library", "microphone", "network"}
DEVICE_HEADER = re.compile(r'^\s*#\s*include\s+"(?:(?:core|port)/[^"]*)"', re.M)
REGISTER_HEADER = re.compile(
    r'^\s*#\s*include\s+"(?:port/(?:\w*registers|peripherals)\.h|core/cortex_m\.h)"', re.M
)
NOT_ON_THE_TARGET = re.compile(r"\b(?:malloc|calloc|realloc|free|printf|double)\b|<math\.h>")


def source_name(path: PurePosixPath) -> PurePosixPath:
    """The path without the ending that marks a template."""
    return path.with_suffix("") if path.suffix == ".j2" else path


def complain_of_length(path: PurePosixPath, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > LONGEST_FILE_LINES and not MADE_BY_TOOLS.match(str(path)):
        yield f"{lines} lines; more than {LONGEST_FILE_LINES} are more than one subject"


def complain_of_licence(path: PurePosixPath, text: str) -> Iterator[str]:
    name = source_name(path)
    is_source = name.suffix in SOURCE_SUFFIXES or name.name in SOURCE_NAMES
    if not is_source or MADE_BY_TOOLS.match(str(path)):
        return
    if not any(SPDX in line for line in text.splitlines()[:SPDX_WITHIN_LINES]):
        yield f"no '{SPDX}' in its first {SPDX_WITHIN_LINES} lines"


def complain_of_places(path: PurePosixPath, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        found = PLACES.search(line)
        if found:
            yield f"line {number} names a machine's path or a registry: {found.group()}"


def complain_of_template(path: PurePosixPath, text: str) -> Iterator[str]:
    if path.parts[0] != "firmware_templates":
        return
    substitutes = re.search(r"\{\{|\{%|^\s*//%", text, re.M) is not None
    if path.suffix == ".j2" and not substitutes:
        yield "a template without a substitution: drop the .j2"
    if path.suffix in {".c", ".h"} and re.search(r"\{\{ |\{%|^\s*//%", text, re.M):
        yield "a substitution in a file that is only copied: add .j2"


def complain_of_name(path: PurePosixPath, text: str) -> Iterator[str]:
    for part in (*path.parts[:-1], path.stem):
        if NO_ROOM_FOR.search(part):
            yield f"'{part}' says nothing of what is in it"


def complain_of_c(path: PurePosixPath, text: str) -> Iterator[str]:
    """Portable C stays portable, and what the freestanding target lacks is not called."""
    if path.parts[0] != "firmware_templates" or source_name(path).suffix not in {".c", ".h"}:
        return
    folder = path.parts[1]
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    if folder in C_FOLDERS_WITHOUT_DEVICE and DEVICE_HEADER.search(code):
        yield f"{folder} includes a header of the device: it must compile on the host"
    if folder not in {"core", "port"} and REGISTER_HEADER.search(code):
        yield "only core/ and port/ include register definitions"
    found = NOT_ON_THE_TARGET.search(code)
    if found and folder != "host":
        yield f"'{found.group()}' has no place on the target"


RULES: tuple[Rule, ...] = (
    complain_of_length,
    complain_of_licence,
    complain_of_places,
    complain_of_template,
    complain_of_name,
    complain_of_c,
)


@cache
def tracked_texts() -> dict[PurePosixPath, str]:
    """Tracked text files by their path in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPO_ROOT, capture_output=True, check=False, text=True
    )
    if listing.returncode:
        pytest.skip("not a git checkout: no list of the project's files")
    texts = {}
    for name in filter(None, listing.stdout.split("\0")):
        try:
            texts[PurePosixPath(name)] = (REPO_ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.removeprefix("complain_of_"))
def test_tracked_files_keep_the_rule(rule: Rule) -> None:
    texts = tracked_texts()
    assert len(texts) > 20
    complaints = [f"{path}: {what}" for path, text in texts.items() for what in rule(path, text)]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (complain_of_length, "generator/long.py", "x\n" * 401),
        (complain_of_licence, "generator/bare.py", '"""No licence."""\n'),
        (complain_of_licence, "firmware_templates/core/link.ld.j2", "MEMORY {}\n"),
        (complain_of_places, "docs/a.md", "see /" + "home/ada/mel2metal\n"),
        (complain_of_places, "docs/a.md", "see /" + "root/mel2metal\n"),
        (complain_of_places, "requirements/a.txt", "https://pypi." + "org/simple\n"),
        (complain_of_places, "requirements/a.txt", "--extra-index" + "-url mirror\n"),
        (
            complain_of_template,
            "firmware_templates/applications/a/plain.c.j2",
            "int main(void) {}\n",
        ),
        (complain_of_template, "firmware_templates/applications/a/main.c", "int x = {{ x }};\n"),
        (complain_of_name, "generator/utils.py", ""),
        (complain_of_name, "hil/board_manager.py", ""),
        (complain_of_c, "firmware_templates/frontend/mel.c", '#include "core/cortex_m.h"\n'),
        (
            complain_of_c,
            "firmware_templates/applications/a/main.c",
            '#include "port/registers.h"\n',
        ),
        (complain_of_c, "firmware_templates/network/a.c.j2", "double x;\n"),
    ],
)
def test_each_rule_can_fail(rule: Rule, path: str, text: str) -> None:
    assert list(rule(PurePosixPath(path), text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("generator/short.py", f"# {SPDX}\nx = 1\n"),
        (
            "firmware_templates/network/a.c.j2",
            f"/* {SPDX} */\n/* no double */ int a = {{{{ a }}}};\n",
        ),
        ("docs/wire.md", "https://example.com/home/page and framework/\n"),
    ],
)
def test_rules_let_pass_what_is_right(path: str, text: str) -> None:
    assert not [what for rule in RULES for what in rule(PurePosixPath(path), text)]
