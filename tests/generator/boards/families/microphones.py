# SPDX-License-Identifier: Apache-2.0
"""What a board's microphone comes to: for the tests of each family."""

from __future__ import annotations

from generator.boards.microphone_values import MicrophoneValues
from generator.boards.port import make_port
from generator.boards.record import BoardSpec

RATE_HZ = 16_000


def microphone_of(board: BoardSpec, rate_hz: int = RATE_HZ) -> MicrophoneValues:
    """Its values for a front-end of that rate."""
    values = make_port(board, rate_hz).microphone
    assert values is not None
    return values
