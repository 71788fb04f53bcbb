# SPDX-License-Identifier: Apache-2.0
"""YAML that a stranger wrote: each reader ends at once, in one message, or has the right values."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.boards.boards_file import load_boards
from generator.bounded_yaml import DEEPEST, LARGEST_CHARACTERS, MOST_NODES, load_yaml
from generator.errors import InputError
from generator.frontend.importers.arguments import _plain
from generator.frontend.record_file import read_record
from generator.repository import REPO_ROOT
from generator.yaml_lines import read_mapping, read_words
from hil.bench.budgets import read_budgets
from hil.boards.inventory import read_inventory
from hil.boards.labgrid_client import read_environment
from training.config import load_config


def laughs(levels: int) -> str:
    """Each line has the one before ten times."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * 10)}]")
    return "\n".join(lines)


def merged(levels: int) -> str:
    lines = ["a0: &a0 {k: 1}"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} {{<<: [{','.join([f'*a{level - 1}'] * 10)}]}}")
    return "\n".join(lines)


def chain(levels: int) -> str:
    return "a0: &a0 [x]\n" + "\n".join(
        f"a{level}: &a{level} [*a{level - 1}]" for level in range(1, levels)
    )


HOSTILE = {
    "laughs": (laughs(9), f"more than {MOST_NODES} keys and values"),
    "merged": (merged(9), f"more than {MOST_NODES} keys and values"),
    "chain": (chain(500), "nested too deep, or in itself"),
    "many-aliases": ("a: &a x\nb: [" + "*a," * 1001 + "]", "more than 1000 aliases"),
    "in-itself": ("a: &a [*a]", "nested too deep, or in itself"),
    "deep-list": ("a: " + "[" * 3000 + "]" * 3000, "nested too deep, or in itself"),
    "deep-keys": ("a: " + "{b: " * 3000 + "}" * 3000, "nested too deep, or in itself"),
    "deep-in-a-key": ("? " + "[" * 3000 + "]" * 3000 + "\n: 1", "nested too deep"),
    "many": ("a: [" + "x," * 30_000 + "]", f"more than {MOST_NODES} keys and values"),
    "large": ("a: x\n#" + "x" * LARGEST_CHARACTERS, "larger than 256 KiB"),
    "decimal": ("a: " + "9" * 5000, "has a value that is none: an integer of 5000 digits"),
    "hexadecimal": ("a: 0x" + "f" * 5000, "has a value that is none: an integer of 5002 digits"),
    "sexagesimal": ("a: 1" + ":10" * 2000, "has a value that is none: an integer of"),
    "float": ("a: 1" + ":10" * 2000 + ".5", "has a value that is none: int too large"),
    "empty-int": ('a: !!int ""', "has a value that is none"),
    "no-bool": ("a: !!bool maybe", "has a value that is none"),
    "no-time": ("a: !!timestamp now", "has a value that is none"),
    "object": ("a: !!python/object/apply:os.getpid []", "could not determine a constructor"),
}


@pytest.mark.parametrize(("text", "said"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_goes_beyond_the_bounds_is_told_at_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "f.yaml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_mapping(tmp_path / "f.yaml", "is empty", "fill it")
    (fault,) = caught.value.faults
    assert re.match(r"f\.yaml(:\d+)?$", fault.where)
    assert said in fault.what
    assert len(str(caught.value)) < 300


READERS: dict[str, Callable[[Path], object]] = {
    "boards": load_boards,
    "inventory": lambda path: read_inventory(path, ["u585"]),
    "record": read_record,
    "configuration": load_config,
    "budgets": read_budgets,
    "words": lambda path: read_words(path, "is empty", "fill it"),
    "labgrid": lambda path: read_environment(path, "u585"),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
@pytest.mark.parametrize("name", ["laughs", "deep-list", "hexadecimal"])
def test_every_reader_refuses_it(tmp_path: Path, read: Callable[[Path], object], name: str) -> None:
    (tmp_path / "f.yaml").write_text(HOSTILE[name][0])
    with pytest.raises(InputError) as caught:
        read(tmp_path / "f.yaml")
    assert HOSTILE[name][1] in str(caught.value)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "f.yaml")
    with pytest.raises(InputError, match="cannot be read: it is no file"):
        read(tmp_path / "f.yaml")


def test_aliases_merges_and_depth_within_the_bounds_have_their_values() -> None:
    text = "a: &a {x: 1, y: [2]}\nb: {<<: *a, x: 3}\nc: *a\n"
    assert load_yaml(text)[0] == {
        "a": {"x": 1, "y": [2]}, "b": {"x": 3, "y": [2]}, "c": {"x": 1, "y": [2]}
    }  # fmt: skip
    assert load_yaml("[" * DEEPEST + "0" + "]" * DEEPEST)[0] is not None
    assert load_yaml("a: 0x" + "f" * 32)[0] == {"a": (1 << 128) - 1}


@settings(deadline=None, max_examples=300)
@given(st.text("a:[]{}&*!?-|>'\"#%,.<0x1 \n\tint", max_size=60))
def test_any_text_gives_what_pyyaml_gives_or_its_error(text: str) -> None:
    try:
        mine = load_yaml(text)[0]
    except yaml.YAMLError:
        return
    assert repr(mine) == repr(yaml.safe_load(text))


@settings(deadline=None, max_examples=200)
@given(st.text("a:[]{}&*!?-|>'\"#%,.<0x1 \n\tint", max_size=60))
def test_any_value_on_the_command_line_is_read_or_is_a_text(text: str) -> None:
    _plain(text)


def test_nothing_else_reads_yaml() -> None:
    calls = re.compile(
        r"\byaml\.(safe_load|load|compose|full_load|unsafe_load|parse)\w*\(|safe_load"
    )
    folders = ("cross_check", "generator", "hil", "mel2metal", "scoring", "sounds", "training")
    found = [
        str(path.relative_to(REPO_ROOT))
        for folder in folders
        for path in sorted((REPO_ROOT / folder).rglob("*.py"))
        if calls.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
