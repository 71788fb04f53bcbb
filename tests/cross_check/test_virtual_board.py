# SPDX-License-Identifier: Apache-2.0
"""The counts of the report on a board are those of QEMU: the same calls, in the firmware itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import serial

import hil.virtual.host_ports.serial_url  # noqa: F401  (registers virtual:// with pyserial)
from cross_check.core_comparison import Samples, one_patch
from cross_check.exception_scenarios import first_board
from cross_check.image import FIRMWARE_METERS, link
from cross_check.machines import MACHINES
from cross_check.on_qemu import count_instructions, run_on_qemu
from generator.boards.record import BoardSpec
from generator.network import Network
from hil.link.client import Link
from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine
from tests.cross_check.conftest import Compiled
from tests.support.firmware_store import stored_firmware

PATCHES = 3


def count_on_board(board: BoardSpec, elf: Path, samples: Samples) -> tuple[list[list[int]], int]:
    """Instructions of each call of each metered function while the firmware processes a clip.

    And the number of veneers executed: where two memories are too far apart for a branch, the
    linker inserts a load of the PC.
    """
    machine = Machine(board)
    machine.load_elf(elf)
    meters = [machine.watch(name) for name in FIRMWARE_METERS]
    veneers = [name for name in machine.symbols.addresses if name.endswith("_veneer")]
    passed = [machine.watch(name) for name in veneers]
    name = f"qemu-{board.id}"
    registry.register(name, machine)
    try:
        with serial.serial_for_url(f"virtual://{name}", baudrate=board.uart.baud) as port:
            device = Link(port, clock_s=lambda: machine.seconds)
            device.handshake()
            device.play_clip(1, samples)
    finally:
        registry.unregister(name)
        machine.close()
    counts = [list(meter.per_call_instructions) for meter in meters]
    return counts, sum(meter.calls for meter in passed)


@pytest.mark.slow
@pytest.mark.parametrize("core", MACHINES)
def test_each_call_takes_what_it_takes_in_the_firmware(
    core: str, qemu: Path, compiled: Compiled, tiny: Network, tiny_path: Path
) -> None:
    board = first_board(core)
    if board is None:
        pytest.skip(f"no virtual board has a {core}")
    samples = np.concatenate(
        [np.zeros(1000, np.int16), one_patch(tiny.frontend, PATCHES * tiny.graph.frames)]
    )
    objects = compiled(core)
    firmware = stored_firmware(board, tiny_path, toolchain=objects.target.toolchain)
    image = link(objects, samples, FIRMWARE_METERS, "board")
    counts = count_instructions(image, run_on_qemu(qemu, image))
    mel, pushes = (counts[image.meters.index(name)] for name in FIRMWARE_METERS)
    (mel_on_board, pushes_on_board), veneers = count_on_board(board, firmware.image.elf, samples)
    assert mel == mel_on_board
    assert len(pushes) == len(pushes_on_board) > PATCHES * tiny.graph.frames
    assert sum(pushes) + veneers == sum(pushes_on_board)
    if board.itcm is None:
        assert veneers == 0
        assert pushes == pushes_on_board
