# SPDX-License-Identifier: Apache-2.0
"""The documentation names only files, folders and modules that exist.

Checked in README.md and docs/: link targets; paths and dotted module names in `code spans`; imports
in Python examples. Paths with placeholders (`<board>`, `x1`) are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT

PAGES = [REPO_ROOT / "README.md", *sorted((REPO_ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^```.*?^```", re.M | re.S)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w.-]+/")
MODULE = re.compile(r"(?:cross_check|generator|hil|scoring|sounds|tools|training)(?:\.\w+)+")
IMPORT = re.compile(r"^(?:from ([\w.]+) )?import ([\w.]+)", re.M)

GENERATED = (REPO_ROOT / "tests" / "golden" / "u585" / "files.txt").read_text().split()
"""Files of a generated project, relative to its folder."""

FOLDERS = (
    *("bench", "cross_check", "docs", "firmware_templates", "generator", "hil", "mel2metal"),
    *("models", "requirements", "scoring", "sounds", "tests", "tools", "training", "udev"),
)

FORMER_PATHS = {"port/h7.py", "port/h7_interrupts.py"}
"""Paths of earlier versions that a page names as such."""

MADE_LATER = re.compile(
    r"^(?:\.venv|build|data|runs|my|my_app|out)/"  # outputs of the commands
    r"|^(?:audio|meta|kettle|doorbell|doorbell\+kettle)/"  # folders of a data set
    r"|/yamnet_256_f32\.h5$"
    r"|/x1/|_x1\.|/x1_"  # a chip family that does not exist
)
"""Paths that are not part of the repository."""


def spans_of(text: str) -> Iterator[str]:
    """The code spans of a page, without fenced blocks."""
    yield from SPAN.findall(FENCE.sub("", text))


@cache
def known_paths() -> frozenset[str]:
    """All files and folders of the repository and of a generated project, each after a slash."""
    found = {f"/{path.relative_to(REPO_ROOT).as_posix()}" for path in REPO_ROOT.glob("*")}
    for folder in FOLDERS:
        found |= {
            f"/{path.relative_to(REPO_ROOT).as_posix()}"
            for path in (REPO_ROOT / folder).rglob("*")
            if "__pycache__" not in path.parts
        }
    found |= {f"/{name}" for name in GENERATED}
    found |= {f"/{Path(name).parent.as_posix()}" for name in GENERATED}
    return frozenset(found | {path.removesuffix(".j2") for path in found})


def is_path(name: str) -> bool:
    """True for a path in the repository or in a generated project, or for the end of one.

    `port/supply.c` is a file that a generated project has in `port/`, from a folder below it.
    """
    folder, _, file = name.rstrip("/").rpartition("/")
    return any(
        path.endswith(f"/{name.rstrip('/')}")
        or (path.startswith(f"/firmware_templates/{folder}/") and path.endswith(f"/{file}"))
        for path in known_paths()
    )


def is_module(name: str) -> bool:
    """True for a package, a module, or a name that a module defines."""
    path = REPO_ROOT.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    parent, _, last = name.rpartition(".")
    source = REPO_ROOT.joinpath(*parent.split("."))
    for file in (source.with_suffix(".py"), source / "__init__.py"):
        if file.is_file() and re.search(rf"\b{last}\b", file.read_text(encoding="utf-8")):
            return True
    return False


def wrong_names(text: str) -> list[str]:
    """Paths and modules in code spans and examples that do not exist."""
    words = [word for span in spans_of(text) for word in span.split()]
    wrong = [word for word in words if MODULE.fullmatch(word) and not is_module(word)]
    wrong += [
        word
        for word in words
        if PATH.fullmatch(word) and not MADE_LATER.search(word) and word not in FORMER_PATHS
        if not is_path(word)
    ]
    for example in FENCE.findall(text):
        for package, name in IMPORT.findall(example):
            module = f"{package}.{name}" if package else name
            if MODULE.fullmatch(module) and not is_module(module):
                wrong.append(module)
    return wrong


def anchors_of(page: Path) -> set[str]:
    """What a link may name behind `#`: the headings, as web sites make anchors of them."""
    headings = HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def wrong_links(page: Path) -> list[str]:
    """Relative link targets, and headings in them, that do not exist."""
    wrong = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if ":" not in name and (
            not target.exists() or (anchor and anchor not in anchors_of(target))
        ):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPO_ROOT).as_posix())
def test_every_path_and_module_of_a_page_exists(page: Path) -> None:
    assert wrong_names(page.read_text(encoding="utf-8")) == []
    assert wrong_links(page) == []


def test_a_wrong_path_module_or_link_is_found(tmp_path: Path) -> None:
    text = "See `training/heart.py`, `generator.port.u5`, `hil/`, `port/no.c` and `out/a.elf`.\n"
    assert wrong_names(text) == ["generator.port.u5", "training/heart.py", "port/no.c"]
    assert wrong_names("```\n`training/heart.py`\n```\n`app/main.c` `training/fit.py`\n") == []
    example = (
        "```python\nimport hil.no\nfrom hil.virtual import machine, nothing\nimport serial\n```\n"
    )
    assert wrong_names(example) == ["hil.no"]
    page = tmp_path / "page.md"
    page.write_text(
        "# A part: `one`\n[a](page.md#a-part-one) [b](none.md) [c](https://example.com/none.md)\n"
        "[d](#part) [e](page.md#a-part-one-2)\n"
    )
    assert wrong_links(page) == ["none.md", "#part", "page.md#a-part-one-2"]
