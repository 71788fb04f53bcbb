# SPDX-License-Identifier: Apache-2.0
"""Where the network's instructions go, operator by operator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from generator.engines.engine import BUILTIN
from hil.bench.virtual_cost import cost_of_clip
from hil.boards.virtual_board import VirtualBoard
from hil.report.evidence_records import LayerCostRecord, OperatorCost
from hil.report.records import Record
from hil.session import NETWORK_FUNCTION, BoardSession
from hil.suite.test_latency_and_memory import sound

_BEGIN = "network_begin"


def test_operators_add_up_to_the_network(
    dut: BoardSession, save_record: Callable[[Record], None]
) -> None:
    """One patch is traced: its operators, and finding rows for them, are all that the network does.

    The trace and the meter that counts every other patch agree to the instruction.
    """
    board, project = dut.board, dut.image.project.info
    if not isinstance(board, VirtualBoard):
        pytest.skip("instructions by operator are counted on the virtual board only")
    if dut.image.engine != BUILTIN or project.portable_kernels:
        pytest.skip("only the built-in engine's kernels in assembly are traced by operator")
    one_patch = sound(dut.frontend)[: dut.frontend.samples_of(1)]
    profiler = board.start_profile()
    run = dut.play_clip(1, one_patch)
    profile = profiler.take()
    if run.retries or run.resumptions:
        pytest.skip("the line itself disturbed the clip: parts of it were resent")
    cost = cost_of_clip(profile, dut.frontend, len(run.patches))
    operators = tuple(
        OperatorCost(
            one.index, one.kind, one.name, one.shape,
            cost.operators[one.index].instructions or 0,
            cost.operators[one.index].pipeline_cycles or 0,
        )
        for one in project.operators
        if one.index in cost.operators
    )  # fmt: skip
    between = cost.finding_rows
    counted = sum(one.instructions for one in operators) + (between.instructions or 0)
    assert counted == cost.network.instructions
    begins = [at for at, call in enumerate(profile.calls) if call.function == _BEGIN]
    inside = np.zeros(len(profile.calls), bool)
    for at, call in enumerate(profile.calls):
        below = call.parent is not None and bool(inside[call.parent])
        inside[at] = (at in begins or below) and not call.is_exception
    of_begin = profile.by_owner([int(one) for one in inside])[1].instructions if begins else 0
    assert counted - of_begin == sum(dut.meters[NETWORK_FUNCTION].per_call_instructions)
    save_record(
        LayerCostRecord(
            project.board, operators, between.instructions or 0, between.pipeline_cycles or 0
        )
    )
