# SPDX-License-Identifier: Apache-2.0
"""`mel2metal diverge`: two things that run one model, and the first place where they part.

0: they agree in every bit. 1: they part. 2: something given is wrong. 3: a tool or board failed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from generator.errors import Fault, InputError
from generator.host.model_twin import build_model_twins
from generator.host.twin import HostTwin, build_host_twin
from generator.notices import notices_apart
from generator.project.manifest import ProjectInfo
from hil.diverge.float_model import FloatModel
from hil.diverge.picture import draw_features
from hil.diverge.sides import BoardSide, FloatSide, HostSide, InterpreterSide, Side
from hil.diverge.walk import Layer, Task, Walk, walk
from hil.judges.oracle import Oracle
from hil.options import Options, read_options
from hil.session import open_session
from sounds.decode import Samples, read_sound

EXIT_PARTED = 1

NOT_ASKED: Mapping[str, Any] = {"virtual_fault": (), "folds": None, "clips": None, "sounds": None}
"""Options of a run of tests that have no meaning here."""

HOST, INTERPRETER, VIRTUAL, FLOAT = "host", "litert", "virtual:", "float:"


@dataclass(frozen=True, slots=True)
class _Named:
    """A side as it was asked for."""

    option: str
    text: str

    @property
    def board(self) -> str | None:
        """The board's name; None for a side of this machine."""
        if self.text in (HOST, INTERPRETER) or self.text.startswith((f"{HOST}:", FLOAT)):
            return None
        return self.text.removeprefix(VIRTUAL)

    @property
    def is_deaf(self) -> bool:
        """Whether it is a network alone."""
        return self.text == INTERPRETER or self.text.startswith(FLOAT)

    @property
    def is_virtual(self) -> bool:
        """Whether it is an emulated board."""
        return self.text.startswith(VIRTUAL)


def run_diverge(options: argparse.Namespace, console: Console) -> int:
    """Open both sides, walk, print."""
    named = (_Named("--a", options.a), _Named("--b", options.b))
    chosen = _options_of(options, named)

    say = notices_apart(lambda line: console.print(line, style="dim", markup=False, soft_wrap=True))
    with ExitStack() as stack:
        say(f"[host]     {chosen[0].model.name}: its C, compiled for this machine")
        twin = _model_twin(chosen[0])
        info = twin.project.info
        samples = read_sound(options.clip, info.frontend.sample_rate_hz).samples
        oracle = Oracle(chosen[0].model, info.patch, info.arrangements)
        if oracle.note:
            say(f"[oracle]   {oracle.note}")
        a, b = (
            _open(one, its, _References(twin, oracle), stack, say)
            for one, its in zip(named, chosen, strict=True)
        )
        say(
            f"[walk]     {len(samples) / info.frontend.sample_rate_hz:.1f} s of sound to both sides"
        )
        found = walk(a, b, replace(_task(info, oracle, samples, options), say=say))
    _print(console, options.clip, (a, b), found)
    if options.picture is not None:
        sentence = "no picture: one side has no front-end"
        if found.features is not None:
            names = (a.name, b.name)
            sentence = draw_features(options.picture, names, found.features, found.place)
        console.print(sentence, markup=False, soft_wrap=True)
    return EXIT_PARTED if found.parts else 0


@dataclass(frozen=True, slots=True)
class _References:
    """What every comparison needs, whatever its sides are."""

    twin: HostTwin
    oracle: Oracle


def _options_of(options: argparse.Namespace, named: Sequence[_Named]) -> list[Options]:
    """The options of each side, a board's with its name; every fault at once."""
    faults: list[Fault] = []
    if all(one.is_deaf for one in named):
        what = "neither has a front-end: nothing would hear the clip"
        faults.append(Fault("--a, --b", what, "name host or a board for one of them"))
    if not options.clip.is_file():
        faults.append(Fault(str(options.clip), "is not there", "name a sound file"))
    read: list[Options] = []
    for one in named:
        values = {**vars(options), **NOT_ASKED}
        values["board"] = [one.board] if one.board else []
        values["virtual"] = one.is_virtual
        try:
            read.append(read_options(values.get))
        except InputError as error:
            faults += [
                replace(fault, where=f"{one.option} {one.text}: {fault.where}")
                for fault in error.faults
            ]
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return read


def _model_twin(options: Options) -> HostTwin:
    return build_model_twins(options.model, options.labels, options.threshold, options.frontend)[0]


def _open(
    named: _Named,
    options: Options,
    references: _References,
    stack: ExitStack,
    say: Callable[[str], None],
) -> Side:
    """One side; a board's session is closed with the stack."""
    if named.text == HOST:
        return HostSide("host build", references.twin)
    if named.text == INTERPRETER:
        return InterpreterSide("reference interpreter", references.oracle)
    if named.text.startswith(FLOAT):
        path = Path(named.text.removeprefix(FLOAT))
        return FloatSide(f"float model {path.name}", FloatModel(path, references.oracle))
    if named.board is None:
        return _project_side(named, references)
    spec = next(iter(options.boards.values()))
    session = stack.enter_context(open_session(options, spec, taps=True, on_progress=say))
    kind = "virtual" if named.is_virtual else "board"
    return BoardSide(f"{kind} {spec.id}", session)


def _project_side(named: _Named, references: _References) -> Side:
    folder = Path(named.text.removeprefix(f"{HOST}:"))
    twin = build_host_twin(folder)
    made_of, wanted = twin.project.info, references.twin.project.info
    if made_of.model_sha256 != wanted.model_sha256:
        what = f"it was made from {made_of.model_name}, not from {wanted.model_name}"
        raise InputError([Fault(f"{named.option} {named.text}", what, "name its model by --model")])
    return HostSide(f"host build of {folder}", twin)


def _task(info: ProjectInfo, oracle: Oracle, samples: Samples, options: argparse.Namespace) -> Task:
    layers = tuple(
        Layer(one.index, one.kind, one.name, *oracle.quantisation(one.index))
        for one in info.operators
    )
    scale, zero_point = oracle.input_scale
    return Task(
        samples,
        info.frontend.record,
        info.frontend.patches,
        scale,
        zero_point,
        layers,
        info.labels,
        options.steps,
        options.patch,
    )


def _print(console: Console, clip: Path, sides: tuple[Side, Side], found: Walk) -> None:
    def out(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, soft_wrap=True)

    out(f"{clip.name}\n  a: {sides[0].name}\n  b: {sides[1].name}")
    for stage in found.stages:
        if not stage.parts:
            out(f"{stage.name:9} {stage.agreed}", "green")
            continue
        out(f"{stage.name:9} {stage.parted[0]}", "bold red")
        for line in stage.parted[1:]:
            out(f"{'':9} {line}")
    if found.parts:
        first = next(stage for stage in found.stages if stage.parts)
        out(f"they part first at: {first.name}", "bold red")
    else:
        out("they agree in every bit", "bold green")
