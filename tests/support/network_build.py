# SPDX-License-Identifier: Apache-2.0
"""Render the network alone, compile it for the host, and run it from Python."""

from __future__ import annotations

import ctypes
import functools
import itertools
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.engines.builtin.check import check_graph
from generator.engines.builtin.fold import fold_network
from generator.engines.builtin.plan import NetworkPlan, plan_network
from generator.engines.builtin.schedule import make_schedule
from generator.engines.engine import Optimise
from generator.model.graph import Graph
from generator.model.tflite_reader import read_tflite
from generator.model.turn import turn_graph
from generator.project.render import make_environment
from generator.project.target_flags import WARNINGS
from generator.repository import TEMPLATES_DIR
from tests.support.store import digest, stored

COMPILE = ("cc", "-std=c11", "-O1", "-fPIC", "-DM2M_TAPS=1", *WARNINGS)
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")

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

TAP_PROGRAM = """
#include <stdio.h>
#include "network/network.h"
void network_tap(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes)
{
    const uint32_t head[3] = {operator_index, row, bytes};
    fwrite(head, sizeof head, 1, stdout);
    fwrite(values, bytes, 1, stdout);
}
int main(void)
{
    int8_t frame[NETWORK_BANDS];
#ifdef NETWORK_KEEPS_STATE
    network_reset();
#endif
    network_begin();
    while (fread(frame, sizeof frame, 1, stdin) == 1) {
        if (network_push_frame_s8(frame) == NETWORK_READY) {
            network_begin();
        }
    }
    return 0;
}
"""

Outputs = dict[int, NDArray[np.generic]]
"""The output of every operator that computes something, in the graph's shapes."""

_libraries = itertools.count()


def read_model(path: Path, bands_first: bool | None = None) -> Graph:
    """A model that the built-in engine can run, frames first; InputError for any other.

    Without `bands_first` it is so where the file turns (1, bands, frames, 1) round itself.
    """
    graph = read_tflite(path)
    check_graph(graph)
    graph = turn_graph(graph, graph.transposed if bands_first is None else bands_first)
    check_graph(graph)
    return graph


def plan_of(graph: Graph, optimise: Optimise = Optimise.MEMORY) -> NetworkPlan:
    """What the templates print of a model."""
    return plan_network(make_schedule(graph, optimise), fold_network(graph))


def render_network(plan: NetworkPlan, project: Path) -> list[Path]:
    """Write network/ below `project`; returns its sources, without the kernels."""
    environment = make_environment()
    target = project / "network"
    shutil.copytree(TEMPLATES_DIR / "network", target, ignore=shutil.ignore_patterns("*.j2"))
    sources = sorted(target.glob("*.c"))
    for template in sorted((TEMPLATES_DIR / "network").glob("*.j2")):
        text = environment.get_template(f"network/{template.name}").render(network=plan)
        path = target / template.stem
        path.write_text(text)
        if path.suffix == ".c":
            sources.append(path)
    return sources


@functools.cache
def host_kernels(*flags: str) -> tuple[Path, ...]:
    """All kernels as objects, kept as long as neither they nor the compiler change."""

    def make(folder: Path) -> None:
        for source in sorted((TEMPLATES_DIR / "network" / "kernels").rglob("*.c")):
            target = folder / f"{source.parent.stem}_{source.stem}.o"
            command = [*COMPILE, *flags, f"-I{TEMPLATES_DIR}", "-c", str(source), "-o", str(target)]
            subprocess.run(command, check=True)

    def key() -> str:
        version = subprocess.run([COMPILE[0], "--version"], capture_output=True, check=True).stdout
        return digest(version, TEMPLATES_DIR, *COMPILE, *flags)

    at_start = key()
    folder = stored("kernels", at_start, make, lambda: key() == at_start)
    return tuple(sorted(folder.glob("*.o")))


def in_shapes(graph: Graph, plan: NetworkPlan, rows: dict[int, dict[int, bytes]]) -> Outputs:
    """What the taps were given, as tensors."""
    outputs: Outputs = {}
    for operator in graph.operators:
        if operator.index not in plan.tapped:
            continue
        tensor = graph.tensor_out(operator)
        made = rows[operator.index]
        assert sorted(made) == list(range(len(made))), f"rows missing of {operator}"
        data = b"".join(made[row] for row in sorted(made))
        dtype = np.float32 if tensor.dtype == "FLOAT32" else np.int8
        outputs[operator.index] = np.frombuffer(data, dtype=dtype).reshape(tensor.shape)
    return outputs


class HostNetwork:
    """The generated network as a shared library of its own."""

    def __init__(self, graph: Graph, project: Path, optimise: Optimise = Optimise.MEMORY) -> None:
        self.graph = graph
        self.plan = plan_of(graph, optimise)
        sources = render_network(self.plan, project)
        sources.append(project / "tap_bridge.c")
        sources[-1].write_text(TAP_BRIDGE)
        library = project / f"network_{next(_libraries)}.so"
        files = map(str, [*sources, *host_kernels()])
        subprocess.run(
            [*COMPILE, "-shared", f"-I{project}", *files, "-o", str(library)], check=True
        )
        self._library = ctypes.CDLL(str(library))
        self._hold_constants()
        self._library.network_scores_s8.restype = ctypes.POINTER(ctypes.c_int8)
        tap_type = ctypes.CFUNCTYPE(
            None, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32
        )
        self._tap = tap_type(self._on_tap)
        self._library.test_set_tap(self._tap)
        self._rows: dict[int, dict[int, bytes]] = defaultdict(dict)

    def _hold_constants(self) -> None:
        """What the image's CRC-32 is computed from is what the compiler has made of the tables."""
        for table in self.plan.constant_tables:
            size = len(table.content)
            compiled = (ctypes.c_uint8 * size).in_dll(self._library, table.place)
            assert bytes(compiled) == table.content, f"{table.place} is not as generated"

    def _on_tap(self, operator: int, row: int, values: int, count: int) -> None:
        assert row not in self._rows[operator], f"row {row} of operator {operator} came twice"
        self._rows[operator][row] = ctypes.string_at(values, count)

    def begin(self) -> None:
        """Start a patch."""
        self._rows.clear()
        self._library.network_begin()

    def reset(self) -> None:
        """Start a clip: variables begin anew."""
        self._library.network_reset()

    def push(self, frame: NDArray[np.int8]) -> int:
        """One frame; returns the network's status."""
        data = np.ascontiguousarray(frame, dtype=np.int8)
        return int(self._library.network_push_frame_s8(ctypes.c_void_p(data.ctypes.data)))

    def scores(self) -> NDArray[np.int8]:
        """Scores of the last patch."""
        values = self._library.network_scores_s8()
        return np.array(values[: self.graph.classes], dtype=np.int8)

    def run(self, frames: NDArray[np.int8]) -> Outputs:
        """Every operator's output for one patch of [frames, bands]."""
        self.begin()
        statuses = [self.push(frame) for frame in frames]
        assert statuses == [0] * (len(frames) - 1) + [1]
        return in_shapes(self.graph, self.plan, self._rows)


def run_sanitized(graph: Graph, project: Path, frames: NDArray[np.int8]) -> Outputs:
    """The same in a program of its own, which ends at the first bad address or undefined sum."""
    plan = plan_of(graph)
    sources = render_network(plan, project)
    sources.append(project / "tap_program.c")
    sources[-1].write_text(TAP_PROGRAM)
    program = project / "network_program"
    files = map(str, [*sources, *host_kernels(*SANITIZE)])
    subprocess.run([*COMPILE, *SANITIZE, f"-I{project}", *files, "-o", str(program)], check=True)
    done = subprocess.run(
        [program], input=np.ascontiguousarray(frames).tobytes(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    rows: dict[int, dict[int, bytes]] = defaultdict(dict)
    position = 0
    while position < len(done.stdout):
        operator, row, count = np.frombuffer(done.stdout, "<u4", 3, position)
        position += 12
        rows[int(operator)][int(row)] = done.stdout[position : position + int(count)]
        position += int(count)
    return in_shapes(graph, plan, rows)
