# SPDX-License-Identifier: Apache-2.0
"""A board whose application speaks no link: built, programmed, reset, and left to itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.locks import hold_lock
from generator.project.applications import Application
from hil.boards.acquire import acquire
from hil.boards.board import Board, BoardAbsentError
from hil.boards.elf import ImageSymbols
from hil.boards.engine_licence import refuse_vendor_code
from hil.boards.image import BuiltImage, build_image
from hil.boards.make_board import make_board
from hil.link.serial_port import SerialPort
from hil.options import Options


@dataclass(frozen=True, slots=True)
class UnlinkedBoard:
    """A board that runs an image of such an application, and the port that its text comes from."""

    board: Board
    image: BuiltImage
    port: SerialPort


@contextmanager
def open_unlinked(
    options: Options,
    spec: BoardSpec,
    application: Application,
    on_progress: Callable[[str], None] = lambda line: None,
) -> Iterator[UnlinkedBoard]:
    """Lock the board, build, program what differs, reset; let go of everything in the end.

    No HELLO says what the board runs: what was written is read back through the probe. Raises
    ToolError or InputError in the user's words.
    """
    with acquire(options, spec, on_progress) as attachment:
        if attachment.probe is None and options.flash_command is None:
            what = f"board {spec.id}: only a port is known, and {application.name} speaks no link"
            raise ToolError(what, "name its probe by --probe, or how it is programmed")
        board = make_board(options, spec, attachment, on_progress)
        try:
            reason = board.unavailable_reason()
            if reason is not None:
                raise BoardAbsentError(f"board {spec.id} is not available: {reason}")
            with hold_lock(options.build_dir, f"firmware-{spec.id}", on_wait=on_progress):
                name = f"{spec.id}-{application.name}"
                on_progress(f"[firmware] {name}: up to a minute where something changed")
                image = build_image(
                    options, spec.id, taps=False, application=application, on_notice=on_progress
                )
                if board.virtual:
                    refuse_vendor_code(image.engine, ImageSymbols(image.elf))
                on_progress(f"[board]    {name}: program what differs, then reset")
                port = board.open(image)
            yield UnlinkedBoard(board, image, port)
        finally:
            board.release()
