# SPDX-License-Identifier: Apache-2.0
"""What a command gives to the suite is read before pytest is started: its faults come at once.

Imported at every start of `mel2metal`: nothing heavy at module level.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from rich.console import Console

from hil.option_table import add_options

MANY_CLIPS = 100
"""Beyond which decoding takes a second and more."""


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace | None:
    """The options of the suite among pytest's; None if pytest is to say what is wrong with them."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    add_options(parser.add_argument)
    try:
        return parser.parse_known_args(arguments)[0]
    except argparse.ArgumentError:
        return None


def check_inputs(given: argparse.Namespace, console: Console) -> None:
    """Raise InputError or ToolError for what cannot be run."""
    from generator.repository import WORK_DIR
    from hil.boards.virtual_board import virtual_fault_names
    from hil.clips.clip_set import load_clips, refuse_unreadable
    from hil.options import read_options
    from sounds.place import find_directory

    options = read_options(vars(given).get, virtual_fault_names())
    if options.boards:
        directory = find_directory(options.sounds, os.environ, WORK_DIR)
        clips = load_clips(directory, options.folds, options.clips).clips
        if len(clips) > MANY_CLIPS:
            console.print(
                f"[sounds]   {len(clips)} clips: decoded once, to find faults", markup=False
            )
        refuse_unreadable(clips)
