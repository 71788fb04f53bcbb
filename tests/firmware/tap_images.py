# SPDX-License-Identifier: Apache-2.0
"""A model's whole image, with taps, on a virtual board: every output is the interpreter's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.boards.record import BoardSpec
from generator.firmware import make_firmware
from generator.network import read_network
from generator.project.manifest import read_project
from generator.toolchain.locate import Toolchain
from generator.wire import HOST_PAYLOAD_LIMIT_BYTES, TAP_MASK_BYTES, mask_of
from generator.wire.messages import Frames, Hello, Message, PatchResult, Tap, TapSelect
from hil.judges.oracle import Oracle
from tests.firmware.board_runs import BOOT_S, BoardRun

PIECE_S = 2.0
"""Virtual time for what a piece of a patch sets off."""

FRAMES_HEADER_BYTES = 8


def check_outputs(
    model: Path,
    board: BoardSpec,
    toolchain: Toolchain,
    folder: Path,
    *,
    seed: int = 1,
    operators: Sequence[int] | None = None,
) -> Hello:
    """Build, start, greet, play a patch and compare what is tapped: all operators, or these."""
    network = read_network(model)
    firmware = make_firmware(board, network, toolchain, out_dir=folder, taps=True)
    run = BoardRun(firmware.image.elf, board=board.id)
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    frames, bands = network.graph.frames, network.graph.bands
    random = np.random.default_rng(seed)
    patch = random.integers(-128, 128, (frames, bands)).astype(np.int8)
    chosen = network.plan.tapped if operators is None else operators
    run.send(TapSelect(mask_of(chosen, TAP_MASK_BYTES)), seconds=0.01)
    at_once = max((HOST_PAYLOAD_LIMIT_BYTES - FRAMES_HEADER_BYTES) // bands, 1)
    answers: list[Message] = []
    for begin in range(0, frames, at_once):
        cells = patch[begin : begin + at_once].tobytes()
        answers += run.send(Frames(1, begin, cells), seconds=PIECE_S)
    *taps, result = answers
    assert isinstance(result, PatchResult), result
    info = read_project(firmware.image.project_dir).info
    expected = Oracle(model, info.patch, info.arrangements).taps(patch)
    values: dict[int, bytes] = dict.fromkeys(chosen, b"")
    for tap in taps:
        assert isinstance(tap, Tap), tap
        values[tap.operator_index] += tap.values
    for index in chosen:
        assert values[index] == expected[index].tobytes(), f"operator {index}"
    return hello
