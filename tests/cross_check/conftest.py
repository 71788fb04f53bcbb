# SPDX-License-Identifier: Apache-2.0
"""The tiny model as a project, compiled for each core once a session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cross_check.image import Objects, Target, compile_objects, render
from cross_check.machines import MACHINES
from cross_check.on_qemu import find_qemu
from generator.errors import ToolError
from generator.network import Network, read_network
from generator.project.manifest import Project
from generator.toolchain.locate import Toolchain, find_toolchain
from tests.support.firmware_store import write_tiny_model

Compiled = Callable[..., Objects]


@pytest.fixture(scope="session")
def qemu() -> Path:
    try:
        return find_qemu()
    except ToolError as error:
        pytest.skip(error.what)


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def tiny(tiny_path: Path) -> Network:
    return read_network(tiny_path)


@pytest.fixture(scope="session")
def project(tiny: Network, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return render(tiny, tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def compiled(project: Project, toolchain: Toolchain) -> Compiled:
    """`compiled("cortex-m4", taps=False)`: objects of the tiny model; make keeps what is there."""

    def make(core: str, *, taps: bool = False) -> Objects:
        return compile_objects(Target(project, MACHINES[core], toolchain), taps=taps)

    return make
