# SPDX-License-Identifier: Apache-2.0
"""What the network costs on a Cortex-M33, and that it uses nothing that it must not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from generator.errors import ToolError
from generator.model.graph import Graph
from generator.project.target_flags import target_flags
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_toolchain
from tests.support.cortex_m33 import CortexM33, link_network
from tests.support.model_builder import ModelBuilder
from tests.support.models import CAUSAL_MODEL, OWN_MODEL, patches
from tests.support.network_build import plan_of, read_model
from tests.support.networks import deep_network, plain_network, residual_network
from tests.support.oracle import Oracle

INSTRUCTION_BUDGET = 22_200_000
LAST_FRAME_BUDGET = 1_250_000
"""Of the causal model: instructions from its last frame to its scores."""

ARENA_BUDGET_BYTES = 28_400
WEIGHTS_BUDGET_BYTES = 152_500
CODE_BUDGET_BYTES = 6_600
STACK_BUDGET_BYTES = 768

COMPILERS_OWN = {"memcpy", "memset"}
"""What a freestanding compiler may call."""


@pytest.fixture(scope="module")
def compiler() -> str:
    try:
        return str(find_toolchain().gcc)
    except ToolError as error:
        pytest.skip(str(error))


def read(model: ModelBuilder, folder: Path) -> tuple[Graph, Path]:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    return read_model(path), path


def test_the_default_model_stays_within_its_budgets(
    compiler: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    graph = read_model(OWN_MODEL)
    core = CortexM33(link_network(graph, tmp_path / "project", compiler))
    frames = patches(6, graph.frames, graph.bands)[5]
    scores = core.run_patch(frames, graph.classes)
    softmax = next(operator for operator in graph.operators if operator.kind == "SOFTMAX")
    reference = Oracle(graph, OWN_MODEL).run(frames)[softmax.index]
    np.testing.assert_array_equal(scores, reference.ravel())

    plan = plan_of(graph)
    instructions = core.instructions()
    figures = {
        "instructions": (instructions.total(), INSTRUCTION_BUDGET),
        "arena_bytes": (plan.arena_bytes, ARENA_BUDGET_BYTES),
        "weights_bytes": (plan.weights_flash_bytes, WEIGHTS_BUDGET_BYTES),
        "code_bytes": (sum(core.function_bytes.values()), CODE_BUDGET_BYTES),
        "stack_bytes": (core.stack_bytes(), STACK_BUDGET_BYTES),
    }
    for name, (value, budget) in figures.items():
        record_property(name, value)
        print(f"{name}: {value} of {budget}")
    for name, times in instructions.most_common(6):
        print(f"  {name}: {times}")
    over = {name: figure for name, figure in figures.items() if figure[0] > figure[1]}
    assert not over


def test_little_waits_for_the_last_frame_of_the_causal_model(
    compiler: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    graph = read_model(CAUSAL_MODEL)
    core = CortexM33(link_network(graph, tmp_path / "project", compiler))
    frames = patches(6, graph.frames, graph.bands)[5]
    scores = core.run_patch(frames, graph.classes)
    oracle = Oracle(graph, CAUSAL_MODEL)
    oracle.run(frames)
    np.testing.assert_array_equal(scores, oracle.scores())
    whole, last = (core.instructions(last_frame_only=one).total() for one in (False, True))
    record_property("instructions after the last frame", last)
    print(f"instructions after the last frame: {last} of {whole}")
    assert last <= LAST_FRAME_BUDGET
    assert last < 0.06 * whole


def test_many_layers_cost_no_code_and_little_stack(
    compiler: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Of 61 operators, every stage is data: code stays what the kernels take."""
    graph, path = read(deep_network(), tmp_path)
    core = CortexM33(link_network(graph, tmp_path / "project", compiler))
    frames = patches(6, graph.frames, graph.bands)[5]
    scores = core.run_patch(frames, graph.classes)
    oracle = Oracle(graph, path)
    oracle.run(frames)
    np.testing.assert_array_equal(scores, oracle.scores())
    figures = {
        "instructions": core.instructions().total(),
        "code_bytes": sum(core.function_bytes.values()),
        "stack_bytes": core.stack_bytes(),
    }
    for name, value in figures.items():
        record_property(name, value)
        print(f"{name}: {value}")
    assert figures["code_bytes"] < CODE_BUDGET_BYTES
    assert figures["stack_bytes"] < STACK_BUDGET_BYTES


def network_of_width(bands: int) -> ModelBuilder:
    model = ModelBuilder(20, bands).conv(7, stride=(2, 2)).depthwise().conv(9, (1, 1))
    return model.depthwise(stride=(2, 2)).conv(8, (1, 1)).head(4)


@pytest.mark.parametrize(
    "model",
    [plain_network(), residual_network(), *map(network_of_width, (16, 12, 11))],
    ids=["plain", "residual", "width 16", "width 12", "width 11"],
)
def test_target_and_interpreter_agree(compiler: str, tmp_path: Path, model: ModelBuilder) -> None:
    graph, path = read(model, tmp_path)
    core = CortexM33(link_network(graph, tmp_path / "project", compiler))
    oracle = Oracle(graph, path)
    for frames in patches(8, graph.frames, graph.bands):
        softmax = next(operator for operator in graph.operators if operator.kind == "SOFTMAX")
        expected = oracle.run(frames)[softmax.index].ravel()
        np.testing.assert_array_equal(core.run_patch(frames, graph.classes), expected)


def test_kernels_call_no_library(compiler: str, tmp_path: Path) -> None:
    flags = target_flags("cortex-m33")
    for source in sorted((TEMPLATES_DIR / "network" / "kernels").glob("*.c")):
        command = [compiler, *flags.cpu, *flags.language, *flags.optimisation, *flags.warnings]
        command += [f"-I{TEMPLATES_DIR}", "-DM2M_TAPS=0", "-S", str(source), "-o", "-"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        called = set(re.findall(r"^\s(?:bl|b)\s([A-Za-z_]\w*)$", text, re.MULTILINE))
        defined = set(re.findall(r"^(\w+):$", text, re.MULTILINE))
        assert called <= defined | COMPILERS_OWN | {"row_ring_place"}, source.name
        assert ".f64" not in text, source.name
