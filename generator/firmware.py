# SPDX-License-Identifier: Apache-2.0
"""The whole flow for one board and one model: scan, validate, render, compile, measure."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.actions import read_actions
from generator.boards.fit import fit_faults
from generator.boards.gpio_values import make_gpio
from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.engine_choice import (
    BUILTIN_ENGINE,
    EngineChoice,
    EngineTask,
    builtin_engine,
    st_engine,
)
from generator.engines.engine import BUILTIN, EngineFiles
from generator.engines.stedgeai.written import Written
from generator.errors import Fault, InputError
from generator.microphone.tables import make_decimator
from generator.network import Network
from generator.project.applications import MEASURE, Application
from generator.project.at_risk import refuse_at_risk
from generator.project.file_list import write_file_list
from generator.project.manifest import (
    FOOTPRINT_FILE,
    FrontendInfo,
    OperatorInfo,
    Project,
    ProjectInfo,
    project_lock,
    project_name,
)
from generator.project.names import SBOM_FILE
from generator.project.render import render_project
from generator.project.replace import copy_ours, recover, replace_folder, scratch_folder
from generator.repository import DEFAULT_OUT_DIR
from generator.toolchain.build import DEFAULT_JOBS, BuildError, FirmwareImage, compile_project
from generator.toolchain.footprint import Footprint, check_budgets, read_footprint
from generator.toolchain.locate import Toolchain, find_cmsis_dsp
from generator.toolchain.sbom import make_sbom
from generator.toolchain.stack_bound.bound import StackBound, check_stack, read_stack_bound
from generator.toolchain.user_faults import Remarks, fault_of_user
from generator.wire.capacity import check_taps
from generator.wire.header import header_context

ROW_FUNCTION = "stream_row_came"
"""The one function that calls itself (firmware_templates/network/stream.c): a row of one ring makes
the next ring's."""

NUMPY_NAMES = {"INT8": "int8", "FLOAT32": "float32"}

OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Firmware:
    """What the flow ends with."""

    image: FirmwareImage
    footprint: Footprint
    warnings: tuple[str, ...] = ()
    """What the compiler said of the user's own C, in its own words, by the names of their files."""


def make_project(
    board: BoardSpec,
    network: Network,
    out_dir: Path,
    *,
    taps: bool,
    engine: EngineFiles | None = None,
    portable_kernels: bool = False,
    application: Application = MEASURE,
    force: bool = False,
) -> Project:
    """Render the project to `out_dir/<board>`, with taps to `out_dir/<board>-tap`.

    Another `application` than measure has its name in that of the folder.

    `engine`: another than the built-in one; its name becomes part of the folder's, and so does
    that of `portable_kernels`, C in place of the assembly. `force`: as of `render_project`.
    """
    engine = engine or builtin_engine(network.plan)
    info = project_info(
        board,
        network,
        engine,
        application=application,
        taps=taps,
        portable_kernels=portable_kernels,
    )
    stages: dict[str, Any] = {
        "mel": network.mel,
        "wire": header_context(),
        "patches": network.patches,
        **board_stages(board, network, application),
    }
    return render_project(
        out_dir,
        board=board,
        info=info,
        stages=stages,
        engine=engine,
        cmsis_dsp_dir=find_cmsis_dsp(),
        application=application,
        force=force,
    )


def project_info(
    board: BoardSpec,
    network: Network,
    engine: EngineFiles,
    *,
    application: Application = MEASURE,
    taps: bool = False,
    portable_kernels: bool = False,
) -> ProjectInfo:
    """What a project is made from, by the name of its folder: the content of its manifest."""
    graph = network.graph
    operators = tuple(
        OperatorInfo(
            operator.index,
            operator.kind,
            operator.name,
            NUMPY_NAMES[graph.tensor_out(operator).dtype],
            graph.tensor_out(operator).shape,
            graph.arrangements.get(operator.outputs[0]),
        )
        for operator in graph.operators
        if operator.index in network.plan.tapped
    )
    return ProjectInfo(
        board=board.id,
        name=project_name(
            board.id,
            taps=taps,
            engine=engine.name.split()[0],
            portable_kernels=portable_kernels,
            application=application.name,
        ),
        model_name=graph.name,
        model_sha256=graph.sha256,
        labels=network.labels.names,
        rule=network.rule,
        events=network.events,
        taps=taps,
        generator_version=importlib.metadata.version("mel2metal"),
        frontend=FrontendInfo.of(network.frontend, network.patches),
        operators=operators,
        patch=graph.arrangements.get(graph.inputs[0]),
        engine=engine.name,
        portable_kernels=portable_kernels,
        application=application.name,
    )


def board_stages(board: BoardSpec, network: Network, application: Application) -> dict[str, Any]:
    """What the templates of `port/`, and of `microphone/` and `app/` where they listen, print.

    Raises `InputError` where the application listens and the board has no microphone, and with
    the faults of a file of actions.
    """
    if not application.has_board:
        return {"port": make_port(board)}
    port = make_port(board, network.frontend.sample_rate_hz)
    heard = port.microphone
    if heard is None:
        raise ValueError("a port of an application that listens has a microphone")
    decimator = make_decimator(
        sample_rate_hz=heard.sample_rate_hz,
        word_shift=heard.word_shift,
        full_scale=heard.full_scale,
        droop_order=heard.droop_order,
        gain_db=heard.gain_db,
        settle_words=heard.settle_words,
    )
    gpio = make_gpio(board, family_of(board.family).gpio)
    stages = {"port": port, "gpio": gpio, "decimator": decimator}
    if application.actions:
        stages["actions"] = read_actions(
            *(application.actions_file, network.path, network.labels.names),
            *(network.events, gpio),
        )
    return stages


def check_fit(board: BoardSpec, network: Network, *, taps: bool = False) -> None:
    """Raise `InputError` if the model surely does not fit the board, or its taps the link.

    Nothing is built for it.
    """
    faults = fit_faults(board, network.demand, taps=taps)
    if taps:
        faults += check_taps(network.graph.name, network.plan.operator_count, network.graph.bands)
    if faults:
        raise InputError(faults)


def make_firmware(
    board: BoardSpec,
    network: Network,
    toolchain: Toolchain,
    *,
    engine: EngineChoice = BUILTIN_ENGINE,
    out_dir: Path = DEFAULT_OUT_DIR,
    taps: bool = False,
    portable_kernels: bool = False,
    application: Application = MEASURE,
    on_progress: OnProgress = lambda line: None,
    jobs: int = DEFAULT_JOBS,
    force: bool = False,
) -> Firmware:
    """Render, compile and measure; writes footprint.json beside the project's README.md.

    All of it happens in a folder beside `out_dir/<board>` that takes its place at the end, or goes:
    a build that fails, or an image beyond its budget, leaves what stood there before. Files that
    the user changed or added refuse the build, or, with `force`, move to a folder beside it.

    `on_progress` gets each line of progress. A second call with the same input compiles nothing.
    `jobs` compilers run at a time.
    Raises `InputError` when the image exceeds a budget of the board or files of the user would be
    lost, `ToolError` when a tool fails.
    """
    is_builtin = engine.engine == BUILTIN
    if taps and application.name != MEASURE.name:
        what = f"{application.name} speaks no link, over which layers' outputs could be read"
        raise InputError([Fault("--taps", what, f"leave --taps out, or take {MEASURE.name}")])
    if is_builtin:
        check_fit(board, network, taps=taps)
    elif taps:
        what = f"{engine.engine} shows no layer's output"
        raise InputError(
            [Fault("--taps", what, "leave --taps out, or build with --engine builtin")]
        )
    name = project_name(
        board.id,
        taps=taps,
        engine=engine.engine,
        portable_kernels=portable_kernels,
        application=application.name,
    )
    with project_lock(out_dir, name):
        directory = out_dir / name
        recover(directory)
        if not force:
            refuse_at_risk(directory)
        with scratch_folder(out_dir, name) as scratch:
            copy_ours(directory, scratch / name)  # its objects and times: make rebuilds little
            files = None
            if not is_builtin:
                task = EngineTask(
                    board=board,
                    toolchain=toolchain,
                    graph=network.graph,
                    plan=network.plan,
                    model=network.path,
                    workspace=scratch / engine.engine,
                    log=out_dir / f"{name}.log",
                    previous=scratch / name,
                )
                files = _run_engine(engine, board, network, task, on_progress)
            on_progress("rendering the project")
            project = make_project(
                board,
                network,
                scratch,
                taps=taps,
                engine=files,
                portable_kernels=portable_kernels,
                application=application,
            )
            if not force:
                refuse_at_risk(directory, project.directory)
            remarks = Remarks(application, on_progress)
            try:
                image = compile_project(project, board, toolchain, remarks, jobs=jobs)
            except BuildError as error:
                raise fault_of_user(error, application) from None
            on_progress("measuring the image")
            footprint = read_footprint(image.elf, image.bin.stat().st_size)
            check_budgets(footprint, board)
            footprint = replace(footprint, stack=_stack_bound(project, board, network, application))
            (project.directory / FOOTPRINT_FILE).write_text(footprint.to_json(), encoding="utf-8")
            sbom = make_sbom(project, application, image, toolchain)
            (project.directory / SBOM_FILE).write_text(sbom, encoding="utf-8")
            write_file_list(project.directory)
            replace_folder(project.directory, directory, scratch, force=force)
    return Firmware(replace(image, project_dir=directory), footprint, remarks.lines)


def _stack_bound(
    project: Project, board: BoardSpec, network: Network, application: Application
) -> StackBound:
    """How deep the stack may get; raises `InputError` where that is more than is linked."""
    bound = read_stack_bound(
        project.directory,
        nested={ROW_FUNCTION: network.plan.nested_rows},
        is_measure=application.name == MEASURE.name,
    )
    is_ours = project.info.engine == BUILTIN and not application.is_users
    check_stack(bound, board, must_be_known=is_ours)
    return bound


def _run_engine(
    choice: EngineChoice,
    board: BoardSpec,
    network: Network,
    task: EngineTask,
    on_progress: OnProgress,
) -> EngineFiles:
    """Have ST's tool generate the network, and weigh it before anything is compiled."""

    def check(written: Written) -> None:
        demand = replace(
            network.demand,
            rows_bytes=written.activation_bytes,
            weights_bytes=written.weight_bytes,
        )
        faults = fit_faults(board, demand)
        if faults:
            raise InputError(faults)

    task.workspace.mkdir()
    return st_engine(choice, task, on_progress=on_progress, check=check)
