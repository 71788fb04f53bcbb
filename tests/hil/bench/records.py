# SPDX-License-Identifier: Apache-2.0
"""Records of the bench with invented figures."""

from __future__ import annotations

from dataclasses import replace

from hil.bench.record import (
    SCHEMA,
    BenchRecord,
    Cost,
    Estimate,
    LayerBench,
    Memory,
    ModelBench,
)

COST = Cost(1000, 1200, 1250, None, 64, 8)

MODEL = ModelBench(
    name="net",
    model_sha256="ab" * 32,
    frontend="yamnet",
    frames=96,
    bands=64,
    macs=800,
    network=COST,
    finding_rows=Cost(10, 12, 13, None, 0, 0),
    frontend_frame=Cost(300, 330, 340, None, 16, 4),
    answer=Cost(400, 480, 500, None, 32, 4),
    answer_ms=0.003,
    memory=Memory(3500, 15000, 14000, 6500, 17000, 900),
    layers=(LayerBench(0, "CONV_2D", "first", (48, 32, 32), 800, 3072, Cost(990, 1188, 1237)),),
    portable=None,
)

RECORD = BenchRecord(
    schema=SCHEMA,
    board="u585",
    core="cortex-m33",
    core_clock_hz=160_000_000,
    virtual=True,
    toolchain="gcc",
    estimate=Estimate("cortex-m33", -1.0, 2.0, 8, 40.0, 5.0, "the table", 3.0, 10.0, "ICACHE"),
    models=(MODEL,),
)


def with_network(cost: Cost) -> BenchRecord:
    """The record with another cost of the network."""
    return replace(RECORD, models=(replace(MODEL, network=cost),))
