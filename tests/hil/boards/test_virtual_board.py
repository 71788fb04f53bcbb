# SPDX-License-Identifier: Apache-2.0
"""The harness's side of the virtual board: what it lacks is said before anything is built."""

from __future__ import annotations

from typing import Any

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.repository import REPO_ROOT
from hil.boards.candidates import own_virtual_board
from hil.boards.virtual_board import VirtualBoard


@pytest.fixture
def spec() -> BoardSpec:
    return load_boards(REPO_ROOT / "boards.yaml")["u585"]


def make(spec: BoardSpec) -> VirtualBoard:
    return VirtualBoard(spec, own_virtual_board(spec), None)


def test_modelled_board_is_available(spec: BoardSpec) -> None:
    assert make(spec).unavailable_reason() is None


@pytest.mark.parametrize("changes", [{"id": "mine"}, {"part": "STM32L475VGT6"}])
def test_board_that_is_not_modelled_is_told(spec: BoardSpec, changes: dict[str, str]) -> None:
    reason = make(spec.model_copy(update=changes)).unavailable_reason()
    assert reason is not None
    assert "u585" in reason


def test_missing_packages_are_told_with_a_target_that_there_is(
    spec: BoardSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.virtual.availability.importlib.util.find_spec", lambda name: None)
    reason = make(spec).unavailable_reason()
    assert reason == "the emulator needs unicorn, numba: `make test` installs what is missing"
    assert "\ntest:" in (REPO_ROOT / "Makefile").read_text()


class Port:
    """Counts what is thrown away."""

    def __init__(self) -> None:
        self.dropped: list[str] = []

    def reset_input_buffer(self) -> None:
        self.dropped.append("from the board")

    def reset_output_buffer(self) -> None:
        self.dropped.append("to the board")


class Machine:
    """A machine that knows no symbol."""

    def watch(self, symbol: str) -> Any:
        raise KeyError(symbol)


def test_reset_drops_what_lay_on_the_line_both_ways(
    spec: BoardSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "hil.boards.probe_board.hardware_reset", lambda spec, probe: pulled.append((spec.id, probe))
    )
    board, port = make(spec), Port()
    board.__dict__.update(_serial=port)
    assert board.reset()
    assert sorted(port.dropped) == ["from the board", "to the board"]
    assert pulled == [("u585", board.attachment.probe)]


def test_function_that_is_not_in_the_image_is_not_counted(spec: BoardSpec) -> None:
    board = make(spec)
    board.__dict__.update(_machine=Machine())
    assert board.watch("no_such_function") is None
