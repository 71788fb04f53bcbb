# SPDX-License-Identifier: Apache-2.0
"""Render the network alone, compile it for the host, and run it from Python."""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import jinja2
import numpy as np
from numpy.typing import NDArray

from generator.graph import Graph
from generator.kernel_calls import NetworkPlan, plan_network
from generator.schedule import make_schedule

REPOSITORY = Path(__file__).parents[2]
TEMPLATES = REPOSITORY / "firmware_templates"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")

TAP_BRIDGE = """
#include "network/network.h"
static void (*listener)(uint32_t, uint32_t, const void *, uint32_t);
void test_set_tap(void (*tap)(uint32_t, uint32_t, const void *, uint32_t));
void test_set_tap(void (*tap)(uint32_t, uint32_t, const void *, uint32_t))
{
    listener = tap;
}
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes)
{
    if (listener) {
        listener(operator_index, row, values, bytes);
    }
}
"""

_copies = itertools.count()


def render_network(plan: NetworkPlan, project: Path) -> list[Path]:
    """Write network/ below `project`; returns the sources to compile."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    target = project / "network"
    shutil.copytree(TEMPLATES / "network", target, ignore=shutil.ignore_patterns("*.j2"))
    sources = [project / name for name in plan.kernel_sources]
    for template in sorted((TEMPLATES / "network").glob("*.j2")):
        text = environment.get_template(f"network/{template.name}").render(network=plan)
        path = target / template.stem
        path.write_text(text)
        if path.suffix == ".c":
            sources.append(path)
    return sources


class HostNetwork:
    """The generated network as a shared library of its own."""

    def __init__(self, graph: Graph, project: Path, flags: Sequence[str] = ()) -> None:
        self.graph = graph
        self.plan = plan_network(make_schedule(graph))
        sources = render_network(self.plan, project)
        bridge = project / "tap_bridge.c"
        bridge.write_text(TAP_BRIDGE)
        library = project / f"network_{os.getpid()}_{next(_copies)}.so"
        command = ["cc", "-std=c11", "-O1", "-fPIC", "-shared", "-DM2M_TAPS=1", f"-I{project}"]
        command += [*WARNINGS, *flags, *map(str, [*sources, bridge]), "-o", str(library)]
        subprocess.run(command, check=True)
        self._library = ctypes.CDLL(str(library))
        self._library.network_scores_s8.restype = ctypes.POINTER(ctypes.c_int8)
        tap_type = ctypes.CFUNCTYPE(
            None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32
        )
        self._tap = tap_type(self._on_tap)
        self._library.test_set_tap(self._tap)
        self._rows: dict[int, dict[int, bytes]] = defaultdict(dict)

    def _on_tap(self, operator: int, row: int, values: int, count: int) -> None:
        if row in self._rows[operator]:
            raise AssertionError(f"row {row} of operator {operator} came twice")
        self._rows[operator][row] = ctypes.string_at(values, count)

    def begin(self) -> None:
        """Start a patch."""
        self._rows.clear()
        self._library.network_begin()

    def push(self, frame: NDArray[np.int8]) -> int:
        """One frame; returns the network's status."""
        data = np.ascontiguousarray(frame, dtype=np.int8)
        return int(self._library.network_push_frame_s8(ctypes.c_void_p(data.ctypes.data)))

    def scores(self) -> NDArray[np.int8]:
        """Scores of the last patch."""
        values = self._library.network_scores_s8()
        return np.array(values[: self.graph.classes], dtype=np.int8)

    def run(self, frames: NDArray[np.int8]) -> dict[int, NDArray[np.generic]]:
        """Every operator's output for one patch, in the .tflite's shapes."""
        self.begin()
        statuses = [self.push(frame) for frame in frames]
        assert statuses == [0] * (len(frames) - 1) + [1]
        outputs: dict[int, NDArray[np.generic]] = {}
        for operator in self.graph.operators:
            tensor = self.graph.tensor_out(operator)
            rows = self._rows[operator.index]
            assert sorted(rows) == list(range(len(rows)))
            data = b"".join(rows[row] for row in sorted(rows))
            dtype = np.float32 if tensor.dtype == "FLOAT32" else np.int8
            outputs[operator.index] = np.frombuffer(data, dtype=dtype).reshape(tensor.shape)
        return outputs
