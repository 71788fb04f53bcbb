# SPDX-License-Identifier: Apache-2.0
"""What happens on a desk: a probe that leaves, a disturbed line, a watchdog that bites."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from cobs.cobs import encode

from generator.boards.record import BoardSpec
from generator.toolchain.locate import Toolchain
from generator.wire import Refusal, encode_frame
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    HelloRequest,
    Memory,
    MemoryRequest,
    PatchResult,
    Refused,
)
from hil.boards.reset_cause import describe_reset
from hil.link.cycle_check import check_counter, refuse_lost_cycles
from hil.link.errors import CycleCounterError
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.serial_line import SPOILT_STOP_BIT, Glitch
from tests.firmware.board_runs import (
    BOOT_S,
    BoardRun,
    Edit,
    Projects,
    boot,
    build_changed,
    elf_of,
    exercise,
    hello_of,
    memory_of,
)

NOISE = Glitch(bit=3, look=0)


# -- a probe that leaves ---------------------------------------------------------------------------


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_a_counter_that_a_probe_stopped_counts_again(tapped_projects: Projects, board: str) -> None:
    """From HELLO and CLIP_BEGIN on; a clip that lost it says so."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    assert boot(run).counter_losses == 0
    run.machine.debug_control.clear_from_outside()
    hello = hello_of(run)
    assert hello.counter_losses == 1
    assert hello.check_cycles > 16_000
    run.machine.debug_control.clear_from_outside()
    clip = play(run, 1)
    assert clip.counter_losses == 0
    assert clip.busy_cycles > 0
    run.send(ClipBegin(2), ClipAudio(bytes(512)), seconds=0.05)
    run.machine.debug_control.clear_from_outside()
    spoilt = run.send(ClipEnd(256), seconds=0.3)[-1]
    assert isinstance(spoilt, ClipResult)
    assert spoilt.counter_losses == 1


def play(run: BoardRun, clip_id: int) -> ClipResult:
    """Play a short clip."""
    clip = run.send(ClipBegin(clip_id), ClipAudio(bytes(512)), ClipEnd(256), seconds=0.3)[-1]
    assert isinstance(clip, ClipResult)
    return clip


def test_without_the_rearming_a_patch_takes_no_cycles(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The mutant that the host refuses (`hil.link.cycle_check`)."""
    edit = Edit("app/session.c", "if (cycle_counter_rearm()) {", "if (false) {")
    elf = build_changed(tapped_project, tmp_path / "project", (edit,), u585, toolchain)
    run = BoardRun(elf)
    run.machine.run(seconds=BOOT_S)
    run.machine.debug_control.clear_from_outside()
    hello, result, _ = exercise(run)
    assert isinstance(result, PatchResult)
    assert hello.check_cycles == result.network_cycles == 0
    with pytest.raises(CycleCounterError, match="is stopped"):
        check_counter(hello)
    with pytest.raises(CycleCounterError, match="took 0 cycles"):
        refuse_lost_cycles([result])


# -- a disturbed line ------------------------------------------------------------------------------


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_a_framing_error_costs_one_frame_and_is_counted(
    tapped_projects: Projects, board: str
) -> None:
    """The byte does not reach the ring; the DMA goes on with the next one."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    boot(run)
    data = encode_frame(MemoryRequest(), 1)
    run.machine.send(data[:3])
    run.machine.line.send_disturbed(data[3], SPOILT_STOP_BIT, run.machine.now_ps)
    (refused,) = run.exchange(data[4:], 0.02)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.detail) == (Refusal.LINE, 1)
    memory = memory_of(run)
    assert (memory.overruns, memory.framing_errors, memory.noise_errors) == (0, 1, 0)


def disturb_one_look(run: BoardRun) -> Memory | Refused:
    """Send a request in which one of the three looks at a bit sees the other level."""
    boot(run)
    data = encode_frame(MemoryRequest(), 1)
    run.machine.send(data[:3])
    run.machine.line.send_disturbed(data[3], NOISE, run.machine.now_ps)
    (answer,) = run.exchange(data[4:], 0.02)
    assert isinstance(answer, Memory | Refused)
    return answer


def test_noise_at_a_bits_edge_harms_nothing(tapped_project: Path) -> None:
    """ONEBIT: only the look in the middle counts."""
    memory = disturb_one_look(BoardRun(elf_of(tapped_project)))
    assert isinstance(memory, Memory)
    assert memory.framing_errors == memory.noise_errors == 0


def test_without_onebit_that_noise_costs_the_frame(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The mutant."""
    edit = Edit("port/port_config.h", "PORT_UART_HAS_ONEBIT 1", "PORT_UART_HAS_ONEBIT 0")
    elf = build_changed(tapped_project, tmp_path / "project", (edit,), u585, toolchain)
    run = BoardRun(elf)
    refused = disturb_one_look(run)
    assert isinstance(refused, Refused)
    assert refused.code == Refusal.LINE
    assert memory_of(run).noise_errors == 1


def test_an_lpuart_without_onebit_counts_noise(tapped_projects: Projects) -> None:
    """It has no ONEBIT, and the host sends the frame again."""
    run = BoardRun(elf_of(tapped_projects("l4r5")), board="l4r5")
    refused = disturb_one_look(run)
    assert isinstance(refused, Refused)
    assert memory_of(run).noise_errors == 1


@pytest.mark.parametrize("board", ["u585", "l475", "l4r5", "h743"])
def test_a_receiver_switched_on_in_mid_byte_has_no_errors_to_tell(
    tapped_projects: Projects, board: str
) -> None:
    """A host that sends all through the boot: whatever the receiver makes of it is forgotten."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    run.machine.send(b"\x55\x00\xff\x0f" * 200)
    hello = boot(run)
    assert hello.board == board
    memory = memory_of(run)
    assert (memory.overruns, memory.framing_errors, memory.noise_errors) == (0, 0, 0)


def test_a_transmitter_that_stops_ends_by_the_watchdog(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The wait for room in the ring feeds it only as long as the ring empties."""
    line = "    core_enable_line(PORT_TX_DMA_LINE, DMA_PRIORITY);\n"
    stuck = Edit("port/uart.c", line, "")
    elf = build_changed(tapped_project, tmp_path / "project", (stuck,), u585, toolchain)
    run = BoardRun(elf)
    run.machine.run(seconds=BOOT_S)
    with pytest.raises(RuleBroken) as caught:
        run.exchange(b"".join(encode_frame(HelloRequest(nonce=9), 0) for _ in range(60)), 3.0)
    assert caught.value.rule is Rule.WATCHDOG_RESET


def test_the_start_behind_a_watchdog_reset_says_so(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """In HELLO's reset flags, and in the host's words."""
    hang = Edit(
        "app/session.c",
        "    return refuse(WIRE_UNKNOWN, received->type);",
        "    for (;;) {\n        }",
    )
    elf = build_changed(tapped_project, tmp_path / "project", (hang,), u585, toolchain)
    run = BoardRun(elf)
    assert describe_reset("u5", boot(run).reset_flags) == "power"
    body = bytes((0x55, 1))
    run.machine.send(encode(body + zlib.crc32(body).to_bytes(4, "little")) + b"\0")
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=3.0)
    assert caught.value.rule is Rule.WATCHDOG_RESET
    run.machine.reset()
    run.machine.line.from_board.clear()
    assert describe_reset("u5", boot(run).reset_flags) == "watchdog"
