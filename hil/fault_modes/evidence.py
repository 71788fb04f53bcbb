# SPDX-License-Identifier: Apache-2.0
"""What a run may see of a fault, and which of it shows which mode.

A strike counts as detected where the run saw, after it, something that such a fault shows itself
by. What the run saw comes from its own checks alone: refusals, frames, restarts, errors.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from hil.fault_modes.names import Boundary, FaultMode


class Evidence(StrEnum):
    """Kinds of what a run sees."""

    REFUSAL = "the board refused a frame"
    DAMAGED_ANSWER = "a frame from the board was damaged, missing or made no sense"
    SILENCE = "the board owed an answer and sent none"
    PORT = "the port failed"
    RESTART = "the board restarted"
    CORE_FAULT = "the core reported a fault"
    WEIGHTS = "the board found its weights damaged"
    CANARY = "the board found the words around a ring damaged"
    PROGRAMMING = "the board could not be programmed"


_OF_THE_LINE = frozenset({Evidence.REFUSAL, Evidence.DAMAGED_ANSWER, Evidence.SILENCE})
_OF_A_RESTART = frozenset({Evidence.RESTART, Evidence.SILENCE, Evidence.DAMAGED_ANSWER})

_SHOWN_BY: dict[FaultMode, frozenset[Evidence]] = {
    FaultMode.CABLE_CUT: frozenset({Evidence.PORT}),
    FaultMode.RESET_LINE: _OF_A_RESTART,
    FaultMode.BROWN_OUT: _OF_A_RESTART,
    FaultMode.CORE_STOPPED: _OF_A_RESTART,
    FaultMode.HARD_FAULT: frozenset({Evidence.CORE_FAULT, Evidence.RESTART}),
    FaultMode.RECEIVE_RING_FLIP: _OF_THE_LINE,
    FaultMode.TRANSMIT_RING_FLIP: _OF_THE_LINE,
    FaultMode.WEIGHTS_FLIP: frozenset({Evidence.WEIGHTS}),
    FaultMode.CANARY_FLIP: frozenset({Evidence.CANARY}),
}


def shows(seen: Collection[Evidence], mode: FaultMode) -> bool:
    """Whether what was seen is what a fault of this mode shows itself by."""
    if mode.boundary is Boundary.PROBE:
        return Evidence.PROGRAMMING in seen
    return not _SHOWN_BY.get(mode, _OF_THE_LINE).isdisjoint(seen)
