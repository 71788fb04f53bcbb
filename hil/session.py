# SPDX-License-Identifier: Apache-2.0
"""One board with its image, the link to it, and the two reference implementations beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property

from generator.boards.record import BoardSpec
from generator.host.twin import HostTwin, build_host_twin
from generator.locks import hold_lock
from generator.wire.messages import (
    Hello,
)
from hil.boards.board import Board, BoardAbsentError, CallMeter
from hil.boards.elf import ImageSymbols
from hil.boards.identity import Identity, check_identity, expected_core_clock_hz
from hil.boards.image import BuiltImage, build_image
from hil.boards.serial_board import SerialBoard
from hil.boards.virtual_board import VirtualBoard
from hil.clips.clip_set import ClipSet
from hil.clips.model_card import read_provenance
from hil.clips.truth import why_no_accuracy
from hil.judges.oracle import Oracle
from hil.link.client import Link
from hil.options import Options
from hil.report.records import BoardRecord

NETWORK_FUNCTION = "network_push_frame_s8"
FRONTEND_FUNCTION = "frontend_push_q15"
"""Gate and mel front-end, and below it `FRAME_FUNCTION`, which has the network's work."""

FRAME_FUNCTION = "take_frame"


@dataclass
class BoardSession:
    """What a test works with. `hello` is what the device said at the last reset."""

    board: Board
    image: BuiltImage
    link: Link
    hello: Hello
    twin: HostTwin
    """The project's portable C, compiled for this host."""

    meters: dict[str, CallMeter] = field(default_factory=dict)

    def reset(self) -> None:
        """Restart the device where that is possible, and shake hands anew."""
        self.board.reset()
        self.hello = self.link.handshake()
        self.check_identity()

    def check_identity(self) -> None:
        """Raise HandshakeError where the device is not what this run is about."""
        check_identity(self.hello, self.link.read_rule(), self.expected, self.remedy)

    @property
    def expected(self) -> Identity:
        """What HELLO must say."""
        return Identity(
            project=self.image.project.info,
            engine=self.image.engine,
            core_clock_hz=expected_core_clock_hz(self.board.spec, self.hello.core_clock_hz),
            firmware_sha256=self.image.firmware_sha256,
        )

    @property
    def remedy(self) -> str:
        """What to do when HELLO says something else."""
        if self.board.virtual:
            return f"remove {self.image.project.directory} and run again"
        return f"flash {self.image.hex} (docs/hil.md says how) and run again"

    @cached_property
    def oracle(self) -> Oracle:
        """The reference interpreter on the same model."""
        return Oracle(self.image.model)

    def record(self, clips: ClipSet) -> BoardRecord:
        """What the report says of board and image."""
        project = self.image.project.info
        provenance = read_provenance(self.image.model, project.model_sha256)
        cross_validated = provenance.cross_validated
        if cross_validated and not self.image.rule_is_the_models:
            cross_validated += ", without this threshold"
        return BoardRecord(
            board=self.board.spec.id,
            virtual=self.board.virtual,
            cycles_are=self.board.cycles_are,
            identity=self.expected,
            patch_frames=self.hello.frames,
            model=self.image.model.name,
            toolchain=self.image.toolchain,
            accuracy_unmeasured=why_no_accuracy(project, clips, has_labels=self.image.has_labels),
            source=clips.source,
            properties=self.board.properties(),
            footprint=self.image.footprint,
            trained_folds=provenance.folds,
            cross_validated=cross_validated,
        )


@contextmanager
def open_session(
    options: Options,
    spec: BoardSpec,
    *,
    taps: bool = False,
    on_progress: Callable[[str], None] = lambda line: None,
) -> Iterator[BoardSession]:
    """Lock the board, build, load, reset, shake hands; let go of everything in the end.

    `on_progress` gets a line at each step, since some take seconds.
    Raises ToolError or InputError in the user's words.
    """
    board: Board = VirtualBoard(spec) if options.virtual else SerialBoard(spec, options.port)
    reason = board.unavailable_reason()
    if reason is not None:
        raise BoardAbsentError(f"board {spec.id} is not available: {reason}")
    # Each process has a virtual board of its own; silicon there is only once.
    lock = nullcontext() if board.virtual else hold_lock(options.build_dir, f"board-{spec.id}")
    with lock:
        try:
            # Whatever reads the project's folder does so before another run may build in it.
            with hold_lock(options.build_dir, f"firmware-{spec.id}"):
                name = f"{spec.id}-tap" if taps else spec.id
                on_progress(f"[firmware] {name}: up to a minute where something changed")
                image = build_image(options, spec.id, taps=taps)
                symbols = ImageSymbols(image.elf)
                on_progress(f"[twin]     {name}: its portable C, compiled for this machine")
                twin = build_host_twin(image.project.directory)
                on_progress(f"[board]    {name}: load and greet")
                port = board.open(image)
            link = Link(port, clock_s=board.clock_s, describe_address=symbols.describe)
            meters = {
                name: meter
                for name in (NETWORK_FUNCTION, FRONTEND_FUNCTION, FRAME_FUNCTION)
                if (meter := board.watch(name)) is not None
            }
            session = BoardSession(board, image, link, link.handshake(), twin, meters)
            session.check_identity()
            yield session
        finally:
            board.close()
