# SPDX-License-Identifier: Apache-2.0
"""Cycles by layer of a board that is reached as silicon is: its own counter, read by the image with
taps. Behind the probe and the port is a virtual core, whose cycles the bench knows by layer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.bench.record import Cost
from hil.bench.run import measure
from hil.probe.attached import Attached, AttachedProbe
from hil.profile.layer_cycles import (
    SCHEMA,
    board_cells,
    board_lines,
    profile_board,
    write_board_profile,
)
from tests.hil.stlink import SERIAL, SPECS, plug_in, unplug
from tests.support.tiny_options import tiny_options

pytestmark = pytest.mark.slow

BOARD = "u585"
READS = 4_000
"""Cycles that the reads of the counter may add to a layer of a patch."""


@pytest.fixture(scope="module")
def known(tiny_build: Path) -> dict[int, Cost]:
    """By operators, from a trace; made before anything is plugged in."""
    return measure(tiny_options(tiny_build, BOARD, virtual=True), SPECS[BOARD], print).operators


@pytest.fixture
def plugged(
    known: dict[int, Cost], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """A board behind an ST-LINK, for the length of a test."""
    _, port = plug_in(BOARD, monkeypatch)
    number = SPECS[BOARD].probe.board_id
    attached = Attached(probes=(AttachedProbe(SERIAL, board_id=number, ports=(port,)),))
    monkeypatch.setattr("hil.boards.acquire.look", lambda: attached)
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path))
    yield
    unplug(port)


def test_a_board_measures_its_layers(
    plugged: None, known: dict[int, Cost], tiny_build: Path, tmp_path: Path
) -> None:
    profile = profile_board(tiny_options(tiny_build, BOARD, virtual=False), SPECS[BOARD], print)
    assert profile.cycles_are == "measured"
    rows = {row.index: row.cycles for row in profile.layers if row.index is not None}
    assert rows.keys() == known.keys()
    for index, cycles in rows.items():
        expected = known[index].table_cycles or 0
        assert expected <= cycles + 50, (index, expected, cycles)
        assert cycles < 1.05 * expected + READS, (index, expected, cycles)
    assert profile.network_cycles < profile.layers_cycles < 1.3 * profile.network_cycles
    cells = list(board_cells(profile))
    assert [row[0] for row in cells][-2:] == ["finding rows", "whole"]
    assert cells[-1][1] == f"{profile.layers_cycles:,}"
    assert any("% from that" in line for line in board_lines(profile))
    assert not any("estimated" in line for line in board_lines(profile))
    write_board_profile(tmp_path / "layers.json", profile)
    content = json.loads((tmp_path / "layers.json").read_text())
    assert content["schema"] == SCHEMA
    assert [row["cycles"] for row in content["layers"]] == [row.cycles for row in profile.layers]
