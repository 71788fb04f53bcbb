# SPDX-License-Identifier: Apache-2.0
"""One tiny model and what is made of it, once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.firmware import Firmware, Network, make_firmware, read_network
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain, find_toolchain
from tests.support.tiny_model import TINY_LABELS, tiny_model


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.tflite"
    path.write_bytes(tiny_model())
    path.with_name("tiny.labels.txt").write_text("\n".join(TINY_LABELS) + "\n")
    return path


@pytest.fixture(scope="session")
def tiny(tiny_path: Path) -> Network:
    return read_network(tiny_path)


@pytest.fixture(scope="session")
def boards() -> dict[str, BoardSpec]:
    return load_boards(DEFAULT_BOARDS_FILE)


@pytest.fixture(scope="session")
def u585(boards: dict[str, BoardSpec]) -> BoardSpec:
    return boards["u585"]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="session")
def tiny_firmware(
    u585: BoardSpec, tiny: Network, toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Firmware:
    return make_firmware(u585, tiny, toolchain, out_dir=tmp_path_factory.mktemp("build"))
