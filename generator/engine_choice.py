# SPDX-License-Identifier: Apache-2.0
"""Which engine runs the network of an image, and what it needs of the machine that builds it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.engines.builtin.plan import NetworkPlan
from generator.engines.engine import BUILTIN, FOREIGN_PART, EngineFiles
from generator.engines.stedgeai.generate import (
    TIMEOUT_S,
    Request,
    StNetwork,
    choose_api,
    engine_files,
    find_answer,
    run_generate,
)
from generator.engines.stedgeai.locate import find_install
from generator.engines.stedgeai.written import Wanted, Written
from generator.errors import Fault, InputError
from generator.model.ends import changed_ends
from generator.model.graph import Graph
from generator.project.target_flags import target_flags
from generator.toolchain.archive import c_library_flags, missing_functions
from generator.toolchain.locate import Toolchain

_GENERATED_PREFIXES = ("ai_", "stai_", "g_network", "forward_")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What the user asked for."""

    engine: str = BUILTIN
    program: str | None = None
    """ST's tool: program or folder; None: $STEDGEAI, or what is found."""
    api: str | None = None
    """st-ai or legacy; None: what the tool writes by itself."""
    timeout_s: float = TIMEOUT_S


BUILTIN_ENGINE = EngineChoice()


def builtin_engine(plan: NetworkPlan) -> EngineFiles:
    """The built-in engine with its network."""
    return EngineFiles(
        name=BUILTIN,
        network=plan,
        kernel_sources=plan.kernel_sources,
        tables=plan.constant_tables,
    )


@dataclass(frozen=True, slots=True)
class EngineTask:
    """For what an engine's tool is run, and where."""

    board: BoardSpec
    toolchain: Toolchain
    graph: Graph
    plan: NetworkPlan
    model: Path
    workspace: Path
    """An empty folder, which goes when the image is built."""
    log: Path
    """Where the tool's output is kept."""
    previous: Path
    """The project as it was before, if it did."""


def st_engine(
    choice: EngineChoice,
    task: EngineTask,
    *,
    on_progress: Callable[[str], None],
    check: Callable[[Written], None],
) -> EngineFiles:
    """Find ST's tool, let it generate, check what it wrote; ToolError for what fails on the way.

    `check` gets what was written before anything else is done with it, and raises if that does not
    fit the board.
    """
    board, graph, plan = task.board, task.graph, task.plan
    changed = changed_ends(graph)
    if changed is not None:
        what = f"{changed}; {choice.engine} runs the file itself, and the adapter is made for int8"
        remedy = (
            "convert it with inference_input_type = inference_output_type = tf.int8, or build with "
            "--engine builtin"
        )
        raise InputError([Fault(task.model.name, what, remedy)])
    install = find_install(choice.program, os.environ)
    api = choose_api(install, choice.api)
    library = install.library(board.core)
    missing = missing_functions(library, _GENERATED_PREFIXES)
    flags = c_library_flags(task.toolchain, target_flags(board.core).cpu, missing)
    target = family_of(board.family).st_target(board.part)
    wanted = Wanted(task.model, graph.frames, graph.bands, graph.classes)
    request = Request(install, api, target, wanted, library)
    written = find_answer(request, task.previous / FOREIGN_PART)
    if written is None:
        on_progress(f"{install.version.title}: generating ({api} interface; it may take minutes)")
        written = run_generate(
            request, workspace=task.workspace, log=task.log, timeout_s=choice.timeout_s
        )
    check(written)
    network = StNetwork(
        model_name=plan.model_name,
        model_sha256=plan.model_sha256,
        frames=plan.frames,
        bands=plan.bands,
        classes=plan.classes,
        operator_count=plan.operator_count,
        input_scale=plan.input_scale,
        input_zero_point=plan.input_zero_point,
        score_scale=plan.score_scale,
        score_zero_point=plan.score_zero_point,
        arena_bytes=written.activation_bytes,
        widest_row_bytes=plan.widest_row_bytes,
        bands_first=graph.takes_bands_first,
        score_format=written.score_format,
    )
    return engine_files(request, written, network, system_libraries=tuple(flags), host_network=plan)
