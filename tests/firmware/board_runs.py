# SPDX-License-Identifier: Apache-2.0
"""A generated project, changed or not, on the virtual board; a host that talks to it by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from generator.boards.record import BoardSpec
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.toolchain.build import run_make
from generator.toolchain.locate import Toolchain
from generator.wire import (
    BOOT_NONCE,
    TAP_MASK_BYTES,
    Frame,
    FrameReader,
    encode_frame,
    mask_of,
)
from generator.wire.messages import (
    Credit,
    Frames,
    Hello,
    HelloRequest,
    Memory,
    MemoryRequest,
    Message,
    PatchResult,
    Tap,
    TapSelect,
)
from hil.virtual.faults.names import VirtualFault
from hil.virtual.machine import Machine
from hil.virtual.symbols import Segment, read_elf

BOOT_S = 0.3
"""Virtual time for the boot, the hash of the image included."""

FRAMES = 16
BANDS = 64
"""A patch of `tests.support.tiny_model`."""

Projects = Callable[[str], Path]
"""The built project of a board, by the board's name."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file of a project: the old text, which must be there, and the new one."""

    path: str
    old: str
    new: str


def build_changed(
    project: Path, target: Path, edits: tuple[Edit, ...], board: BoardSpec, toolchain: Toolchain
) -> Path:
    """Copy a built project, change it, build what changed; return the ELF."""
    shutil.copytree(project, target)
    for edit in edits:
        path = target / edit.path
        text = path.read_text(encoding="utf-8")
        assert text.count(edit.old) == 1, f"{edit.path} does not hold {edit.old!r} once"
        path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    run_make(target, board, toolchain)
    return target / OUTPUT_DIR / f"{IMAGE_NAME}.elf"


class BoardRun:
    """A virtual board from power-on, and the frames that went to and fro."""

    def __init__(
        self,
        elf: Path,
        patch: Callable[[list[Segment]], list[Segment]] | None = None,
        board: str = "u585",
        revision: str | None = None,
        faults: Collection[VirtualFault] = (),
    ):
        """Load and reset; ``patch`` may change what is in flash, ``revision`` the silicon."""
        segments, _ = read_elf(elf)
        self.machine = Machine(board, revision, faults=faults)
        self.machine.load_segments(patch(segments) if patch else segments)
        self.machine.reset()
        self._reader = FrameReader()
        self._sequence = 0

    def greet(self, seconds: float = 0.05) -> list[Message]:
        """Say hello; return what came until some time later, but for the start's own HELLO."""
        self._sequence = 1
        messages = self.exchange(b"\0" + encode_frame(HelloRequest(nonce=1), 0), seconds)
        return [m for m in messages if not isinstance(m, Hello) or m.nonce != BOOT_NONCE]

    def send(self, *messages: Message, seconds: float) -> list[Message]:
        """Send messages and wait; return what came."""
        data = b""
        for message in messages:
            data += encode_frame(message, self._sequence)
            self._sequence = (self._sequence + 1) % 256
        return self.exchange(data, seconds)

    def exchange(self, data: bytes, seconds: float) -> list[Message]:
        """Send bytes, run, and return the messages that came, but for CREDIT."""
        self.machine.send(data)
        self.machine.run(seconds=seconds)
        received = bytes(self.machine.line.from_board)
        self.machine.line.from_board.clear()
        frames = list(self._reader.feed(received))
        assert all(isinstance(frame, Frame) for frame in frames), frames
        messages = [frame.message for frame in frames if isinstance(frame, Frame)]
        return [message for message in messages if not isinstance(message, Credit)]


def exercise(run: BoardRun) -> tuple[Hello, PatchResult, Memory]:
    """Boot, greet, one patch through the network with its last operator tapped, memory."""
    run.machine.run(seconds=BOOT_S)
    (hello,) = run.greet()
    assert isinstance(hello, Hello)
    half = FRAMES // 2
    patch = [Frames(patch_id=9, first_frame=at, cells=bytes(half * BANDS)) for at in (0, half)]
    tap, result = run.send(
        TapSelect(mask_of([hello.operators - 1], TAP_MASK_BYTES)), *patch, seconds=0.1
    )
    assert isinstance(tap, Tap)
    assert isinstance(result, PatchResult)
    (memory,) = run.send(MemoryRequest(), seconds=0.02)
    assert isinstance(memory, Memory)
    run.machine.run(seconds=2.5)  # longer than the watchdog's period
    return hello, result, memory


def elf_of(project: Path) -> Path:
    """The image of a built project."""
    return project / OUTPUT_DIR / f"{IMAGE_NAME}.elf"


def hello_of(run: BoardRun) -> Hello:
    """Greet a board that has booted."""
    *_, hello = run.greet()
    assert isinstance(hello, Hello)
    return hello


def boot(run: BoardRun, seconds: float = BOOT_S) -> Hello:
    """Let it boot, and greet."""
    run.machine.run(seconds=seconds)
    return hello_of(run)


def memory_of(run: BoardRun) -> Memory:
    """What MEMORY says."""
    (memory,) = run.send(MemoryRequest(), seconds=0.02)
    assert isinstance(memory, Memory)
    return memory
