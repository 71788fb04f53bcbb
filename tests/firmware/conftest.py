# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the firmware tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.boards.boards_file import load_board
from generator.boards.record import BoardSpec
from generator.firmware import make_firmware, read_network
from generator.repository import DEFAULT_BOARDS_FILE
from generator.toolchain.locate import Toolchain, find_toolchain
from tests.firmware.firmware_driver import Driver, build_driver
from tests.support.tiny_model import TINY_LABELS, tiny_model


@pytest.fixture(scope="session")
def driver_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The driver, compiled once."""
    return build_driver(tmp_path_factory.mktemp("driver") / "build")


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
def u585() -> BoardSpec:
    """The board's record."""
    return load_board(DEFAULT_BOARDS_FILE, "u585")


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    """The cross compiler."""
    return find_toolchain()


@pytest.fixture(scope="session")
def tapped_project(
    u585: BoardSpec, toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A built project of a tiny model, with taps: its last operator runs on the FPU."""
    model = tmp_path_factory.mktemp("model") / "tiny.tflite"
    model.write_bytes(tiny_model())
    model.with_name("tiny.labels.txt").write_text("\n".join(TINY_LABELS) + "\n", encoding="utf-8")
    out_dir = tmp_path_factory.mktemp("build")
    network = read_network(model)
    return make_firmware(u585, network, toolchain, out_dir=out_dir, taps=True).image.project_dir
