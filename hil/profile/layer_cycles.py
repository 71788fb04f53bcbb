# SPDX-License-Identifier: Apache-2.0
"""Cycles by layer on a board, by its own counter: what the image with taps says of a patch.

The image with taps is another one than the product's: the same kernels and the same order of work,
with a read of DWT CYCCNT wherever the work goes over to another operator. What only that image does
is counted apart. Network, front-end and answer are measured with the product's image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from generator.boards.record import BoardSpec
from generator.engines.engine import BUILTIN
from generator.errors import Fault, InputError, ToolError
from generator.wire import TAP_CYCLES
from hil.bench.attribution import FINDING_ROWS
from hil.bench.model_facts import operator_facts
from hil.bench.record import Cost
from hil.bench.run import bench_sound, measure
from hil.options import Options
from hil.profile.groups import OTHER_WORK, title_of
from hil.report.files import write_json
from hil.session import BoardSession, open_session

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class LayerCycles:
    """One operator, or the work between them."""

    index: int | None
    """The operator's; None: finding rows."""
    title: str
    name: str
    """The operator's in the model; empty for finding rows."""
    cycles: int
    """For a patch."""


@dataclass(frozen=True, slots=True)
class BoardProfile:
    """One patch on one board."""

    schema: int
    board: str
    core: str
    core_clock_hz: int
    cycles_are: str
    """`measured` on silicon; `estimated` where a virtual board is behind the probe."""
    toolchain: str
    model: str
    model_sha256: str
    frontend: str
    kernels: str
    optimise: str
    tap_firmware_sha256: str
    """Of the image that the layers are measured with."""
    layers: tuple[LayerCycles, ...]
    taps_cycles: int
    """For a patch, what only that image does; in none of the rows."""
    network: Cost
    """For a patch, measured with the product's image: without the reads of the counter."""
    frontend_frame: Cost
    answer: Cost

    @property
    def network_cycles(self) -> int:
        """Of the product's image."""
        return self.network.measured_cycles or self.network.table_cycles or 0

    @property
    def layers_cycles(self) -> int:
        """Sum of the rows."""
        return sum(row.cycles for row in self.layers)


def profile_board(
    options: Options, spec: BoardSpec, on_progress: Callable[[str], None]
) -> BoardProfile:
    """Measure a board: first the product's image, then the one with taps.

    Raises InputError for another engine than the built-in one; ToolError where a board or a tool
    failed, or where the board does not tell its cycles.
    """
    if options.engine != BUILTIN:
        what = f"the layers of {options.engine} cannot be told on a board"
        raise InputError([Fault("--engine", what, "make bench measures it as a whole")])
    on_progress("[profile]  the product's image: network, front-end and answer as a whole")
    whole = measure(options, spec, on_progress)
    on_progress("[profile]  the image with taps: cycles by layer")
    with open_session(options, spec, taps=True, on_progress=on_progress) as session:
        cycles = _cycles_of_patch(session)
        facts = {one.index: one for one in operator_facts(options)}
        *operators, finding, taps = cycles
        rows = [
            LayerCycles(index, title_of(index, facts), facts[index].name, count)
            for index, count in enumerate(operators)
            if count and index in facts
        ]
        finding += sum(operators) - sum(row.cycles for row in rows)
        rows.append(LayerCycles(None, OTHER_WORK[FINDING_ROWS], "", finding))
        return BoardProfile(
            schema=SCHEMA,
            board=spec.id,
            core=spec.core,
            core_clock_hz=session.hello.core_clock_hz,
            cycles_are=session.board.cycles_are,
            toolchain=session.image.toolchain,
            model=options.model.stem,
            model_sha256=whole.model_sha256,
            frontend=session.frontend.name,
            kernels=options.kernels,
            optimise=options.optimise,
            tap_firmware_sha256=session.image.firmware_sha256,
            layers=tuple(rows),
            taps_cycles=taps,
            network=whole.network,
            frontend_frame=whole.frontend_frame,
            answer=whole.answer,
        )


def _cycles_of_patch(session: BoardSession) -> list[int]:
    """Cycles of each operator, of finding rows and of the taps, for the bench's first patch."""
    frames = session.twin.features(bench_sound(session.frontend))[: session.hello.frames]
    run = session.play_patch(1, frames, [TAP_CYCLES])
    told = run.rows.get(TAP_CYCLES, {}).get(0, b"")
    expected = 4 * (session.hello.operators + 2)
    if len(told) != expected:
        what = f"{session.board.spec.id}: {len(told)} bytes of cycles came, not {expected}"
        raise ToolError(what, "build the image with taps again, and repeat this")
    return [int(value) for value in np.frombuffer(told, "<u4")]


def board_cells(profile: BoardProfile) -> Iterator[tuple[str, ...]]:
    """A row an operator, finding rows, and their sum."""
    whole = profile.layers_cycles
    clock_khz = profile.core_clock_hz / 1e3
    for row in (*profile.layers, LayerCycles(None, "whole", "", whole)):
        share = f"{100 * row.cycles / max(1, whole):.2f}"
        yield row.title, f"{row.cycles:,}", share, f"{row.cycles / clock_khz:.3f}"


def board_lines(profile: BoardProfile) -> Iterator[str]:
    """What stands below the table."""
    mine, product = profile.layers_cycles, profile.network_cycles
    percent = 100 * (mine - product) / max(1, product)
    yield f"network of the product's image, a patch: {product:,} cycles"
    yield (
        f"the sum of the rows is off by {percent:+.2f} % from that: they have the reads "
        "of the counter in them, and the patch is the clip's first"
    )
    yield f"what only the image with taps does, in no row: {profile.taps_cycles:,} cycles"
    if profile.cycles_are != "measured":
        yield "~ cycles are those of a virtual board: estimated"


def write_board_profile(path: Path, profile: BoardProfile) -> None:
    """Write it whole or not at all."""
    write_json(path, asdict(profile))
