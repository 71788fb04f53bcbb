# SPDX-License-Identifier: Apache-2.0
"""Run one model's image on a board and count.

Played is a clip of two patches of loud noise, the same every time, so that the gate drops nothing
and every figure repeats: seed and length are the clip's whole description.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
import numpy.typing as npt

from generator.boards.record import BoardSpec
from generator.engines.engine import BUILTIN
from generator.project.manifest import PORTABLE, FrontendInfo
from hil.bench.model_facts import operator_facts
from hil.bench.record import Cost, KernelsBench, LayerBench, Memory, ModelBench
from hil.bench.virtual_cost import ClipCost, cost_of_clip
from hil.boards.virtual_board import VirtualBoard
from hil.clip_check import count_frontend, sum_patches
from hil.link.played import ClipRun
from hil.options import Options
from hil.session import (
    FRAME_FUNCTION,
    FRONTEND_FUNCTION,
    NETWORK_FUNCTION,
    BoardSession,
    open_session,
)

PATCHES = 2
_SEED = 6
_LOUDEST = 8000


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one image."""

    network: Cost
    finding_rows: Cost
    frontend_frame: Cost
    answer: Cost
    answer_ms: float
    operators: dict[int, Cost]
    uncovered_share: float
    later_share: float
    memory: Memory
    core_clock_hz: int
    toolchain: str
    frontend: FrontendInfo
    model_sha256: str


def bench_sound(frontend: FrontendInfo, patches: int = PATCHES) -> npt.NDArray[np.int16]:
    """The clip, int16 [samples] at the front-end's rate."""
    samples = frontend.samples_of(patches)
    noise = np.random.default_rng(_SEED).integers(-_LOUDEST, _LOUDEST, samples)
    return noise.astype(np.int16)


def bench_model(
    options: Options, spec: BoardSpec, on_progress: Callable[[str], None]
) -> tuple[ModelBench, Measured]:
    """The model of the options on a board, and with the portable C kernels where there are any."""
    measured = measure(options, spec, on_progress)
    portable = None
    if options.engine == BUILTIN and options.kernels != PORTABLE:
        other = measure(replace(options, kernels=PORTABLE), spec, on_progress)
        portable = KernelsBench(
            other.network, other.frontend_frame, other.memory.network_flash_bytes
        )
    facts = operator_facts(options)
    layers = tuple(
        LayerBench(
            one.index, one.kind, one.name, one.shape, one.macs, one.ram_bytes,
            measured.operators[one.index],
        )
        for one in facts
        if one.index in measured.operators
    )  # fmt: skip
    frontend = measured.frontend
    bench = ModelBench(
        name=options.model.stem,
        model_sha256=measured.model_sha256,
        frontend=frontend.name,
        frames=frontend.patch_frames,
        bands=frontend.features,
        macs=sum(one.macs for one in facts),
        network=measured.network,
        finding_rows=measured.finding_rows,
        frontend_frame=measured.frontend_frame,
        answer=measured.answer,
        answer_ms=measured.answer_ms,
        memory=measured.memory,
        layers=layers,
        portable=portable,
    )
    return bench, measured


def measure(
    options: Options,
    spec: BoardSpec,
    on_progress: Callable[[str], None],
) -> Measured:
    """Build, load, play, count."""
    with open_session(options, spec, on_progress=on_progress) as session:
        sound = bench_sound(session.frontend)
        if isinstance(session.board, VirtualBoard) and options.kernels != PORTABLE:
            profiler = session.board.start_profile()
            run = session.play_clip(1, sound)
            traced = session.board.take_profile(profiler)
            clip = cost_of_clip(traced, session.frontend, len(run.patches))
        else:
            run = session.play_clip(1, sound)
            measured = session.board.cycles_are == "measured"
            clip = counted_by_firmware(run, session.frontend, measured=measured)
            if isinstance(session.board, VirtualBoard):
                clip = with_instructions(clip, session, len(run.patches))
        return _measured(session, clip)


def _measured(session: BoardSession, clip: ClipCost) -> Measured:
    footprint, clock_hz = session.image.footprint, session.hello.core_clock_hz
    network, image = footprint["network"], footprint["image"]
    answer = clip.answer
    answer_cycles = answer.measured_cycles or answer.pipeline_cycles or answer.table_cycles or 0
    return Measured(
        network=clip.network,
        finding_rows=clip.finding_rows,
        frontend_frame=clip.frontend_frame,
        answer=clip.answer,
        answer_ms=round(1e3 * answer_cycles / clock_hz, 3),
        operators=dict(clip.operators),
        uncovered_share=clip.uncovered_share,
        later_share=clip.later_share,
        memory=Memory(
            network_ram_bytes=network["total_ram_bytes"],
            network_flash_bytes=network["total_flash_bytes"],
            weights_flash_bytes=network["weights_flash_bytes"],
            image_ram_bytes=image["ram_bytes"],
            image_flash_bytes=image["flash_bytes"],
            stack_used_bytes=session.read_memory().stack_high_water_bytes,
        ),
        core_clock_hz=clock_hz,
        toolchain=session.image.toolchain,
        frontend=session.frontend,
        model_sha256=session.image.project.info.model_sha256,
    )


def with_instructions(clip: ClipCost, session: BoardSession, patches: int) -> ClipCost:
    """The same with instructions of network and front-end, by the meters of a virtual board.

    So the portable kernels are counted: a trace of them would be five times as long.
    """

    def calls(function: str) -> Sequence[int]:
        return session.meters[function].per_call_instructions

    frames = session.frontend.patch_frames
    network = fmean(sum_patches(calls(NETWORK_FUNCTION), frames, patches))
    counted, made = count_frontend(calls(FRONTEND_FUNCTION), calls(FRAME_FUNCTION))
    return replace(
        clip,
        network=replace(clip.network, instructions=round(network)),
        frontend_frame=replace(clip.frontend_frame, instructions=round(counted / made)),
    )


def counted_by_firmware(run: ClipRun, frontend: FrontendInfo, *, measured: bool) -> ClipCost:
    """By the firmware's own counter: layers and instructions are not told.

    `measured`: on silicon. Else somebody's virtual board counts, by its table.
    """

    def cost(cycles: float) -> Cost:
        whole = round(cycles)
        return Cost(measured_cycles=whole) if measured else Cost(table_cycles=whole)

    frames = frontend.patch_frames + (len(run.patches) - 1) * frontend.patches.step
    return ClipCost(
        operators={},
        network=cost(fmean(one.network_cycles for one in run.patches)),
        finding_rows=Cost(),
        frontend_frame=cost(sum(one.frontend_cycles for one in run.patches) / frames),
        answer=cost(max(one.answer_cycles for one in run.patches)),
        uncovered_share=0.0,
        later_share=0.0,
    )
