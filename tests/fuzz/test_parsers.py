# SPDX-License-Identifier: Apache-2.0
"""A hundred cases for every parser of Python, and its seeds (docs/fuzzing.md)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.parsers.parser import (
    CPU_S,
    LONGEST_MESSAGE,
    MEMORY_BYTES,
    SEEDS,
    BoundError,
    Parser,
    case_folder,
    check,
    read_files,
    seeds_of,
)
from tests.fuzz.parsers.run import run_parser
from tests.fuzz.parsers.table import PARSERS
from tests.fuzz.python_targets import PYTHON_TARGETS

EACH = pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS.keys())


@EACH
def test_a_slice_finds_nothing(parser: Parser) -> None:
    with case_folder() as folder:

        @settings(
            max_examples=parser.in_slice,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(parser.cases())
        def all_of(cases: list[Any]) -> None:
            for case in cases:
                check(parser, case, folder)

        all_of()


@EACH
def test_seeds_pass(parser: Parser) -> None:
    target = next(one for one in PYTHON_TARGETS if one.name == parser.name)
    for seed in seeds_of(parser.name):
        assert target.repeat(seed) is None


def test_seeds_belong_to_parsers() -> None:
    assert {path.name for path in SEEDS.iterdir() if path.is_dir()} <= set(PARSERS)


def reading(read: Callable[[Path, Any], object]) -> Parser:
    return Parser("p", "made up", PARSERS["yaml"].cases, read)


def refuse(folder: Path, text: str) -> object:
    raise ValueError(text)


def write(folder: Path, case: object) -> object:
    return read_files(folder, {"a": b"x"}, lambda: folder, lambda at: (at / "b").write_text("y"))


def work(folder: Path, case: object) -> object:
    end_s = time.process_time() + CPU_S + 0.1
    while time.process_time() < end_s:
        pass
    return None


def shout(folder: Path, case: object) -> object:
    return os.write(2, b"libsomething: warning\n")


def take_memory(folder: Path, case: object) -> object:
    return b"x" * (MEMORY_BYTES + (16 << 20))


def test_what_must_hold_is_seen() -> None:
    with case_folder() as folder:
        parser = replace(reading(refuse), refusals=(ValueError,))
        assert not check(parser, "is wrong", folder)
        for text in ("", "\x1b[2J", "x" * (LONGEST_MESSAGE + 1)):
            with pytest.raises(BoundError, match="no message for people"):
                check(parser, text, folder)
        with pytest.raises(ZeroDivisionError):
            check(reading(lambda at, case: 1 // 0), b"", folder)
        with pytest.raises(AssertionError, match="has written"):
            check(reading(write), b"", folder)
        with pytest.raises(BoundError, match="of processor time"):
            check(reading(work), b"", folder)
        with pytest.raises(BoundError, match="more on stderr"):
            check(reading(shout), b"", folder)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counted by Linux")
def test_memory_is_counted() -> None:
    with case_folder() as folder, pytest.raises(BoundError, match="bytes more than before"):
        check(reading(take_memory), b"", folder)


def test_a_parser_that_refuses_every_case_is_no_test_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the valid file that a target changes may be none any more."""
    monkeypatch.setattr("tests.fuzz.parsers.run.SURELY_TAKEN", 100)
    refusing = replace(reading(lambda at, case: refuse(at, "is wrong")), refusals=(ValueError,))
    assert "none of 100 cases was taken" in run_parser(refusing, 1, 100, 0, tmp_path).found
    taking = reading(lambda at, case: None)
    assert run_parser(taking, 1, 100, 0, tmp_path).found == ""
