# SPDX-License-Identifier: Apache-2.0
"""The board in docs/porting.md is one record and no code: it is read, rendered and compiled."""

from __future__ import annotations

import re
from pathlib import Path

from generator.boards.boards_file import load_boards
from generator.firmware import make_firmware
from generator.network import Network
from generator.repository import REPO_ROOT
from generator.toolchain.locate import Toolchain
from tests.generator.boards.test_boards_against_modm import facts_of, uart_signals
from tests.support.kept_objects import kept_objects

PAGE = REPO_ROOT / "docs" / "porting.md"


def test_the_example_builds(tiny: Network, toolchain: Toolchain, tmp_path: Path) -> None:
    (record,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    (tmp_path / "my_boards.yaml").write_text(record)
    (board,) = load_boards(tmp_path / "my_boards.yaml").values()
    sizes = {int(memory["size"]) for memory in facts_of(board.part)["core"]["memory"]}
    assert {memory.size_bytes for memory in board.memories} == sizes
    signals = uart_signals(board.part)
    for direction, pin in (("tx", board.uart.tx), ("rx", board.uart.rx)):
        assert signals[board.uart.peripheral, direction][pin.pin] == pin.alternate_function
    with kept_objects():
        result = make_firmware(board, tiny, toolchain, out_dir=tmp_path)
    assert result.image.bin.stat().st_size == result.footprint.image.flash_bytes
