# SPDX-License-Identifier: Apache-2.0
"""One tiny model and what is made of it, once a session."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.firmware import Firmware
from generator.network import Network, read_network
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain, find_toolchain
from tests.support.firmware_store import stored_firmware, write_tiny_model


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


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
def tiny_images(
    boards: dict[str, BoardSpec], tiny_path: Path, toolchain: Toolchain
) -> Callable[[str], Firmware]:
    """`tiny_images("l475")`: the tiny model's firmware on a board, for reading."""
    return lambda board: stored_firmware(boards[board], tiny_path, toolchain=toolchain)


@pytest.fixture(scope="session")
def tiny_firmware(
    tiny_images: Callable[[str], Firmware], tmp_path_factory: pytest.TempPathFactory
) -> Firmware:
    """That of the U585, in a folder of this session: tests may build there again."""
    stored = tiny_images("u585")
    project_dir = tmp_path_factory.mktemp("build") / stored.image.project_dir.name
    shutil.copytree(stored.image.project_dir, project_dir)
    return replace(stored, image=replace(stored.image, project_dir=project_dir))
