# SPDX-License-Identifier: Apache-2.0
"""A clip on the virtual board: how often its core is started does not vary, and has a budget.

Each start costs what thousands of instructions do; docs/virtual-board-inside.md tells for what the
core stops.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import serial

from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.wire import ClipFlag
from hil.link.client import Link
from hil.session import FRAME_FUNCTION, FRONTEND_FUNCTION, NETWORK_FUNCTION
from hil.virtual.host_ports import registry, serial_url  # noqa: F401  # knows virtual://
from hil.virtual.machine import Machine

STARTS = 3500
"""Of a clip of 5 s, about 3,200 now: interrupts and their returns, sleep, and the host's looks.
Marks, and half milliseconds in which bytes just come and go, are none of them."""


def test_a_clip_starts_the_core_no_more_often_than_it_must(tapped_project: Path) -> None:
    machine = Machine("u585")
    machine.load_elf(tapped_project / OUTPUT_DIR / f"{IMAGE_NAME}.elf")
    meters = [machine.watch(FRONTEND_FUNCTION), machine.watch(FRAME_FUNCTION)]
    machine.watch(NETWORK_FUNCTION)
    registry.register("u585-starts", machine)
    try:
        link = Link(
            serial.serial_for_url("virtual://u585-starts", baudrate=921_600),
            clock_s=lambda: machine.seconds,
        )
        link.handshake()
        noise = np.random.default_rng(1).normal(0, 3000, 80_000).astype(np.int16)
        before = machine.core.starts
        run = link.play_clip(1, noise, ClipFlag.FEATURES)
    finally:
        registry.unregister("u585-starts")
    assert run.result.samples == len(noise)
    assert meters[0].calls > 150
    assert meters[1].calls == len(run.features)
    starts = machine.core.starts - before
    assert starts <= STARTS, starts
