# SPDX-License-Identifier: Apache-2.0
"""What is known of a model's operators before anything runs: work and place in RAM."""

from __future__ import annotations

from dataclasses import dataclass

from generator.explanation import explain
from generator.network import read_network
from hil.options import Options


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """One operator."""

    index: int
    kind: str
    name: str
    shape: tuple[int, ...]
    macs: int
    ram_bytes: int


def operator_facts(options: Options) -> tuple[OperatorFacts, ...]:
    """Of every operator of the model of a run; raises InputError."""
    network = read_network(options.model, options.labels, frontend=options.frontend)
    return tuple(
        OperatorFacts(
            one.operator.index,
            one.operator.kind,
            one.operator.name,
            one.extent,
            one.operations,
            one.ram_bytes,
        )
        for one in explain(network).operators
    )
