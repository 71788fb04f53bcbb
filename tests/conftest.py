# SPDX-License-Identifier: Apache-2.0
"""Options of the whole test run, what is slow, and the order that keeps all processes busy."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.cpu_time import CpuTimes
from tests.support.store import tidy

BUILDS = {"compiled", "qemu", "tapped_projects", "tiny_firmware", "tiny_images", "toolchain"}
"""Fixtures of whole images, or of the compiler that makes them: who uses one is slow."""

LONGEST = (
    "training/test_own_sounds.py",
    "training/test_killed_runs.py",
    "training/test_trained_model.py",
    "training/test_same_as_the_chip.py",
    "test_static_checks.py",
    "hil/test_heads.py",
    "hil/test_plugin.py",
)
"""They begin first, in this order: a process that began one at the end would end alone."""

for variable in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(variable, None)  # a make that a test starts is no part of the one that runs us

settings.register_profile("fixed seeds", derandomize=True)
settings.load_profile("fixed seeds")

SLOW_MODULE = "\npytestmark = pytest.mark.slow\n"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("golden", "generated trees that tests compare with")
    group.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden/ anew from what is generated now, and review it with git diff",
    )
    times = parser.getgroup("times", "what the tests cost")
    times.addoption(
        "--cpu-times",
        type=int,
        metavar="N",
        help="show the N tests with the most processor time, and the time of each folder",
    )


def pytest_configure(config: pytest.Config) -> None:
    shown = config.getoption("--cpu-times")
    if shown is not None:
        config.pluginmanager.register(CpuTimes(shown))
    if not hasattr(config, "workerinput"):
        tidy()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without slow tests, a module of nothing else is not even imported: TensorFlow takes long."""
    if config.getoption("markexpr") != "not slow" or collection_path.suffix != ".py":
        return None
    return True if SLOW_MODULE in collection_path.read_text(encoding="utf-8") else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BUILDS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of the garbage collector's searches.

    TensorFlow alone has half a million objects. Without them a search is short, and the machines of
    finished tests, each a reference cycle with megabytes of memory, are freed sooner.
    """
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    """Its place in the order; equal ones stay as they were collected."""
    path = item.path.as_posix()
    for turn, name in enumerate(LONGEST):
        if path.endswith(name):
            return turn
    return len(LONGEST) if item.get_closest_marker("slow") else len(LONGEST) + 1
