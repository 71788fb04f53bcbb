# SPDX-License-Identifier: Apache-2.0
"""Machines with small images, for the tests of the virtual board."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.hil.virtual.images import compile_image
from tests.support.store import STORE

Boot = Callable[..., Machine]


@pytest.fixture(scope="session")
def image_folder() -> Path:
    return STORE


@pytest.fixture
def boot(image_folder: Path) -> Boot:
    """Compile a C source with defines, load it into a fresh machine."""

    def make(source: str, *defines: str) -> Machine:
        machine = Machine("u585")
        machine.load_elf(compile_image(image_folder, source, *defines))
        return machine

    return make


@pytest.fixture
def boot_on(image_folder: Path) -> Boot:
    """The same on a board of choice: `boot_on("l475", source, *defines)`."""

    def make(board: str, source: str, *defines: str) -> Machine:
        machine = Machine(board)
        machine.load_elf(compile_image(image_folder, source, *defines, board=board))
        return machine

    return make


@pytest.fixture
def machine() -> Machine:
    """A machine without an image, for poking its registers."""
    return Machine("u585")


def variable(machine: Machine, name: str) -> int:
    """Value of a global 32-bit variable of the image."""
    return machine.core.word(machine.symbols.addresses[name])


def break_rule(machine: Machine, seconds: float = 0.05) -> RuleBroken:
    """Run until a rule breaks; fail the test if none does."""
    with pytest.raises(RuleBroken) as caught:
        machine.run(seconds)
    return caught.value


def assert_broken(machine: Machine, rule: Rule, line: str = "") -> RuleBroken:
    """Run, and check which rule breaks and that its message names the source line."""
    error = break_rule(machine)
    assert error.rule is rule, str(error)
    assert error.source_line is not None, str(error)
    assert line in error.source_line, str(error)
    assert rule.name in str(error)
    return error
