# SPDX-License-Identifier: Apache-2.0
"""The watchdog is fed by progress alone: a loop that turns and gets nowhere is bitten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from generator.wire import Phase, RunEnd, encode_frame
from generator.wire.messages import ClipAudio, ClipBegin, Hello, HelloRequest, MemoryRequest
from hil.virtual.rules import Rule, RuleBroken
from tests.firmware.board_runs import BOOT_S, BoardRun, Edit, Projects, boot, build_changed, elf_of

PERIOD_S = 2.0

SOON = Edit("port/port_config.h", "PORT_WATCHDOG_RELOAD 999u", "PORT_WATCHDOG_RELOAD 149u")
BITTEN_BY_S = 0.7
"""A mutant's period is 0.3 s instead of 2 s, and it may be fed for a tick or two yet."""

CONVERSATION = b"\0" + b"".join(
    encode_frame(message, at)
    for at, message in enumerate(
        (HelloRequest(nonce=1), ClipBegin(1), *[ClipAudio(bytes(range(256)) * 2)] * 4)
    )
)
"""With enough sound for a frame of the network."""


class Mutant(NamedTuple):
    """A firmware that gets nowhere, in which phase, and what the host sends it."""

    phase: Phase | None
    """None: it cannot say so, since it sends nothing any more."""
    edit: Edit
    sent: bytes = CONVERSATION
    also: Edit | None = None


MUTANTS: Mapping[str, Mutant] = {
    "the DMA never takes a byte from the receiver": Mutant(
        Phase.IDLE,
        Edit("port/uart.c", "    USART_CR3 |= USART_CR3_DMAR;\n", ""),
        b"\0",
    ),
    "the DMA's count stands": Mutant(
        Phase.IDLE,
        Edit(
            "port/uart.c",
            "        offset = uart_dma_rx_offset();",
            "        offset = uart_dma_rx_offset() * 0u;",
        ),
    ),
    "the ring is not drained": Mutant(
        Phase.IDLE,
        Edit(
            "app/link.c",
            "    uint32_t count = uart_rx_span(&bytes);",
            "    uint32_t count = uart_rx_span(&bytes) * 0u;",
        ),
        b"\x55",
        # Without that it would turn instead of sleeping, which takes long here.
        also=Edit("port/uart.c", "    return waiting_bytes() != 0u || ", "    return "),
    ),
    "the end of a block is not noticed": Mutant(
        None,
        Edit("port/uart.c", "        tx_sent_total += tx_block_bytes;\n        start_block();", ""),
    ),
    "the network never ends": Mutant(
        Phase.NETWORK,
        Edit(
            "library/listener.c",
            "    const int status = network_push_frame_s8(",
            "    for (volatile bool turn = true; turn;) {\n    }\n"
            "    const int status = network_push_frame_s8(",
        ),
    ),
    "the front-end never ends": Mutant(
        Phase.FRONTEND,
        Edit(
            "library/listener.c",
            "    self->clip.samples += count;\n",
            "    for (volatile bool turn = true; turn;) {\n    }\n",
        ),
    ),
}

ON_EVERY_BOARD = ("the DMA's count stands",)


def check(elf: Path, board: str, mutant: Mutant) -> None:
    """The bite, and what the start after it says of it."""
    run = BoardRun(elf, board=board)
    run.machine.run(seconds=BOOT_S)
    run.machine.send(mutant.sent)
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=BITTEN_BY_S)
    assert caught.value.rule is Rule.WATCHDOG_RESET
    run.machine.line.from_board.clear()
    run.machine.reset()
    told = [m for m in run.exchange(b"", BOOT_S) if isinstance(m, Hello)]
    ends = [(hello.run_end, hello.end_phase) for hello in told]
    assert ends == ([] if mutant.phase is None else [(RunEnd.WATCHDOG, mutant.phase)])


@pytest.fixture
def check_mutant(
    tapped_projects: Projects, boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path
) -> Callable[[str, str], None]:
    """`check_mutant(name, board)`: build it, and see it bitten."""

    def made(name: str, board: str) -> None:
        mutant, target = MUTANTS[name], tmp_path / "project"
        edits = (SOON, mutant.edit, *([mutant.also] if mutant.also else []))
        project, spec = tapped_projects(board), boards[board]
        check(build_changed(project, target, edits, spec, toolchain), board, mutant)

    return made


@pytest.mark.parametrize("name", MUTANTS)
def test_a_loop_without_progress_is_bitten_and_told_with_its_phase(
    name: str, check_mutant: Callable[[str, str], None]
) -> None:
    check_mutant(name, "u585")


@pytest.mark.parametrize("board", ["l475", "h743"])
@pytest.mark.parametrize("name", ON_EVERY_BOARD)
def test_so_it_is_with_the_other_dmas(
    name: str, board: str, check_mutant: Callable[[str, str], None]
) -> None:
    check_mutant(name, board)


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_an_idle_board_and_one_on_a_noisy_line_live_on(
    tapped_projects: Projects, board: str
) -> None:
    """Nothing for twice the period; then bytes without end or sense, one by one and in bursts."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    boot(run)
    run.machine.run(seconds=2 * PERIOD_S)
    noise = bytes((at * 167 + 13) % 255 + 1 for at in range(3000))
    for at in range(0, 3000, 300):
        run.machine.send(noise[at : at + 300])
        run.machine.run(seconds=0.25)
        run.machine.send(noise[at : at + 1])
        run.machine.run(seconds=0.05)
    run.machine.line.from_board.clear()
    run.machine.send(b"\0")
    run.machine.run(seconds=0.1)
    run.machine.line.from_board.clear()
    hello = boot(run, 0.0)
    assert (hello.run_end, hello.resets) == (RunEnd.NONE, 0)
    assert run.send(MemoryRequest(), seconds=0.1)
