# SPDX-License-Identifier: Apache-2.0
"""The front-end in its three builds, made once a session."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from generator.frontend.mel_tables import MelTables, make_mel_tables
from generator.frontend.presets import YAMNET
from tests.frontend.frontend_builds import (
    Sources,
    build_library,
    build_sanitised_program,
    build_target_image,
    write_sources,
)
from tests.frontend.host_library import HostLibrary
from tests.frontend.target_runner import TargetRunner

SCALE, ZERO_POINT = 0.054722581058740616, 40
"""Input quantisation of ST's int8 Yamnet-256, the one that the published figures are for."""


@pytest.fixture(scope="session")
def tables() -> MelTables:
    return make_mel_tables(YAMNET, SCALE, ZERO_POINT)


@pytest.fixture(scope="session")
def sources(tables: MelTables, tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return write_sources(tmp_path_factory.mktemp("frontend"), tables)


@pytest.fixture(scope="session")
def shared_library(sources: Sources) -> ctypes.CDLL:
    return build_library(sources)


@pytest.fixture(scope="session")
def host(shared_library: ctypes.CDLL) -> HostLibrary:
    return HostLibrary(shared_library)


@pytest.fixture(scope="session")
def sanitised_program(sources: Sources) -> Path:
    return build_sanitised_program(sources)


@pytest.fixture(scope="session")
def target(sources: Sources) -> TargetRunner:
    return TargetRunner(build_target_image(sources))
