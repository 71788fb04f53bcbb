# SPDX-License-Identifier: Apache-2.0
"""Where the numbers of generator/engines/builtin/cost/instructions.py come from.

`python -m tests.network.cost_fit` compiles kernels for the Cortex-M33, runs them on the emulated
core, and prints for each what best tells its instructions: so many a call, a value and a step.
"""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import tflite
from numpy.typing import NDArray

from generator.engines.builtin.cost.work import STREAM, work_of, work_of_output
from generator.engines.builtin.schedule import make_schedule
from generator.model.graph import Graph
from generator.model.tflite_reader import read_tflite
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_toolchain
from tests.network.test_tensor_kernels import MAKERS
from tests.support.cortex_m33 import HOST, CortexM33, compile_for_m33, link_network
from tests.support.model_builder import NO_ACTIVATION, RELU, ModelBuilder
from tests.support.models import OWN_MODEL, patches
from tests.support.network_build import plan_of, read_model
from tests.support.networks import deep_network, forked_network, residual_network
from tests.support.row_networks import rows_network
from tests.support.single_operator import case_source, quantised
from tests.support.tail_networks import Tail, recurrent
from tests.support.tflite_writer import TensorRecord

Features = NDArray[np.float64]
"""Calls, values, steps."""

CASES = 40
"""Of each kind of operator on whole tensors."""

STREAM_FUNCTIONS = (
    "frame_bias_row_u8", "make_next_row", "network_begin", "network_push_frame_s8",
    "row_ring_place", "row_ring_view", "stream_begin", "stream_row_came", "tail_run",
)  # fmt: skip
SHARED_WITH = {"exp_of_negative": "softmax_normalise_s8"}
"""Functions with a symbol of their own, and the kernel that they are a part of."""


def features_of(graph: Graph) -> Mapping[str, Features]:
    """What each kernel of a network has to do for a patch."""
    features: dict[str, Features] = defaultdict(lambda: np.zeros(3))
    for work in work_of(make_schedule(graph), plan_of(graph)):
        features[work.kernel] += (work.calls, work.values, work.steps)
    return features


def instructions_of(graph: Graph, folder: Path) -> Counter[str]:
    """What each kernel of a network takes for a patch, and the stream around them."""
    core = CortexM33(link_network(graph, folder, str(find_toolchain().gcc)))
    core.run_patch(patches(6, graph.frames, graph.bands)[5], graph.classes)
    counts: Counter[str] = Counter()
    for function, count in core.instructions().items():
        name = STREAM if function in STREAM_FUNCTIONS else SHARED_WITH.get(function, function)
        counts[name] += count
    return counts


def row_networks() -> Iterator[ModelBuilder]:
    """Networks that use every kernel on rows, in shapes that differ."""
    shapes = ((1, 1), (3, 3), (5, 3), (2, 4))
    for seed, (kernel, channels, width) in enumerate(
        itertools.product(shapes, (4, 12, 24), (10, 24))
    ):
        activation = RELU if seed % 2 else NO_ACTIVATION
        model = ModelBuilder(16, width, seed=seed).conv(channels, (3, 3), activation=activation)
        model.depthwise(kernel, (1 + seed % 2, 1 + seed % 3 // 2), activation=activation)
        model.conv(channels + 6, kernel, activation=activation)
        yield model.conv(8, (1, 1)).head(3 + seed % 5)
    for channels, width in itertools.product((3, 8, 16), (8, 14)):
        model = ModelBuilder(18, width).conv(channels)
        like = model.tensors[model.current]
        for kind in ("MAX_POOL_2D", "AVERAGE_POOL_2D"):
            _, rows, pixels, _ = model.tensors[model.current].shape
            size = (2, 2) if kind == "MAX_POOL_2D" else (3, 2)
            fields = {
                "Padding": tflite.Padding.VALID, "FilterHeight": size[0], "FilterWidth": size[1],
                "StrideH": 1, "StrideW": 1,
            }  # fmt: skip
            pooled = (1, rows - size[0] + 1, pixels - size[1] + 1, channels)
            Tail(model).add(kind, [model.current], [pooled], "Pool2DOptions", **fields)
        shape = model.tensors[model.current].shape
        entry = model.current
        Tail(model).add("TANH", [entry], [shape], scale=1 / 128, zero=0)
        constant = np.arange(channels, dtype=np.int8)
        for kind in ("ADD", "MUL"):
            record = _constant(constant, like.scales[0])
            Tail(model).add(
                kind, [model.current, record], [shape], f"{kind.title()}Options",
                scale=like.scales[0] * 2, zero=3,
            )  # fmt: skip
        yield model.add(entry).conv(6, (1, 1)).head(4)
        yield rows_network(20, width + 3, 2 * channels)


def _constant(values: NDArray[np.int8], scale: float) -> TensorRecord:
    return quantised("constant", values.shape, scale, -7, values)


def of_networks(folder: Path) -> Iterator[tuple[str, Features, int]]:
    """Kernel, its work and its instructions, for each network and kernel on rows."""
    models = [*row_networks(), deep_network(32, 24, 8), forked_network(), residual_network()]
    models += [recurrent(), ModelBuilder(40, 10).reshape().dense(30).dense(12).softmax()]
    models.append(ModelBuilder(12, 9).conv(5).reshape().dense(4).softmax())
    graphs = [read_model(OWN_MODEL)]
    for number, model in enumerate(models):
        path = folder / f"model_{number}.tflite"
        path.write_bytes(model.to_bytes())
        graphs.append(read_model(path))
    for number, graph in enumerate(graphs):
        counts = instructions_of(graph, folder / f"project_{number}")
        for kernel, work in features_of(graph).items():
            if kernel in counts and not kernel.startswith("tensor_"):
                yield kernel, work, counts[kernel]


def of_cases(folder: Path) -> Iterator[tuple[str, Features, int]]:
    """The same of kernels on whole tensors, each operator alone."""
    sources: list[Path] = []
    graphs: list[Graph] = []
    for kind, make in MAKERS.items():
        for seed in range(CASES):
            path = folder / "case.tflite"
            make(np.random.default_rng((seed, len(kind)))).write(path)
            graph = read_tflite(path)
            sources.append(folder / f"case_{len(graphs)}.c")
            sources[-1].write_text(case_source(graph, len(graphs)))
            graphs.append(graph)
    kernels = sorted((TEMPLATES_DIR / "network" / "kernels").rglob("*.c"))
    entries = tuple(f"case_{number}" for number in range(len(graphs)))
    elf = compile_for_m33(
        folder, str(find_toolchain().gcc), [*sources, *kernels], TEMPLATES_DIR, entries
    )
    core = CortexM33(elf)
    for number, graph in enumerate(graphs):
        yield from _of_case(core, graph, number)


def _of_case(core: CortexM33, graph: Graph, number: int) -> Iterator[tuple[str, Features, int]]:
    operator = graph.operators[0]
    works = [
        work
        for output in range(len(operator.outputs))
        if (work := work_of_output(graph, operator, output)) is not None
    ]
    names = {work.kernel for work in works}
    if len(names) != 1:
        return
    moving = [index for index in graph.inputs if graph.tensors[index].dtype == "INT8"]
    spaces = [HOST + 0x1000 * (place + 2) for place in range(len(moving) + len(operator.outputs))]
    core.write_words(HOST + 0x100, spaces)
    random = np.random.default_rng(number)
    for address, index in zip(spaces, moving, strict=False):
        values = random.integers(-128, 128, graph.tensors[index].element_count)
        core.write(address, values.astype(np.int8).tobytes())
    core.forget_counts()
    core.call(f"case_{number}", HOST + 0x100, HOST + 0x100 + 4 * len(moving))
    total: Features = np.zeros(3)
    for work in works:
        total += (work.calls, work.values, work.steps)
    yield names.pop(), total, core.instructions().total()


def best_fit(works: list[Features], counts: list[int]) -> Features:
    """The coefficients, none below 0, with the least squares of the relative errors."""
    wanted = np.array(counts, dtype=np.float64)
    matrix = np.array(works) / wanted[:, None]
    best, least = np.zeros(3), np.inf
    for size in (1, 2, 3):
        for chosen in itertools.combinations((1, 2, 0), size):
            columns = matrix[:, chosen]
            found, *_ = np.linalg.lstsq(columns, np.ones(len(wanted)), rcond=None)
            error = float(np.abs(columns @ found - 1).mean())
            if (found >= 0).all() and error < 0.9 * least - 1e-3:
                best, least = np.zeros(3), error
                best[list(chosen)] = found
    return best


def main() -> int:
    """Print the table, with the error of each row."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "cases").mkdir()
        measured: dict[str, list[tuple[Features, int]]] = defaultdict(list)
        for kernel, work, count in (*of_networks(folder), *of_cases(folder / "cases")):
            measured[kernel].append((work, count))
    for kernel, samples in sorted(measured.items()):
        works, counts = [one for one, _ in samples], [count for _, count in samples]
        call, value, step = best_fit(works, counts)
        told = np.array(works) @ np.array([call, value, step])
        worst = np.abs(told / np.array(counts) - 1).max()
        print(
            f'    "{kernel}": Cost({call:.0f}, {value:.2f}, {step:.2f}),'
            f"  # {len(counts)} runs, off by {worst:.0%} at most"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
