# SPDX-License-Identifier: Apache-2.0
"""Limits of a run: read from three places, of which the nearest holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.errors import InputError
from generator.repository import DEFAULT_BOARDS_FILE
from hil.gates.limits import Limit, RunGates, read_gates
from hil.gates.options import GATE_OPTIONS, add_gate_options


def options(**given: object) -> Callable[[str], Any]:
    """Option values by name; those that are not given are as pytest has them then."""
    values: dict[str, object] = {}

    def add(name: str, action: str = "", **_: object) -> None:
        values[name.removeprefix("--").replace("-", "_")] = False if action else None

    add_gate_options(add)
    assert given.keys() <= values.keys()
    return (values | given).__getitem__


@pytest.fixture
def boards(tmp_path: Path) -> dict[str, BoardSpec]:
    """The u585 with limits of its own, the l475 without."""
    records = yaml.safe_load(DEFAULT_BOARDS_FILE.read_text())
    records = {name: records[name] for name in ("u585", "l475")}
    records["u585"]["budgets"] |= {"max_ram_bytes": "96 KiB", "min_accuracy": 0.5}
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(records))
    return load_boards(path)


def read(root: Path, boards: dict[str, BoardSpec], **given: object) -> RunGates:
    return read_gates(options(**given), root, boards)


def test_without_limits_there_are_none(tmp_path: Path, boards: dict[str, BoardSpec]) -> None:
    gates = read(tmp_path, boards)
    assert gates.limits["l475"] == ()
    assert not gates.require_sounds


def test_command_line_goes_before_pyproject_and_that_before_the_board(
    tmp_path: Path, boards: dict[str, BoardSpec]
) -> None:
    table = '[tool.mel2metal]\nmin_accuracy = "90%"\nmax_answer_ms = 300\n'
    (tmp_path / "pyproject.toml").write_text(table)
    gates = read(tmp_path, boards, max_answer_ms="250", max_flash="1MiB")
    accuracy = Limit("min_accuracy", 0.9, "pyproject.toml: tool.mel2metal.min_accuracy")
    answer = Limit("max_answer_ms", 250, "--max-answer-ms")
    flash = Limit("max_flash_bytes", 1 << 20, "--max-flash")
    ram = Limit("max_ram_bytes", 96 * 1024, "boards.yaml: u585.budgets.max_ram_bytes")
    assert gates.limits == {
        "u585": (accuracy, answer, ram, flash),
        "l475": (accuracy, answer, flash),
    }


@pytest.mark.parametrize("where", ["option", "file"])
def test_sounds_are_required_by_either(
    tmp_path: Path, boards: dict[str, BoardSpec], where: str
) -> None:
    if where == "file":
        (tmp_path / "pyproject.toml").write_text("[tool.mel2metal]\nrequire_sounds = true\n")
    assert read(tmp_path, boards, require_sounds=where == "option").require_sounds


def test_all_faults_of_options_and_file_come_together(
    tmp_path: Path, boards: dict[str, BoardSpec]
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.mel2metal]\nmin_acuracy = 0.9\nmax_ram_bytes = "64K"\nrequire_sounds = "yes"\n'
        "weather = 1\n"
    )
    with pytest.raises(InputError) as refused:
        read(tmp_path, boards, min_accuracy="95", max_flash="much")
    text = str(refused.value)
    for said in (
        "--min-accuracy: '95'",
        '95 percent are "95%"',
        "--max-flash: 'much'",
        "pyproject.toml: tool.mel2metal.min_acuracy: unknown key",
        "did you mean min_accuracy?",
        "tool.mel2metal.max_ram_bytes: a whole number of bytes above 0 is expected",
        "found '64K'",
        "tool.mel2metal.require_sounds: Input should be a valid boolean",
        "tool.mel2metal.weather: unknown key",
        "known keys: max_answer_ms, max_flash_bytes, max_network_cycles",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[tool", "pyproject.toml: cannot be read"),
        ("[tool]\nmel2metal = 3\n", "tool.mel2metal: is no table"),
    ],
)
def test_a_file_that_is_no_toml_or_has_no_table_is_named(
    tmp_path: Path, boards: dict[str, BoardSpec], content: str, said: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(content)
    with pytest.raises(InputError, match=said):
        read(tmp_path, boards)


def test_a_pyproject_of_others_is_no_matter(tmp_path: Path, boards: dict[str, BoardSpec]) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'mine'\n[tool.other]\nx = 1\n")
    assert read(tmp_path, boards).limits["l475"] == ()


def test_wrong_limit_in_a_board_record_is_a_fault_with_file_and_line(tmp_path: Path) -> None:
    records = yaml.safe_load(DEFAULT_BOARDS_FILE.read_text())
    records["u585"]["budgets"] |= {"max_ram_bytes": "64K", "min_accuracy": 95}
    (tmp_path / "boards.yaml").write_text(yaml.safe_dump({"u585": records["u585"]}))
    with pytest.raises(InputError) as refused:
        load_boards(tmp_path / "boards.yaml")
    text = str(refused.value)
    assert "budgets.max_ram_bytes: a whole number of bytes above 0 is expected" in text
    assert 'budgets.min_accuracy: a share from 0 to 1, or a percentage as in "95%"' in text


def test_every_option_has_a_key_that_limits_can_have() -> None:
    assert list(GATE_OPTIONS.values()) == list(read_gates.__globals__["RunLimits"].model_fields)
