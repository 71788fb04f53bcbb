# SPDX-License-Identifier: Apache-2.0
"""What happens on a desk: a clock that is missing, a probe that leaves, a disturbed line."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from cobs.cobs import encode

from generator.boards.record import BoardSpec
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.toolchain.locate import Toolchain
from generator.wire import HelloFlag, Refusal, Wait, encode_frame
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    Hello,
    HelloRequest,
    Memory,
    MemoryRequest,
    PatchResult,
    Refused,
)
from hil.boards.reset_cause import describe_reset
from hil.link.cycle_check import check_counter, refuse_lost_cycles
from hil.link.errors import CycleCounterError
from hil.virtual.faults.names import VirtualFault
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.serial_line import SPOILT_STOP_BIT, Glitch
from tests.firmware.board_runs import (
    BOOT_S,
    BoardRun,
    Edit,
    Projects,
    build_changed,
    exercise,
)

CLOCK_FLAGS = HelloFlag.SOURCE_MISSING | HelloFlag.LSE_LOCKED | HelloFlag.LSE_MISSING
LSE_START_S = 2.0
NOISE = Glitch(bit=3, look=0)


def elf_of(project: Path) -> Path:
    """The image of a built project."""
    return project / OUTPUT_DIR / f"{IMAGE_NAME}.elf"


def hello_of(run: BoardRun) -> Hello:
    """Greet a board that has booted."""
    *_, hello = run.greet()
    assert isinstance(hello, Hello)
    return hello


def boot(run: BoardRun, seconds: float = BOOT_S) -> Hello:
    """Let it boot, and greet."""
    run.machine.run(seconds=seconds)
    return hello_of(run)


def memory_of(run: BoardRun) -> Memory:
    """What MEMORY says."""
    (memory,) = run.send(MemoryRequest(), seconds=0.02)
    assert isinstance(memory, Memory)
    return memory


# -- clocks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("board", ["h743", "h7a3"])
def test_without_hse_the_board_runs_from_hsi_and_says_so(
    boards: dict[str, BoardSpec], tapped_projects: Projects, board: str
) -> None:
    """At the same clock, within a second of the reset, without another reset."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    run.machine.hse_present = False
    run.machine.reset()
    hello, result, _ = exercise(run)
    assert HelloFlag(hello.flags) & CLOCK_FLAGS == HelloFlag.SOURCE_MISSING
    assert hello.core_clock_hz == boards[board].clock.core_hz == run.machine.rcc.core_hz
    assert result.network_cycles > 0
    assert run.machine.resets == []


def test_with_hse_nothing_is_missing(tapped_projects: Projects) -> None:
    """The counter-test."""
    hello = boot(BoardRun(elf_of(tapped_projects("h743")), board="h743"))
    assert HelloFlag(hello.flags) & CLOCK_FLAGS == 0
    assert hello.wait_given_up == Wait.NONE


def test_a_wait_that_gives_up_resets_and_is_named_by_the_next_start(
    boards: dict[str, BoardSpec], tapped_projects: Projects, toolchain: Toolchain, tmp_path: Path
) -> None:
    """HSE without its stand-in: resets, each after some 0.1 s, until it is back."""
    edit = Edit("port/port_config.h", "PORT_HSI_PLL_M_FIELD 8u", "PORT_HSI_PLL_M_FIELD 0u")
    project = tapped_projects("h743")
    elf = build_changed(project, tmp_path / "project", (edit,), boards["h743"], toolchain)
    run = BoardRun(elf, board="h743")
    run.machine.hse_present = False
    run.machine.reset()
    run.machine.run(seconds=0.4)
    assert len(run.machine.resets) > 1
    run.machine.hse_present = True
    hello = boot(run)
    assert hello.wait_given_up == Wait.SOURCE
    run.machine.reset()
    assert boot(run).wait_given_up == Wait.NONE


def test_noise_in_ram_after_power_on_is_no_wait_that_gave_up(tapped_project: Path) -> None:
    """Nor is it read: what a power-on leaves there means nothing."""
    hello = boot(BoardRun(elf_of(tapped_project)))
    assert hello.wait_given_up == Wait.NONE


def test_a_wait_without_a_limit_ends_by_the_watchdog(
    boards: dict[str, BoardSpec], tapped_projects: Projects, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The mutant: a flag that never comes holds the core until then."""
    edit = Edit("port/wait_for.c", "polls < LIMIT_POLLS; polls++", "true; polls++")
    project = tapped_projects("h743")
    elf = build_changed(project, tmp_path / "project", (edit,), boards["h743"], toolchain)
    run = BoardRun(elf, board="h743")
    run.machine.hse_present = False
    run.machine.reset()
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=3.0)
    assert caught.value.rule is Rule.WATCHDOG_RESET


ONE_OF_A_FAMILY = ("u585", "l475", "l4r5", "h743", "h7a3")


@pytest.mark.parametrize("board", ONE_OF_A_FAMILY)
def test_a_flag_that_still_says_ready_behind_a_write_is_not_believed(
    tapped_projects: Projects, board: str
) -> None:
    run = BoardRun(elf_of(tapped_projects(board)), board=board, faults=[VirtualFault.STALE_READY])
    assert boot(run).wait_given_up == Wait.NONE


def test_a_first_look_that_counts_takes_a_stale_flag_for_ready(
    boards: dict[str, BoardSpec], tapped_projects: Projects, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The mutant: the overdrive is switched on before the voltage is there."""
    edit = Edit("port/wait_for.c", "    (void)*status;\n", "")
    project = tapped_projects("h743")
    elf = build_changed(project, tmp_path / "project", (edit,), boards["h743"], toolchain)
    run = BoardRun(elf, board="h743", faults=[VirtualFault.STALE_READY])
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=BOOT_S)
    assert caught.value.rule is Rule.VOS0_BOOST


@pytest.mark.parametrize("board", ["u585", "u575"])
def test_the_msi_follows_the_crystal_once_that_runs(tapped_projects: Projects, board: str) -> None:
    """The boot does not wait for it; a reset later it runs already. The clock is right then."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    run.machine.msi_ppm = 9_000
    run.machine.reset()
    hello = boot(run)
    assert HelloFlag(hello.flags) & CLOCK_FLAGS == 0
    assert run.machine.rcc.core_hz == 161_440_000
    run.machine.run(seconds=LSE_START_S)
    assert HelloFlag(memory_of(run).flags) & CLOCK_FLAGS == HelloFlag.LSE_LOCKED
    assert run.machine.rcc.core_hz == hello.core_clock_hz == 160_000_000
    run.machine.reset()
    assert HelloFlag(boot(run).flags) & CLOCK_FLAGS == HelloFlag.LSE_LOCKED
    assert run.machine.rcc.core_hz == 160_000_000


def test_without_the_crystal_the_msi_runs_free_and_hello_says_so(tapped_project: Path) -> None:
    """Seconds after the start; before that it may still come."""
    run = BoardRun(elf_of(tapped_project))
    run.machine.lse_present = False
    assert HelloFlag(boot(run).flags) & CLOCK_FLAGS == 0
    run.machine.run(seconds=5.0)
    assert HelloFlag(memory_of(run).flags) & CLOCK_FLAGS == HelloFlag.LSE_MISSING
    exercise(run)


def test_a_board_without_a_crystal_never_asks_for_one(
    tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Its record does not say msi_lse."""
    edit = Edit("port/port_config.h", "PORT_MSI_LSE 1", "PORT_MSI_LSE 0")
    elf = build_changed(tapped_project, tmp_path / "project", (edit,), u585, toolchain)
    run = BoardRun(elf)
    run.machine.lse_present = False
    boot(run)
    run.machine.run(seconds=6.0)
    assert HelloFlag(memory_of(run).flags) & CLOCK_FLAGS == 0


LSE_MUTANTS: dict[str, tuple[Rule, *tuple[Edit, ...]]] = {
    "the MSI is locked before the crystal runs": (
        Rule.CLOCK_TREE,
        Edit("port/clock.c", " || (crystal & RCC_BDCR_LSERDY) == 0u", ""),
    ),
    "the crystal is not led to the RCC": (
        Rule.CLOCK_TREE,
        Edit("port/clock.c", "if ((crystal & RCC_BDCR_LSESYSEN) == 0u) {", "if (false) {"),
        Edit("port/clock.c", "else if ((crystal & RCC_BDCR_LSESYSRDY) != 0u) {", "else {"),
    ),
    "the backup domain is not opened": (
        Rule.WRITE_PROTECTED_REGISTER,
        Edit("port/clock.c", "PWR_DBPR |= PWR_DBPR_DBP;", ""),
    ),
    "what follows is chosen when it follows": (
        Rule.WRITE_PROTECTED_REGISTER,
        Edit(
            "port/clock.c",
            "        RCC_CR |= RCC_CR_MSIPLLSEL; /* only while MSIPLLEN is 0 (RCC_CR) */\n"
            "        RCC_CR |= RCC_CR_MSIPLLEN;\n",
            "        RCC_CR |= RCC_CR_MSIPLLEN;\n        RCC_CR |= RCC_CR_MSIPLLSEL;\n",
        ),
    ),
}


@pytest.mark.parametrize("name", LSE_MUTANTS)
def test_a_mutant_of_the_crystals_start_is_refused(
    name: str, tapped_project: Path, u585: BoardSpec, toolchain: Toolchain, tmp_path: Path
) -> None:
    """By the rule that it breaks."""
    rule, *edits = LSE_MUTANTS[name]
    elf = build_changed(tapped_project, tmp_path / "project", tuple(edits), u585, toolchain)
    run = BoardRun(elf)
    with pytest.raises(RuleBroken) as caught:
        run.machine.run(seconds=LSE_START_S + 1.0)
    assert caught.value.rule is rule, str(caught.value)


@pytest.mark.parametrize("board", ["u585", "l475", "h743"])
def test_both_counters_of_the_clock_agree(tapped_projects: Projects, board: str) -> None:
    """Over a loop that does not sleep; and SysTick goes on in sleep, with the board's time."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    hello = boot(run)
    assert 16_384 <= hello.check_clocks < 20_000
    assert abs(hello.check_cycles - hello.check_clocks) < 200
    first, begun_s = memory_of(run), run.machine.seconds
    run.machine.run(seconds=1.0)
    second = memory_of(run)
    elapsed_s = run.machine.seconds - begun_s
    assert (second.clocks - first.clocks) / hello.core_clock_hz == pytest.approx(elapsed_s, 1e-3)


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
    run.send(ClipBegin(2), ClipAudio(bytes(1024)), seconds=0.05)
    run.machine.debug_control.clear_from_outside()
    spoilt = run.send(ClipEnd(512), seconds=0.3)[-1]
    assert isinstance(spoilt, ClipResult)
    assert spoilt.counter_losses == 1


def play(run: BoardRun, clip_id: int) -> ClipResult:
    """Play a short clip."""
    clip = run.send(ClipBegin(clip_id), ClipAudio(bytes(1024)), ClipEnd(512), seconds=0.3)[-1]
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
    with pytest.raises(CycleCounterError, match="stands still"):
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
