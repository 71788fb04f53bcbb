# SPDX-License-Identifier: Apache-2.0
"""What the network compiler can run, one function per constraint."""

from __future__ import annotations

from generator.errors import Fault
from generator.graph import Graph


def graph_faults(graph: Graph) -> list[Fault]:
    """Every fault of the graph."""
    return []
