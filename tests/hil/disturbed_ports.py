# SPDX-License-Identifier: Apache-2.0
"""Ports at which something happens in mid-clip.

As a pytest plug-in (`-p tests.hil.disturbed_ports`) it pulls the board's reset line once, in the
middle of the first clip.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hil.link.client import SerialPort
from hil.suite.faulty_port import FaultyPort

MID_CLIP_BYTES = 6_000
"""Fewer than the clip that the tests play, more than its first frames."""


class DisturbedPort(FaultyPort):
    """Calls `happen` once, before the host sends what reaches over so many bytes."""

    def __init__(self, port: SerialPort, after_bytes: int, happen: Callable[[], None]) -> None:
        super().__init__(port)
        self._left = after_bytes
        self._happen: Callable[[], None] | None = happen

    def write(self, data: bytes, /) -> int:
        self._left -= len(data)
        if self._left < 0 and self._happen is not None:
            happen, self._happen = self._happen, None
            happen()
        return super().write(data)


_PULLED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.fixture(autouse=True)
def _pull_the_reset_line_once(request: pytest.FixtureRequest) -> None:
    if "clip" not in request.fixturenames or _PULLED in request.config.stash:
        return
    request.config.stash[_PULLED] = True
    dut: Any = request.getfixturevalue("dut")
    dut.link.port = DisturbedPort(dut.link.port, MID_CLIP_BYTES, dut.board.machine.reset)
