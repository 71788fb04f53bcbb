# SPDX-License-Identifier: Apache-2.0
"""The portable kernels are measured in a project of their own, where the generator offers them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generator.repository import DEFAULT_MODEL
from hil.bench import run
from hil.bench.kernels import PORTABLE_ARGUMENTS
from hil.bench.record import Cost, Memory
from hil.options import Options, read_options
from tests.support.frontends import frontend_info

OPTIONS = read_options(
    {"board": ["u585"], "virtual": True, "engine": "builtin", "model": str(DEFAULT_MODEL)}.get
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
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...]]]:
    """The builds that are asked for: their folder and arguments."""
    asked: list[tuple[str, tuple[str, ...]]] = []

    def measure(options: Options, _: Any, arguments: tuple[str, ...], __: Any) -> run.Measured:
        asked.append((options.build_dir.name, arguments))
        return SLOW if arguments else FAST

    monkeypatch.setattr(run, "measure", measure)
    return asked


def test_both_kinds_stand_in_one_bench(
    measured: list[tuple[str, tuple[str, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "offers_portable_kernels", lambda: True)
    bench, _ = run.bench_model(OPTIONS, OPTIONS.boards["u585"], print)
    assert [arguments for _, arguments in measured] == [(), PORTABLE_ARGUMENTS]
    assert measured[0][0] != measured[1][0]
    assert bench.portable is not None
    assert (bench.network.instructions, bench.portable.network.instructions) == (100, 250)
    assert bench.portable.network_flash_bytes == 210
    assert [layer.index for layer in bench.layers] == [0]


def test_a_generator_with_one_kind_is_asked_for_nothing_else(
    measured: list[tuple[str, tuple[str, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "offers_portable_kernels", lambda: False)
    bench, _ = run.bench_model(OPTIONS, OPTIONS.boards["u585"], print)
    assert measured == [(measured[0][0], ())]
    assert bench.portable is None
