# SPDX-License-Identifier: Apache-2.0
"""The board behind an attachment, with whatever programs it."""

from __future__ import annotations

from collections.abc import Callable

from generator.boards.record import BoardSpec
from hil.boards.attachment import Attachment
from hil.boards.board import Board
from hil.boards.probe_board import ProbeBoard
from hil.boards.programmer import CommandProgrammer, Programmer
from hil.boards.pyocd_programmer import PyocdProgrammer
from hil.boards.serial_board import SerialBoard
from hil.boards.virtual_board import VirtualBoard
from hil.options import Options


def make_board(
    options: Options,
    spec: BoardSpec,
    attachment: Attachment,
    on_progress: Callable[[str], None] = lambda line: None,
) -> Board:
    """A board of this process's own emulator, one behind a probe, or one with a port alone.

    With --no-flash, and for a port alone without --flash-command, nothing is programmed.
    """
    programmer = _make_programmer(options, spec, attachment.probe, on_progress)
    if attachment.virtual:
        return VirtualBoard(spec, attachment, programmer, options.virtual_faults)
    if attachment.probe is not None and isinstance(programmer, PyocdProgrammer):
        return ProbeBoard(spec, attachment, programmer)
    return SerialBoard(spec, attachment, programmer)


def _make_programmer(
    options: Options, spec: BoardSpec, probe: str | None, on_progress: Callable[[str], None]
) -> Programmer | None:
    if options.no_flash:
        return None
    if options.flash_command is not None:
        return CommandProgrammer(options.flash_command, probe, on_progress=on_progress)
    if probe is None:
        return None
    return PyocdProgrammer(spec, probe, options.pack, on_progress)
