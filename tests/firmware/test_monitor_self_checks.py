# SPDX-License-Identifier: Apache-2.0
"""A monitor whose flash or whose rings are damaged says so, and reports no events."""

from __future__ import annotations

import numpy as np
import pytest

from generator.boards.record import BoardSpec
from generator.firmware import Firmware
from generator.model.decision_file import settings_path
from generator.project.applications import MONITOR
from generator.toolchain.locate import Toolchain
from tests.firmware.test_monitor import Listening, start
from tests.support.firmware_store import stored_firmware, write_tiny_model
from tests.support.image_objects import ImageObjects

DAMAGED = "# weights damaged: no more events; program the board again"
BOOT_S = 0.1
EVENTS = "events: {smoothing_s: 0.12, begin: 0.2, end: 0.1}\n"
"""Any class of the tiny model begins at once with noise."""


@pytest.fixture(scope="module")
def monitor(
    boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Firmware:
    """The tiny model."""
    model = write_tiny_model(tmp_path_factory.mktemp("model"))
    settings_path(model).write_text(EVENTS)
    return stored_firmware(boards["u585"], model, toolchain=toolchain, application=MONITOR)


def turn_over(listening: Listening, address: int) -> None:
    memory = listening.machine.core.memory(address, 1)
    assert memory is not None
    memory[0] ^= 0x10


def hear_noise(listening: Listening, seconds: float) -> None:
    noise = np.random.default_rng(5).integers(-3000, 3000, 16_000).astype(np.int16)
    listening.machine.hear(noise, 16_000)
    listening.run(seconds)


def test_its_image_holds_what_the_generator_summed_up(monitor: Firmware) -> None:
    """The event rule and the microphone's filter are among it."""
    image = ImageObjects(monitor.image.elf)
    assert image.word("weights_crc_generated") == image.crc_of_checked()
    begins = [place for place, _ in image.checked()]
    assert image.symbols["decimator_half"][0] in begins
    assert any(0 < place - image.symbols["event_rule"][0] <= 4 for place in begins)


def test_damaged_weights_are_told_at_the_start(monitor: Firmware) -> None:
    listening = start(monitor)
    listening.run(BOOT_S)
    assert listening.lines_of("# mel2metal") and not listening.lines_of(DAMAGED)
    place, size = ImageObjects(monitor.image.elf).checked()[2]
    turn_over(listening, place + size // 2)
    listening.machine.reset()
    listening.run(BOOT_S)
    assert DAMAGED in listening.lines


def test_they_are_read_again_each_minute(monitor: Firmware) -> None:
    """The time of the last look is set back by a minute, in place of waiting for one."""
    listening = start(monitor)
    listening.run(BOOT_S)
    image = ImageObjects(monitor.image.elf)
    turn_over(listening, image.checked()[0][0])
    listening.run(BOOT_S)
    assert DAMAGED not in listening.lines
    memory = listening.machine.core.memory(*image.symbols["weights_read_ms"])
    assert memory is not None
    read_ms = int.from_bytes(memory.tobytes(), "little")
    memory[:] = memoryview(((read_ms - 60_000) % (1 << 64)).to_bytes(8, "little"))
    listening.run(BOOT_S)
    assert DAMAGED in listening.lines


def test_no_event_comes_of_weights_that_changed(monitor: Firmware) -> None:
    """They are read before an event is told."""
    whole, damaged = start(monitor), start(monitor)
    for listening in (whole, damaged):
        listening.run(BOOT_S)
        if listening is damaged:
            turn_over(listening, ImageObjects(monitor.image.elf).checked()[0][0])
        hear_noise(listening, 0.8)
    assert whole.event_lines
    assert not damaged.event_lines


@pytest.mark.parametrize("ring", ["ring", "rx_ring", "tx_ring"])
def test_a_damaged_word_beside_a_ring_restarts_it(monitor: Firmware, ring: str) -> None:
    listening = start(monitor)
    listening.run(BOOT_S)
    address, size = ImageObjects(monitor.image.elf).symbols[ring]
    turn_over(listening, address + size - 4)
    listening.run(2 * BOOT_S)
    assert len(listening.lines_of("# mel2metal")) == 2
