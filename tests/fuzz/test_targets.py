# SPDX-License-Identifier: Apache-2.0
"""Every fuzz target of C for a slice of inputs, and its seeds: nothing may be found.

Those of Python: test_parsers.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fuzz.c_targets import C_TARGETS
from tests.fuzz.table import TARGETS
from tests.fuzz.target import CORPUS, Budget, Target, seeds_of

SEED_FILES, SEED_BYTES = 200, 600
"""At most so many seeds in all, and so many bytes in one."""

SLICE = 20_000
"""Executions of each target here; `make fuzz` goes on for minutes."""

EACH = pytest.mark.parametrize("target", C_TARGETS, ids=lambda target: target.name)


@pytest.mark.slow
@EACH
def test_a_slice_finds_nothing(target: Target, tmp_path: Path) -> None:
    outcome = target.run(Budget(seed=1, executions=SLICE, work=tmp_path))
    assert not outcome.findings, outcome.findings[0].report
    assert outcome.executions >= SLICE
    print(f"{target.name}: {outcome.executions} executions by {outcome.engine}")


@pytest.mark.slow
@EACH
def test_seeds_pass(target: Target) -> None:
    seeds = seeds_of(target.name)
    assert seeds
    for seed in seeds:
        finding = target.repeat(seed)
        assert finding is None, finding


def test_the_table_and_the_corpus_belong_together() -> None:
    names = [target.name for target in TARGETS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) and len(name) <= 20 for name in names)
    assert {path.name for path in CORPUS.iterdir()} == {target.name for target in C_TARGETS}


def test_the_corpus_is_small() -> None:
    seeds = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert len(seeds) <= SEED_FILES
    assert [str(path) for path in seeds if path.stat().st_size > SEED_BYTES] == []
