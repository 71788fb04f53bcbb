# SPDX-License-Identifier: Apache-2.0
"""Play the bench's clip on a virtual board, and say of every instruction what it was for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.project.manifest import PORTABLE
from hil.bench.attribution import operator_records, owners_of
from hil.bench.model_facts import operator_facts
from hil.bench.run import PATCHES, bench_sound
from hil.bench.virtual_cost import cost_of_clip
from hil.boards.debug_info import places_of
from hil.boards.virtual_board import VirtualBoard
from hil.options import Options
from hil.profile.groups import by_function, by_layer, by_line
from hil.profile.record import SCHEMA, ProfileRecord
from hil.profile.sources import Sources
from hil.profile.stacks import Part, contexts_of, parts_of
from hil.profile.tree import Node, tree_of
from hil.session import open_session

PATCHES_OF_PORTABLE = 1
"""The portable kernels take seven times as many instructions: a trace of two patches is full."""


@dataclass(frozen=True, slots=True)
class Profiled:
    """One run: the record and what it was made from."""

    record: ProfileRecord
    parts: tuple[Part, ...]
    tree: Node
    sources: Sources
    elf: Path


def profile_virtual(
    options: Options, spec: BoardSpec, on_progress: Callable[[str], None]
) -> Profiled:
    """Build, load, play, attribute.

    Raises InputError for a model that cannot be built; ToolError where a tool failed, or where the
    parts do not sum to what the core counted.
    """
    with open_session(options, spec, on_progress=on_progress) as session:
        board, image = session.board, session.image
        assert isinstance(board, VirtualBoard), "asked for by --virtual"
        patches = PATCHES_OF_PORTABLE if options.kernels == PORTABLE else PATCHES
        on_progress(f"[profile]  play {patches} patches and trace every instruction")
        profiler = board.start_profile()
        run = session.play_clip(1, bench_sound(session.frontend, patches))
        traced = board.take_profile(profiler)
        on_progress(f"[profile]  attribute {traced.instructions:,} instructions")
        places = places_of(image.elf, traced.executed_addresses)
        owners = owners_of(traced.calls, operator_records(traced.addresses))
        numbers, contexts = contexts_of(traced.calls, owners, places)
        parts = parts_of(traced.by_address(numbers), contexts, places)
        _check(parts, traced.instructions)
        facts = {one.index: one for one in operator_facts(options)}
        sources = Sources(image.project.directory)
        clip = cost_of_clip(traced, session.frontend, len(run.patches))
        record = ProfileRecord(
            schema=SCHEMA,
            board=spec.id,
            core=spec.core,
            core_clock_hz=session.hello.core_clock_hz,
            virtual=True,
            toolchain=image.toolchain,
            firmware_sha256=image.firmware_sha256,
            model=options.model.stem,
            model_sha256=image.project.info.model_sha256,
            frontend=session.frontend.name,
            kernels=options.kernels,
            optimise=options.optimise,
            patches=len(run.patches),
            instructions=traced.instructions,
            cycles=sum(part.cycles for part in parts),
            network=clip.network,
            frontend_frame=clip.frontend_frame,
            answer=clip.answer,
            layers=by_layer(parts, facts),
            functions=by_function(parts, traced.calls),
            lines=by_line(parts, sources.text),
        )
        tree = tree_of(parts, facts, f"{record.model} on {record.board}")
        return Profiled(record, tuple(parts), tree, sources, image.elf)


def _check(parts: list[Part], counted: int) -> None:
    """Raise ToolError unless the parts are all that the core executed."""
    found = sum(part.instructions for part in parts)
    if found != counted:
        what = f"{found:,} instructions were attributed, the core counted {counted:,}"
        raise ToolError(what, "this is a mistake of the profiler; please report it")
