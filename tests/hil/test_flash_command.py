# SPDX-License-Identifier: Apache-2.0
"""A board that a tool of the user's own programs: the handshake decides what that was worth.

The tool writes a file, and the emulated board starts with what lies there.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from generator.boards.record import BoardSpec
from hil.boards.attachment import Attachment
from hil.boards.image import BuiltImage, build_image
from hil.boards.programmer import CommandProgrammer
from hil.boards.serial_board import SerialBoard
from hil.link.client import Link
from hil.link.errors import WrongDeviceError
from hil.options import Options, read_options
from hil.session import BoardSession
from hil.virtual.host_ports import registry, serial_url

pytestmark = pytest.mark.slow

BOARD = "l475"
WRITE = "import sys; data = open(sys.argv[1], 'rb').read(); open(sys.argv[2], 'wb').write(data)"
OTHER_MODEL = bytes(range(32))


@pytest.fixture(scope="module")
def options(tiny_build: Path) -> Options:
    given = {"board": [BOARD], "virtual": True, "engine": "builtin"}
    given |= {"model": str(tiny_build / "m.tflite"), "build_dir": str(tiny_build)}
    return read_options(given.get)


@pytest.fixture(scope="module")
def image(options: Options) -> BuiltImage:
    return build_image(options, BOARD, taps=False)


@pytest.fixture
def flash(tmp_path: Path) -> Iterator[Path]:
    """What lies in the board's flash, as a file."""
    assert serial_url.__name__  # its import tells pyserial
    yield tmp_path / "flash.elf"
    registry.unregister(BOARD)


def begin(options: Options, image: BuiltImage, flash: Path, code: str | None) -> BoardSession:
    """A session with the board, programmed by Python code; None: with --no-flash."""
    spec: BoardSpec = options.boards[BOARD]
    attachment = Attachment(BOARD, None, f"virtual://{BOARD}?image={flash}")
    command = shlex.join([sys.executable, "-c", code or "", "{elf}", str(flash)])
    board = SerialBoard(spec, attachment, CommandProgrammer(command) if code else None)
    link = Link(board.open(image), clock_s=board.clock_s)
    session = BoardSession(board, image, link, cast(Any, None))
    session.handshake()
    return session


def test_what_the_tool_wrote_is_greeted_and_answers(
    options: Options, image: BuiltImage, flash: Path
) -> None:
    session = begin(options, image, flash, WRITE)
    assert session.hello.firmware_sha256.hex() == image.firmware_sha256
    assert session.read_memory().overruns == 0
    session.board.reflash()
    session.handshake()
    session.board.release()


def test_board_that_carries_the_image_already_needs_no_tool(
    options: Options, image: BuiltImage, flash: Path
) -> None:
    flash.write_bytes(image.elf.read_bytes())
    assert begin(options, image, flash, None).hello.board == BOARD


@pytest.mark.parametrize("by_tool", [True, False], ids=["flash-command", "no-flash"])
def test_firmware_of_another_model_is_refused_with_both_hashes_and_the_ways_out(
    options: Options, image: BuiltImage, flash: Path, *, by_tool: bool
) -> None:
    mine = bytes.fromhex(image.project.info.model_sha256)
    swap = f".replace(bytes.fromhex('{mine.hex()}'), bytes.fromhex('{OTHER_MODEL.hex()}'))"
    flash.write_bytes(image.elf.read_bytes().replace(mine, OTHER_MODEL))
    with pytest.raises(WrongDeviceError) as refused:
        begin(
            options, image, flash, WRITE.replace(".read()", f".read(){swap}") if by_tool else None
        )
    text = str(refused.value)
    assert f"expected {mine.hex()}\n    device   {OTHER_MODEL.hex()}" in text
    assert f"expected {image.firmware_sha256}" in text
    assert "--flash-command" in text
    assert f"flash {image.hex} by hand" in text
