# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets of the firmware's C: a slice of what `make fuzz` runs, and their seeds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from generator.wire import MESSAGES, Direction
from tests.fuzz.c_build import C_FOLDER
from tests.fuzz.c_targets import C_TARGETS, CTarget
from tests.fuzz.engines import HAS_GNU_TOOLS, built_in_engine
from tests.fuzz.target import CORPUS, Budget, seeds_of

pytestmark = pytest.mark.skipif(not HAS_GNU_TOOLS, reason="they need GNU ld and objcopy")

SEED_FILES, SEED_BYTES = 200, 600
"""At most so many seeds in all, and so many bytes in one."""

EXECUTIONS = {
    "link-cobs": 50_000,
    "link-receive-tiny": 8_000,
    "session-taps": 6_000,
    "running-decision": 20_000,
}
"""Of these targets in each run of the tests; the others differ by rings or taps alone, and each
target is a build."""

SLICE = [target for target in C_TARGETS if target.name in EXECUTIONS]


@pytest.mark.slow
@pytest.mark.parametrize("target", SLICE, ids=lambda target: target.name)
def test_a_slice_finds_nothing(target: CTarget, tmp_path: Path) -> None:
    """All seeds of the repository first, then what comes of them."""
    count = EXECUTIONS[target.name]
    outcome = target.run(Budget(seed=1, executions=count, work=tmp_path))
    print(f"{target.name}: {outcome.executions} executions by {outcome.engine}")
    assert not outcome.findings, outcome.findings[0].report
    assert outcome.executions >= count
    assert outcome.edges is not None
    assert outcome.edges > 20


@pytest.mark.slow
def test_the_built_in_engine_runs_the_same_targets(tmp_path: Path) -> None:
    (target,) = (target for target in SLICE if target.name == "session-taps")
    target = replace(target, engine=built_in_engine())
    outcomes, kept = [], []
    for turn in ("first", "second"):
        outcomes.append(target.run(Budget(seed=1, executions=400, work=tmp_path / turn)))
        corpus = tmp_path / turn / "corpus" / target.name
        kept.append(sorted(path.read_bytes() for path in corpus.iterdir()))
    assert not outcomes[0].findings
    assert outcomes[0].executions == 400
    assert outcomes[0].edges is not None
    assert outcomes[0].edges > 300
    assert kept[0]
    assert kept[0] == kept[1]  # the same seed
    assert outcomes[0].edges == outcomes[1].edges


def test_names_and_corpus_belong_together() -> None:
    names = [target.name for target in C_TARGETS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) and len(name) <= 20 for name in names)
    seeds = {name: seeds_of(name) for name in names}
    assert all(seeds.values()), f"targets without seeds below {CORPUS}"
    assert sum(map(len, seeds.values())) <= SEED_FILES
    large = [one for each in seeds.values() for one in each if one.stat().st_size > SEED_BYTES]
    assert large == []


def test_every_message_from_the_host_is_composed() -> None:
    """A new message of the wire is one that the session's target must know."""
    composed = set(re.findall(r"\{WIRE_(\w+), \w+\}", (C_FOLDER / "session.c").read_text()))
    composed.add("HELLO_REQUEST")  # by conversation.c
    asked = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", message.__name__).upper()
        for message in MESSAGES
        if message.DIRECTION is Direction.HOST_TO_DEVICE
    }
    assert composed == asked
