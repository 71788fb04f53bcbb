# SPDX-License-Identifier: Apache-2.0
"""`mel2metal inspect`: a model before anything is built, and sounds in the range of its input."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.boards.boards_file import load_boards
from generator.commands.model_options import add_model_settings, network_of
from generator.commands.sound_reader import (
    SoundReader,
    need_reader,
    saturation_of_clips,
    some_of,
)
from generator.network import Network
from generator.terminal.frontend_lines import print_saturation
from generator.terminal.inspect_table import print_inspection


def add_inspect(look: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    look.add_argument("model", type=Path, nargs="?", help="the .tflite (default: the shipped one)")
    add_model_settings(look)
    look.add_argument(
        "--sounds",
        type=Path,
        metavar="DIR",
        help="sounds whose features are held against the model's input (default: the data set)",
    )
    look.set_defaults(run=inspect)


def inspect(options: argparse.Namespace, console: Console) -> int:
    """Print all; 2 if the model fits no board."""
    boards = load_boards(options.boards_file)
    network = network_of(options)
    if options.sounds is not None:  # what cannot be read is told before anything else
        reader = need_reader(options.reader)
        for clip in some_of(reader.clips(options.sounds)):
            reader.samples(clip, network.frontend.sample_rate_hz)
    exit_code = print_inspection(console, network, boards)
    _hold_against_sounds(options.sounds, options.reader, network, console)
    return exit_code


def _hold_against_sounds(
    named: Path | None, reader: SoundReader | None, network: Network, console: Console
) -> None:
    if named is not None:
        reader = need_reader(reader)
    clips = reader.clips(named) if reader is not None else ()
    if reader is None or not clips:
        console.print("features: not held against sounds (--sounds DIR)")
        return
    quantised, record = network.graph.input, network.frontend
    clips = some_of(clips)
    print_saturation(
        console,
        saturation_of_clips(reader, clips, record, quantised.scale, quantised.zero_point),
    )
    note = reader.note(clips, record.sample_rate_hz, record.high_hz)
    if note:
        console.print(f"note: {note}", markup=False, soft_wrap=True)
