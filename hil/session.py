# SPDX-License-Identifier: Apache-2.0
"""The test bench: one board with its image, the link to it, and the two judges beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from generator.boards.record import BoardSpec
from generator.host.twin import HostTwin, build_host_twin
from generator.locks import hold_lock
from generator.wire import Hello
from hil.boards.board import Board, BoardAbsentError, CallMeter
from hil.boards.elf import Symbols
from hil.boards.identity import Identity, check_identity, expected_core_clock_hz
from hil.boards.image import Firmware, build_firmware
from hil.boards.serial_board import SerialBoard
from hil.boards.virtual_board import VirtualBoard
from hil.clips.clip_set import ClipSet
from hil.clips.model_card import read_provenance
from hil.clips.truth import why_no_accuracy
from hil.judges.oracle import Oracle
from hil.link.client import Link
from hil.report.records import BoardRecord

if TYPE_CHECKING:
    from hil.options import Options

NETWORK_FUNCTION = "network_push_frame_s8"
FRONTEND_FUNCTION = "frontend_push_q15"
"""Gate and mel front-end, and below it `FRAME_FUNCTION`, which has the network's work."""

FRAME_FUNCTION = "take_frame"


@dataclass
class Bench:
    """What a test works with. `hello` is what the device said at the last reset."""

    board: Board
    firmware: Firmware
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
            board=self.board.spec.id,
            engine=self.firmware.engine,
            core_clock_hz=expected_core_clock_hz(self.board.spec, self.hello.core_clock_hz),
            firmware_sha256=self.firmware.firmware_sha256,
            model_sha256=self.firmware.model_sha256,
            labels=self.firmware.labels,
            rule=self.firmware.rule,
            taps=self.firmware.taps,
        )

    @property
    def remedy(self) -> str:
        """What to do when HELLO says something else."""
        if self.board.virtual:
            return f"remove {self.firmware.project_dir} and run again"
        return f"flash {self.firmware.hex} (docs/hil.md says how) and run again"

    @cached_property
    def oracle(self) -> Oracle:
        """The reference interpreter on the same model."""
        return Oracle(self.firmware.model)

    def record(self, clips: ClipSet) -> BoardRecord:
        """What the report says of board and image."""
        provenance = read_provenance(self.firmware.model, self.firmware.model_sha256)
        cross_validated = provenance.cross_validated
        if cross_validated and not self.firmware.rule_is_the_models:
            cross_validated += ", without this threshold"
        return BoardRecord(
            board=self.board.spec.id,
            virtual=self.board.virtual,
            engine=self.hello.engine,
            core_clock_hz=self.hello.core_clock_hz,
            model=self.firmware.model.name,
            model_sha256=self.firmware.model_sha256,
            firmware_sha256=self.firmware.firmware_sha256,
            toolchain=self.firmware.toolchain,
            cycles_are=self.board.cycles_are,
            labels=self.firmware.labels,
            head=self.firmware.rule.head.value,
            thresholds=self.firmware.rule.thresholds,
            other=self.firmware.rule.other,
            accuracy_unmeasured=why_no_accuracy(self.firmware, clips),
            source=clips.source,
            properties=self.board.properties(),
            footprint=self.firmware.footprint,
            trained_folds=provenance.folds,
            cross_validated=cross_validated,
        )


@contextmanager
def open_bench(
    options: Options,
    spec: BoardSpec,
    *,
    taps: bool = False,
    told: Callable[[str], None] = lambda line: None,
) -> Iterator[Bench]:
    """Lock the board, build, load, reset, shake hands; let go of everything in the end.

    `told` gets a line at each step, since some take seconds.
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
                image = f"{spec.id}-tap" if taps else spec.id
                told(f"[firmware] {image}: up to a minute where something changed")
                firmware = build_firmware(options, spec.id, taps=taps)
                symbols = Symbols(firmware.elf)
                told(f"[twin]     {image}: its portable C, compiled for this machine")
                twin = build_host_twin(firmware.project_dir)
                told(f"[board]    {image}: load and greet")
                port = board.open(firmware)
            link = Link(port, clock_s=board.clock_s, describe_address=symbols.describe)
            meters = {
                name: meter
                for name in (NETWORK_FUNCTION, FRONTEND_FUNCTION, FRAME_FUNCTION)
                if (meter := board.watch(name)) is not None
            }
            bench = Bench(board, firmware, link, link.handshake(), twin, meters)
            bench.check_identity()
            yield bench
        finally:
            board.close()
