# SPDX-License-Identifier: Apache-2.0
"""`mel2metal profile`: trace, print, and leave JSON, listing and flame graph behind."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from generator.errors import Fault, InputError
from hil.options import Options, read_options
from hil.profile.code import code_listing
from hil.profile.flame import flame_graph
from hil.profile.layer_cycles import (
    board_cells,
    board_lines,
    profile_board,
    write_board_profile,
)
from hil.profile.record import write_profile
from hil.profile.run import Profiled, profile_virtual
from hil.profile.sources import listing, matching_files
from hil.profile.table import print_profile, print_table
from hil.profile.tree import folded

NOT_ASKED: Mapping[str, Any] = {"virtual_fault": (), "folds": None, "clips": None, "sounds": None}
"""Options of a run of tests that have no meaning here."""


def run_profile(given: argparse.Namespace, console: Console) -> int:
    """Profile on every board that was asked for; raises InputError or ToolError."""
    options = read_options({**vars(given), **NOT_ASKED}.get)
    faults = []
    if given.top < 1:
        faults.append(Fault("--top", f"{given.top} rows", "give 1 or more"))
    if given.svg is not None and len(options.boards) > 1:
        what = f"one file for {len(options.boards)} boards"
        faults.append(Fault("--svg", what, "name one board, or leave --svg out"))
    if not options.virtual:
        faults += [
            Fault(option, "a board on the desk tells cycles by layer alone", "add --virtual")
            for option in ("--lines", "--code", "--folded", "--svg")
            if getattr(given, option.removeprefix("--"))
        ]
    if faults:
        raise InputError(faults)
    for board in options.boards:
        if options.virtual:
            _profile_virtual(options, board, given, console)
        else:
            _profile_board(options, board, console)
    return 0


def _profile_board(options: Options, board: str, console: Console) -> None:
    """A board on the desk: cycles by layer."""

    def say(line: str) -> None:
        console.print(line, style="dim", markup=False, soft_wrap=True)

    here = replace(options, build_dir=options.build_dir / "profile" / "images")
    profile = profile_board(here, options.boards[board], say)
    title = f"{profile.model} on {board}, a patch, cycles {profile.cycles_are}"
    print_table(console, title, ("layer", "cycles", "%", "ms"), board_cells(profile))
    for line in board_lines(profile):
        console.print(line, markup=False, soft_wrap=True)
    path = options.build_dir / "profile" / board / "layers.json"
    write_board_profile(path, profile)
    console.print(str(path), markup=False, soft_wrap=True)


def _profile_virtual(
    options: Options, board: str, given: argparse.Namespace, console: Console
) -> None:
    def say(line: str) -> None:
        console.print(line, style="dim", markup=False, soft_wrap=True)

    here = replace(options, build_dir=options.build_dir / "profile" / "images")
    say(f"[profile]  {board}: build {options.model.name}, and its C for this machine")
    profiled = profile_virtual(here, options.boards[board], say)
    folder = options.build_dir / "profile" / board
    written = _write(profiled, folder, given.svg, with_stacks=given.folded)
    print_profile(console, profiled.record, given.top)
    rows = profiled.record.lines
    for file in matching_files(rows, given.lines) if given.lines else ():
        for line in listing(rows, file, profiled.sources, profiled.record.instructions):
            console.print(line, markup=False, soft_wrap=True)
    if given.code:
        for line in code_listing(profiled.elf, profiled.parts, given.code):
            console.print(line, markup=False, soft_wrap=True)
    for path in written:
        console.print(str(path), markup=False, soft_wrap=True)


def _write(profiled: Profiled, folder: Path, svg: Path | None, *, with_stacks: bool) -> list[Path]:
    """Write all files, each whole or not at all; their paths."""
    record, sources = profiled.record, profiled.sources
    notes = (
        f"{record.instructions:,} instructions for {record.patches} patches, exact; width is "
        "instructions, what is called stands above what calls it",
        f"{record.core} at {record.core_clock_hz / 1e6:g} MHz, virtual board, {record.kernels} "
        f"kernels, firmware {record.firmware_sha256[:12]}",
    )
    title = f"{record.model} on {record.board}"
    texts = {svg or folder / "flame.svg": flame_graph(profiled.tree, title, notes)}
    files = sorted({row.file for row in record.lines if row.file})
    texts[folder / "lines.txt"] = "\n".join(
        line
        for file in files
        for line in (*listing(record.lines, file, sources, record.instructions), "")
    )
    if with_stacks:
        texts[folder / "stacks.folded"] = "\n".join(folded(profiled.tree)) + "\n"
    for path, text in texts.items():
        _write_text(path, text)
    write_profile(folder / "profile.json", record)
    return [folder / "profile.json", *texts]


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
