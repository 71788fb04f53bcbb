# SPDX-License-Identifier: Apache-2.0
"""A board behind an ST-LINK, as silicon is reached: nothing of the way is the virtual board's own.

Chosen by what is plugged in, programmed, reset, spoken to with the host's clock, and mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hil.boards.probe_board import ProbeBoard
from hil.boards.recovery import Retry
from hil.options import Options, read_options
from hil.probe.attached import Attached, AttachedProbe
from hil.session import BoardSession, open_session
from tests.hil.stlink import SERIAL, SPECS, plug_in, unplug

pytestmark = pytest.mark.slow
SAMPLES = np.random.default_rng(4).integers(-9000, 9000, 9_600).astype(np.int16)


@pytest.fixture
def port(board: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The COM port of the ST-LINK that is plugged in."""
    _, port = plug_in(board, monkeypatch)
    number = SPECS[board].probe.board_id
    attached = Attached(probes=(AttachedProbe(SERIAL, board_id=number, ports=(port,)),))
    monkeypatch.setattr("hil.boards.acquire.look", lambda: attached)
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path))
    yield port
    unplug(port)


def options_of(board: str, tiny_build: Path) -> Options:
    given = {
        "board": [board],
        "model": str(tiny_build / "m.tflite"),
        "build_dir": str(tiny_build),
        "engine": "builtin",
    }
    return read_options(given.get)


def play(session: BoardSession) -> tuple[int, ...]:
    """A clip, as the board and as the twin hear it."""
    run = session.play_clip(1, SAMPLES)
    outcome = session.twin.run_clip(SAMPLES)
    assert [list(p.scores) for p in run.patches] == [list(p.scores) for p in outcome.patches]
    assert run.result.decision == outcome.decision
    return tuple(p.network_cycles for p in run.patches)


@pytest.mark.parametrize("board", ["l475", "u585", "h743"])
def test_a_board_behind_an_stlink_plays_a_clip(board: str, port: str, tiny_build: Path) -> None:
    said: list[str] = []
    retries: list[Retry] = []
    options = options_of(board, tiny_build)
    with open_session(
        options, SPECS[board], on_progress=said.append, on_retry=retries.append
    ) as session:
        assert type(session.board) is ProbeBoard
        assert session.board.properties()["probe"] == SERIAL
        assert session.board.cycles_are == "measured"
        assert play(session)
        session.reset()
        assert play(session)
        session.board.reflash()
        session.handshake()
        assert play(session)
    assert not retries
    assert any("read back and equal" in line for line in said)
    # The second time the image lies there already.
    with open_session(options, SPECS[board], on_progress=said.append) as session:
        assert play(session)
    assert "nothing was written" in said[-1]
