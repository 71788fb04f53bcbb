# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the firmware tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.firmware_driver import Driver, build_driver


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
