# SPDX-License-Identifier: Apache-2.0
"""What the ports of all families have in common: the vector table, a PLL, the watchdog's time."""

from __future__ import annotations

import pytest

from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.errors import InputError
from tests.generator.boards.families.all_facts import FACTS
from tests.generator.record_changes import change

Boards = dict[str, BoardSpec]

VECTORS = [vectors for facts in FACTS.values() for vectors in facts.vectors.items()]


@pytest.mark.parametrize(("board", "lines"), VECTORS)
def test_vectors(boards: Boards, board: str, lines: int) -> None:
    """Three lines are served, every other one is unexpected."""
    port = make_port(boards[board])
    assert [vector.number for vector in port.vectors] == list(range(lines))
    served = {v.number: v.handler for v in port.vectors if v.handler != "unexpected_interrupt"}
    assert served == {
        port.uart.uart_line: "uart_interrupt",
        port.uart.rx_line: "uart_rx_dma_interrupt",
        port.uart.tx_line: "uart_tx_dma_interrupt",
    }


@pytest.mark.parametrize("family", FACTS)
def test_no_pll_is_refused(boards: Boards, family: str) -> None:
    board = next(board for board in boards.values() if board.family == family)
    with pytest.raises(InputError, match=FACTS[family].no_pll):
        make_port(change(board, clock={"pll": None}))
