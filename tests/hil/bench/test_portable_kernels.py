# SPDX-License-Identifier: Apache-2.0
"""The portable kernels are measured in a project of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.project.manifest import ASSEMBLY, PORTABLE
from generator.repository import DEFAULT_MODEL
from hil.bench import run
from hil.bench.record import Cost, Memory
from hil.options import Options, read_options
from tests.support.frontends import frontend_info

OPTIONS = read_options(
    {
        "board": ["u585"],
        "virtual": True,
        "engine": "builtin",
        "kernels": "assembly",
        "model": str(DEFAULT_MODEL),
    }.get
)
FAST = run.Measured(
    network=Cost(instructions=100),
    finding_rows=Cost(instructions=1),
    frontend_frame=Cost(instructions=10),
    answer=Cost(instructions=20),
    answer_ms=1.0,
    operators={0: Cost(instructions=99)},
    uncovered_share=0.4,
    later_share=0.1,
    memory=Memory(1, 200, 3, 4, 5, 6),
    core_clock_hz=160_000_000,
    toolchain="gcc",
    frontend=frontend_info(),
    model_sha256="ab",
)
SLOW = replace(
    FAST, network=Cost(instructions=250), memory=replace(FAST.memory, network_flash_bytes=210)
)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kernels of the builds that are asked for."""
    asked: list[str] = []

    def measure(options: Options, _: Any, __: Any) -> run.Measured:
        asked.append(options.kernels)
        return SLOW if options.kernels == PORTABLE else FAST

    monkeypatch.setattr(run, "measure", measure)
    return asked


def test_both_kinds_stand_in_one_bench(measured: list[str]) -> None:
    bench, _ = run.bench_model(OPTIONS, OPTIONS.boards["u585"], print)
    assert measured == [ASSEMBLY, PORTABLE]
    assert bench.portable is not None
    assert (bench.network.instructions, bench.portable.network.instructions) == (100, 250)
    assert bench.portable.network_flash_bytes == 210
    assert [layer.index for layer in bench.layers] == [0]


def test_portable_kernels_alone_have_none_beside_them(measured: list[str]) -> None:
    options = replace(OPTIONS, kernels=PORTABLE)
    bench, _ = run.bench_model(options, OPTIONS.boards["u585"], print)
    assert measured == [PORTABLE]
    assert bench.portable is None
