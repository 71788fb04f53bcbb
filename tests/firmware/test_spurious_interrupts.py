# SPDX-License-Identifier: Apache-2.0
"""A DMA interrupt that comes once more, because its flag fell too late, counts nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from generator.wire import (
    encode_frame,
)
from generator.wire.messages import (
    Hello,
    HelloRequest,
    Memory,
    MemoryRequest,
)
from hil.virtual.cortex_m.nvic import FIRST_INTERRUPT
from tests.firmware.board_runs import BOOT_S, BoardRun
from tests.support.firmware_store import stored_firmware

HALF_OF_HELLO_S = 0.0013
"""After the request: the answer, some 200 bytes or 2.2 ms, is on its way out."""


@pytest.mark.parametrize("board_id", ["h743", "l432", "u585"])
def test_interrupts_without_a_cause(
    boards: dict[str, BoardSpec], tiny: Path, toolchain: Toolchain, board_id: str
) -> None:
    board = boards[board_id]
    image = stored_firmware(board, tiny, toolchain=toolchain).image
    uart = make_port(board).uart
    run = BoardRun(image.elf, board=board_id)
    run.machine.run(seconds=BOOT_S)
    run.greet()

    run.machine.nvic.pend(FIRST_INTERRUPT + uart.rx_line)  # no turn of the ring has ended
    run.machine.send(b"\0" + encode_frame(HelloRequest(nonce=2), 0))
    run.machine.run(seconds=HALF_OF_HELLO_S)
    assert 0 < len(run.machine.line.from_board) < 150
    run.machine.nvic.pend(FIRST_INTERRUPT + uart.tx_line)  # nor the block on its way out

    (hello,) = run.exchange(b"", seconds=0.05)
    assert isinstance(hello, Hello)
    assert hello.nonce == 2
    (memory,) = run.exchange(encode_frame(MemoryRequest(), 1), seconds=0.02)
    assert isinstance(memory, Memory)
    assert memory.rx_high_water_bytes < 100
