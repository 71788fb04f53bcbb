# SPDX-License-Identifier: Apache-2.0
"""Many networks compiled in parallel, each a library of its own, and run by one program.

Both are built with the address and undefined-behaviour sanitizers. What the kernels have in common
is compiled once and kept.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.engines.builtin.plan import NetworkPlan
from generator.model.graph import Graph
from tests.support.models import patches
from tests.support.network_build import (
    COMPILE,
    SANITIZE,
    TAP_BRIDGE,
    Outputs,
    host_kernels,
    in_shapes,
    plan_of,
    render_network,
)
from tests.support.oracle import Oracle

PATCHES = 6

SCORES = 0xFFFFFFFF
"""Stands for the scores among the operators of what the program writes."""

UNIT = """
#include "network/layer_clock.c"
#include "network/row_taps.c"
#include "network/stream.c"
#include "network/tail.c"
#include "network/network_weights.c"
#include "network/network.c"
#define SIZES {NETWORK_FRAMES, NETWORK_BANDS, NETWORK_CLASSES}
extern const uint32_t test_sizes[3];
const uint32_t test_sizes[3] = SIZES;
"""

PROGRAM = """
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void write_record(uint32_t operator_index, uint32_t row, const void *values, uint32_t bytes)
{
    const uint32_t head[3] = {operator_index, row, bytes};
    fwrite(head, sizeof head, 1, stdout);
    fwrite(values, bytes, 1, stdout);
}

static void *symbol(void *library, const char *name)
{
    void *const found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "%s\\n", dlerror());
        exit(1);
    }
    return found;
}

int main(int count, char **names)
{
    void *const library = count == 3 ? dlopen(names[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "%s\\n", dlerror());
        return 1;
    }
    typedef void set_tap(void (*)(uint32_t, uint32_t, const void *, uint32_t));
    ((set_tap *)symbol(library, "test_set_tap"))(write_record);
    const uint32_t *const sizes = symbol(library, "test_sizes");
    void (*const begin)(void) = (void (*)(void))symbol(library, "network_begin");
    int (*const push)(const int8_t *) = (int (*)(const int8_t *))symbol(library,
                                                                       "network_push_frame_s8");
    const int8_t *(*const scores)(void) = (const int8_t *(*)(void))symbol(library,
                                                                          "network_scores_s8");
    for (int patches = atoi(names[2]); patches > 0; patches--) {
        begin();
        for (uint32_t row = 0u; row < sizes[0]; row++) {
            int8_t *const frame = malloc(sizes[1]);
            if (fread(frame, sizes[1], 1, stdin) != 1) {
                return 1;
            }
            if (push(frame) != (row + 1u == sizes[0])) {
                return 2;
            }
            free(frame);
        }
        write_record(0xffffffffu, 0u, scores(), sizes[2]);
    }
    return 0;
}
"""

QUICK = ("-O0", "-g0")
"""For what differs from network to network, nearly all of it tables; the kernels are optimised."""

ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0:detect_odr_violation=0"}


@dataclass
class Compiled:
    """A network as a library."""

    graph: Graph
    plan: NetworkPlan
    library: Path
    program: Path

    def run(self, patches: Sequence[NDArray[np.int8]]) -> list[tuple[Outputs, NDArray[np.int8]]]:
        """Of each patch every operator's output, and the scores. AssertionError where it stops."""
        done = subprocess.run(
            [self.program, self.library, str(len(patches))],
            input=b"".join(np.ascontiguousarray(one).tobytes() for one in patches),
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"exit {done.returncode}: {done.stderr.decode()[-3000:]}"
        results: list[tuple[Outputs, NDArray[np.int8]]] = []
        rows: dict[int, dict[int, bytes]] = defaultdict(dict)
        position = 0
        while position < len(done.stdout):
            operator, row, count = map(int, np.frombuffer(done.stdout, "<u4", 3, position))
            values = done.stdout[position + 12 : position + 12 + count]
            position += 12 + count
            if operator == SCORES:
                scores = np.frombuffer(values, np.int8)
                results.append((in_shapes(self.graph, self.plan, rows), scores))
                rows = defaultdict(dict)
            else:
                assert row not in rows[operator], f"row {row} of operator {operator} came twice"
                rows[operator][row] = values
        return results


def compile_graphs(graphs: Sequence[Graph], folder: Path, jobs: int = 2) -> list[Compiled | str]:
    """A library of each; a text where the compiler refuses it."""
    program = folder / "program"
    program.with_suffix(".c").write_text(PROGRAM)
    command = [COMPILE[0], "-O1", *SANITIZE, str(program.with_suffix(".c")), "-ldl", "-o"]
    subprocess.run([*command, str(program)], check=True)
    kernels = folder / "libkernels.so"
    objects = map(str, host_kernels(*SANITIZE))
    subprocess.run([*COMPILE, *SANITIZE, "-shared", *objects, "-o", str(kernels)], check=True)

    def compiled(number: int) -> Compiled | str:
        graph, project = graphs[number], folder / f"project_{number}"
        plan = plan_of(graph)
        render_network(plan, project)
        unit, library = project / "unit.c", project / "network.so"
        unit.write_text(UNIT + TAP_BRIDGE)
        command = [*COMPILE, *SANITIZE, *QUICK, "-shared", "-Wl,-Bsymbolic"]
        done = subprocess.run(
            [*command, f"-I{project}", str(unit), str(kernels), "-o", str(library)],
            capture_output=True,
            check=False,
        )
        return done.stderr.decode() or Compiled(graph, plan, library, program)

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(compiled, range(len(graphs))))


def fault_of(compiled: Compiled | str, path: Path, seed: int) -> str:
    """In what a network differs from the interpreter; empty where it does not."""
    if isinstance(compiled, str):
        return compiled
    graph, oracle = compiled.graph, Oracle(compiled.graph, path)
    inputs = patches(PATCHES, graph.frames, graph.bands, seed)
    try:
        results = compiled.run(inputs)
    except AssertionError as error:
        return str(error)
    for number, (frames, (made, scores)) in enumerate(zip(inputs, results, strict=True)):
        expected = oracle.run(frames)
        for index, values in made.items():
            if not np.array_equal(values, expected[index]):
                where = np.argwhere(values != expected[index])
                first = tuple(where[0])
                return (
                    f"patch {number}, operator {index}: {len(where)} of {values.size} differ, the "
                    f"first at {first}: {values[first]}, not {expected[index][first]}"
                )
        if not np.array_equal(scores, oracle.scores()):
            return f"patch {number}: the scores differ"
    return ""
