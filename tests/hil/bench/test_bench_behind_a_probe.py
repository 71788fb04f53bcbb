# SPDX-License-Identifier: Apache-2.0
"""The bench of a board that is reached as silicon is: its firmware's own cycles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.bench.record import ModelBench
from hil.bench.run import bench_model
from hil.probe.attached import Attached, AttachedProbe
from tests.hil.stlink import SERIAL, SPECS, plug_in, unplug
from tests.support.tiny_options import tiny_options

pytestmark = pytest.mark.slow

BOARD = "u585"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The COM port of an ST-LINK that is plugged in."""
    _, port = plug_in(BOARD, monkeypatch)
    number = SPECS[BOARD].probe.board_id
    attached = Attached(probes=(AttachedProbe(SERIAL, board_id=number, ports=(port,)),))
    monkeypatch.setattr("hil.boards.acquire.look", lambda: attached)
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path))
    yield port
    unplug(port)


@pytest.fixture
def virtual(tiny_build: Path) -> ModelBench:
    """The same on the virtual board; made before anything else is plugged in."""
    return bench_model(tiny_options(tiny_build, BOARD, virtual=True), SPECS[BOARD], print)[0]


def test_a_board_measures_what_the_virtual_board_counts(
    virtual: ModelBench, port: str, tiny_build: Path
) -> None:
    """The same core is behind both: counted by its DWT, with the calls of it, and from outside."""
    silicon, measured = bench_model(
        tiny_options(tiny_build, BOARD, virtual=False), SPECS[BOARD], print
    )
    assert silicon.layers == ()
    assert virtual.layers
    assert silicon.network.instructions is silicon.network.pipeline_cycles is None
    for mine, counted in (
        (silicon.network, virtual.network),
        (silicon.frontend_frame, virtual.frontend_frame),
        (silicon.answer, virtual.answer),
    ):
        assert mine.measured_cycles is not None
        assert counted.table_cycles is not None
        assert 0.99 < mine.measured_cycles / counted.table_cycles < 1.1
    assert silicon.answer.measured_cycles is not None
    expected_ms = 1e3 * silicon.answer.measured_cycles / measured.core_clock_hz
    assert silicon.answer_ms == pytest.approx(expected_ms, abs=1e-3)
    assert silicon.memory.image_ram_bytes == virtual.memory.image_ram_bytes
