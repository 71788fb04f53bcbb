# SPDX-License-Identifier: Apache-2.0
"""RAM beside the network: each part's bytes are held, and the stacks have room that nobody used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from generator.boards.record import BoardSpec
from generator.project.names import FOOTPRINT_FILE
from generator.toolchain.footprint import Footprint, kept_stack_bound
from generator.toolchain.locate import Toolchain
from generator.wire import AUDIO_LIMIT_SAMPLES, TAP_MASK_BYTES, ClipFlag
from generator.wire.messages import (
    ClipAudio,
    ClipBegin,
    ClipEnd,
    ClipResult,
    FaultReport,
    Memory,
    TapSelect,
)
from hil.suite.test_latency_and_memory import STACK_RESERVE_BYTES
from tests.firmware.board_runs import BOOT_S, BoardRun, Projects, boot, elf_of, memory_of
from tests.firmware.test_faults import UNDEFINED, address_of, overwrite
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL

BOARDS = ("u585", "u575", "l475", "l4r5", "l432", "h743", "h7a3")

PORT_BUDGET_BYTES = 4096 + 512 + 128
"""The rings, and the counters of uart.c, of the DMA and of the clock."""

APP_BUDGET_BYTES = 5360 + 526 + 256
"""The listener with the front-end, a frame from the host, and the rest of link and session."""

FAULT_STACK_BYTES = 384
CORE_BUDGET_BYTES = FAULT_STACK_BYTES + 64
NULL_PAGE_BYTES = 1024
"""The head of ITCM, which stays empty: counted with the core."""

REST_BUDGET_BYTES = 13_500
"""All but the network's part, whatever the board."""

FILL = 0xA5


@pytest.mark.parametrize("board", BOARDS)
def test_ram_beside_the_network_is_held_part_by_part(
    boards: dict[str, BoardSpec], toolchain: Toolchain, board: str
) -> None:
    footprint: Footprint = stored_firmware(boards[board], OWN_MODEL, toolchain=toolchain).footprint
    parts = footprint.by_part
    null_page = NULL_PAGE_BYTES if boards[board].itcm is not None else 0
    assert parts["core"].ram_bytes <= CORE_BUDGET_BYTES + null_page
    assert parts["port"].ram_bytes <= PORT_BUDGET_BYTES
    assert parts["app"].ram_bytes <= APP_BUDGET_BYTES
    others = set(parts) - {"core", "port", "app", "network"}
    assert sum(parts[name].ram_bytes for name in others) == 0
    rest = footprint.image.ram_bytes - parts["network"].ram_bytes - null_page
    assert rest <= REST_BUDGET_BYTES


def play(run: BoardRun, clip_id: int, samples: int, flags: ClipFlag) -> ClipResult:
    """Noise, piece by piece within the credit, and what the device makes of it."""
    sound = np.random.default_rng(6).integers(-8000, 8000, samples).astype("<i2")
    run.send(ClipBegin(clip_id, flags), seconds=0.001)
    for at in range(0, samples, AUDIO_LIMIT_SAMPLES):
        piece = sound[at : at + AUDIO_LIMIT_SAMPLES].tobytes()
        run.send(ClipAudio(piece), seconds=0.03)
    result = run.send(ClipEnd(samples), seconds=1.0)[-1]
    assert isinstance(result, ClipResult)
    return result


@pytest.mark.parametrize("board", BOARDS)
def test_the_stack_keeps_its_reserve_at_the_worst(tapped_projects: Projects, board: str) -> None:
    """Features and all taps stream, and a clip too short for a patch repeats its last frames."""
    run = BoardRun(elf_of(tapped_projects(board)), board=board)
    boot(run)
    run.send(TapSelect(b"\xff" * TAP_MASK_BYTES), seconds=0.01)
    everything = ClipFlag.FEATURES | ClipFlag.TAPS
    assert play(run, 1, 4000, everything).patches == 1
    assert play(run, 2, 900, everything).patches == 1
    memory: Memory = memory_of(run)
    assert memory.overruns == 0
    assert 256 < memory.stack_high_water_bytes <= memory.stack_bytes - STACK_RESERVE_BYTES
    bound = kept_stack_bound(tapped_projects(board) / FOOTPRINT_FILE)
    assert bound is not None
    assert bound.bound_bytes is not None
    assert memory.stack_high_water_bytes <= bound.bound_bytes <= memory.stack_bytes


@pytest.mark.parametrize("board", ["u585", "l475"])
def test_a_fault_is_told_within_its_own_stack(tapped_projects: Projects, board: str) -> None:
    """And leaves room: what is below was not written."""
    elf = elf_of(tapped_projects(board))
    run = BoardRun(elf, overwrite(address_of(elf, "listener_begin"), UNDEFINED), board=board)
    boot(run)
    memory, begin = run.machine.bus_memory, symbol_of(elf, "__fault_stack_top") - FAULT_STACK_BYTES
    memory.write(begin, bytes((FILL,)) * FAULT_STACK_BYTES)
    report, *_ = run.send(ClipBegin(1), seconds=BOOT_S)
    assert isinstance(report, FaultReport)
    stack = memory.read(begin, FAULT_STACK_BYTES)
    untouched = next(at for at, byte in enumerate(stack) if byte != FILL)
    assert 64 <= untouched < FAULT_STACK_BYTES


def symbol_of(elf: Path, name: str) -> int:
    """Address that the linker script gave a symbol."""
    with elf.open("rb") as stream:
        table: Any = ELFFile(stream).get_section_by_name(".symtab")
        (entry,) = table.get_symbol_by_name(name)
        return int(entry["st_value"])
