# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the firmware tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain, find_toolchain
from tests.firmware.board_runs import Projects
from tests.firmware.firmware_driver import DRIVER, Driver, build_driver, driver_key
from tests.support.firmware_store import stored_firmware, write_tiny_model
from tests.support.kept_objects import kept_objects
from tests.support.store import stored


@pytest.fixture(scope="module", autouse=True)
def objects_are_kept() -> Iterator[None]:
    """Images here are run, not judged by how they are compiled."""
    with kept_objects():
        yield


@pytest.fixture(scope="session")
def driver_program() -> Path:
    """The driver, compiled once."""
    key = driver_key()
    return stored("driver", key, build_driver, lambda: driver_key() == key) / DRIVER


@pytest.fixture(scope="session")
def functions(driver_program: Path) -> Iterator[Driver]:
    """A process for the functions without state."""
    driver = Driver(driver_program)
    yield driver
    driver.close()


@pytest.fixture
def device(driver_program: Path) -> Iterator[Driver]:
    """A fresh device that nobody has greeted."""
    driver = Driver(driver_program)
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def u585(boards: dict[str, BoardSpec]) -> BoardSpec:
    """The board's record."""
    return boards["u585"]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """The cross compiler."""
    return find_toolchain()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model, with its labels beside it."""
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def boards() -> dict[str, BoardSpec]:
    """The shipped records."""
    return load_boards(DEFAULT_BOARDS_FILE)


@pytest.fixture(scope="session")
def tapped_projects(boards: dict[str, BoardSpec], tiny: Path, toolchain: Toolchain) -> Projects:
    """`tapped_projects("l475")`: a built project of the tiny model with taps, for reading."""

    def built(board: str) -> Path:
        made = stored_firmware(boards[board], tiny, toolchain=toolchain, taps=True)
        return made.image.project_dir

    return built


@pytest.fixture(scope="session")
def tapped_project(tapped_projects: Projects) -> Path:
    """That of the U585: its last operator runs on the FPU."""
    return tapped_projects("u585")
