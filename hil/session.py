# SPDX-License-Identifier: Apache-2.0
"""One board with its image, the link to it, and the two reference implementations beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import count
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from generator.host.twin import HostTwin, build_host_twin
from generator.locks import hold_lock
from generator.model.patches import PatchRule
from generator.project.manifest import FrontendInfo
from generator.wire.messages import Check, Hello, Memory
from hil.answer import Answer, answer_of
from hil.boards.acquire import acquire
from hil.boards.board import Board, BoardAbsentError, CallMeter
from hil.boards.condition import conditions, warnings
from hil.boards.elf import ImageSymbols
from hil.boards.engine_licence import refuse_vendor_code
from hil.boards.fault_injection import FaultInjection, StruckClip
from hil.boards.identity import Identity, check_identity, expected_core_clock_hz
from hil.boards.image import BuiltImage, build_image
from hil.boards.make_board import make_board
from hil.boards.recovery import Recovery, Retry
from hil.boards.reset_cause import describe_reset
from hil.clips.clip_set import ClipSet
from hil.clips.model_card import read_provenance
from hil.clips.truth import why_no_accuracy
from hil.fault_modes.plan import FaultPlan
from hil.judges.oracle import Oracle
from hil.judges.reference import reference_note
from hil.link.client import Int8, Link
from hil.link.deadlines import silence_of
from hil.link.errors import LinkError, LinkLostError, WeightsDamagedError
from hil.link.played import ClipRun, PatchRun
from hil.link.serial_port import SerialPort
from hil.options import Options
from hil.report.check_records import CheckRecord
from hil.report.model import ImageLimits, MemoryRegion
from hil.report.records import BoardRecord
from sounds.decode import Samples, convert_samples, read_samples

NETWORK_FUNCTION = "network_push_frame_s8"
FRONTEND_FUNCTION = "frontend_push_q15"
"""Gate and mel front-end, and below it `FRAME_FUNCTION`, which has the network's work."""

FRAME_FUNCTION = "listener_take_frame"

_LIMITS = set(ImageLimits.model_fields)


@dataclass
class BoardSession:
    """What a test works with. `hello` is what the device said at the last reset."""

    board: Board
    image: BuiltImage
    link: Link
    twin: HostTwin
    """The project's portable C, compiled for this host."""

    meters: dict[str, CallMeter] = field(default_factory=dict)
    recovery: Recovery = field(default_factory=Recovery)
    injection: FaultInjection | None = None
    """Faults that strike the clips, where they were asked for."""

    hello: Hello = field(init=False)
    _clip_ids: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of the model, in its order."""
        return self.image.project.info.labels

    @property
    def frontend(self) -> FrontendInfo:
        """The image's front-end: what is played, and when answers are due."""
        return self.image.project.info.frontend

    @property
    def patches(self) -> PatchRule:
        """How a clip's frames become patches."""
        return self.frontend.patches

    def reset(self) -> None:
        """Restart the device where that is possible, and do the handshake again."""
        self.recovery.run(self, self._restart, again=lambda: None)

    def _restart(self) -> None:
        try:
            self.board.reset()
        except OSError as error:
            raise LinkLostError(f"the port failed: {error}") from error
        self.handshake()

    def handshake(self) -> None:
        """Do the handshake; raise WrongDeviceError if the device is not the one of this run."""
        self.hello = self.link.handshake()
        self.check_identity()

    def program_again(self, name: str = "") -> None:
        """Program the board, whatever is there, and do the handshake; `name` is for reports."""
        self.recovery.program(self, clip=name)

    def attach(self, port: SerialPort) -> None:
        """Go on over a port that the board opened again."""
        self.link.port = self.injection.attach(port) if self.injection is not None else port
        self.meters = watch_functions(self.board)

    def play(
        self,
        sound: str | PathLike[str] | npt.NDArray[np.int16] | npt.NDArray[np.floating],
        *,
        rate_hz: int | None = None,
        name: str = "",
    ) -> Answer:
        """Play one sound, and return what the board answers: decision, scores, cycles.

        `sound`: a file that libsndfile reads (WAV, FLAC, …), of any rate and number of channels; or
        samples [n], mono, int16 or floating point from -1 to 1, with `rate_hz` as their rate
        (default: the front-end's). Other rates are resampled. `name` is for reports of retries.
        Raises InputError for a sound that cannot be played, and LinkError where the board does not
        answer whatever was tried.
        """
        rate = self.frontend.sample_rate_hz
        if isinstance(sound, np.ndarray):
            samples = convert_samples(sound, rate if rate_hz is None else rate_hz, rate)
        else:
            samples = read_samples(Path(sound), rate)
            name = name or Path(sound).stem
        run = self.play_clip(next(self._clip_ids), samples, name=name)
        project, clock_hz = self.image.project.info, self.hello.core_clock_hz
        return answer_of(run, project, clock_hz, self.board.cycles_are)

    def play_clip(
        self, clip_id: int, samples: Samples, flags: int = 0, *, name: str = ""
    ) -> ClipRun:
        """Play a clip, by whatever means it takes where the link fails; `name` is for reports.

        Meters count its last attempt, and what the link itself repeated.
        """

        def attempt() -> ClipRun:
            for meter in self.meters.values():
                meter.clear()
            return self.link.play_clip(clip_id, samples, flags)

        run, retries = self.recovery.run(self, attempt, clip=name)
        return replace(run, retries=retries)

    def play_patch(self, patch_id: int, frames: Int8, operators: Sequence[int] = ()) -> PatchRun:
        """Play a patch of frames through an image with taps, as `play_clip` does a clip."""
        run, retries = self.recovery.run(
            self, lambda: self.link.play_patch(patch_id, frames, operators)
        )
        return replace(run, retries=retries)

    def read_memory(self) -> Memory:
        """Ask what memory was used since reset.

        Raises ToolError where more stack was used than the image can use: then its bound is wrong.
        """
        memory = self.recovery.run(self, self.link.read_memory)[0]
        bound = (self.image.footprint.get("stack") or {}).get("bound_bytes")
        if bound is not None and memory.stack_high_water_bytes > bound:
            used = memory.stack_high_water_bytes
            what = f"{used} bytes of stack were used, and the bound of the image is {bound}"
            raise ToolError(what, "report it as a defect of generator/toolchain/stack_bound")
        return memory

    def read_check(self) -> Check:
        """Have the firmware look at its memories; damaged weights are programmed again."""
        return self.recovery.run(self, self.link.read_check)[0]

    def check_weights(self, *, at_end: bool = False) -> CheckRecord | None:
        """What the report says of such a look.

        At the end of a run nothing is done for a board that does not answer any more: None.
        """
        try:
            check = self.link.read_check() if at_end else self.read_check()
        except WeightsDamagedError:
            check = self.read_check()
        except LinkError:
            if not at_end:
                raise
            return None
        spec, crc = self.board.spec, check.weights_crc_generated
        return CheckRecord(spec.id, at_end, crc, check.weights_bytes)

    def check_identity(self) -> None:
        """Raise WrongDeviceError where the device is not what this run is about."""
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
        return (
            "let the harness program it (through its probe or by --flash-command, without "
            f"--no-flash), or flash {self.image.hex} by hand; then run again"
        )

    @cached_property
    def oracle(self) -> Oracle:
        """The reference interpreter on the same model."""
        project = self.image.project.info
        return Oracle(self.image.model, project.patch, project.arrangements)

    @property
    def judges_note(self) -> str:
        """What the oracle does not judge by reference kernels, known without opening it."""
        return reference_note(one.kind for one in self.image.project.info.operators)

    def record(self, clips: ClipSet) -> BoardRecord:
        """What the report says of board and image."""
        project = self.image.project.info
        provenance = read_provenance(self.image.model, project.model_sha256)
        cross_validated = provenance.cross_validated
        if cross_validated and not self.image.rule_is_the_models:
            cross_validated += ", without this threshold"
        return BoardRecord(
            board=self.board.spec.id,
            # A virtual board that a server has is reached as silicon is; its cycles are none.
            virtual=self.board.virtual or self.board.cycles_are == "estimated",
            cycles_are=self.board.cycles_are,
            identity=self.expected,
            model=self.image.model.name,
            toolchain=self.image.toolchain,
            accuracy_unmeasured=why_no_accuracy(project, clips, has_labels=self.image.has_labels),
            source=clips.source,
            properties={
                **self.board.properties(),
                **conditions(self.board.spec.family, self.hello, self.link.describe_address),
                **({"interpreter": note} if (note := self.judges_note) else {}),
            },
            footprint=self.image.footprint,
            placed=self.image.placed,
            trained_folds=provenance.folds,
            cross_validated=cross_validated,
            limits=ImageLimits(**self.board.spec.budgets.model_dump(include=_LIMITS)),
            memories=tuple(
                MemoryRegion(**memory.model_dump()) for memory in self.board.spec.memories
            ),
        )


def watch_functions(board: Board) -> dict[str, CallMeter]:
    """Meters of the functions whose instructions are reported, of those that can be counted."""
    names = (NETWORK_FUNCTION, FRONTEND_FUNCTION, FRAME_FUNCTION)
    return {name: meter for name in names if (meter := board.watch(name)) is not None}


@contextmanager
def open_session(
    options: Options,
    spec: BoardSpec,
    *,
    taps: bool = False,
    on_progress: Callable[[str], None] = lambda line: None,
    on_retry: Callable[[Retry], None] = lambda retry: None,
    on_struck: Callable[[StruckClip], None] = lambda struck: None,
) -> Iterator[BoardSession]:
    """Lock the board, build, load, reset, do the handshake; let go of everything in the end.

    `on_progress` gets a line at each step, since some take seconds; `on_retry` every step that was
    taken because the link failed; `on_struck` what became of the faults of a clip.
    Raises ToolError or InputError in the user's words.
    """
    with acquire(options, spec, on_progress, beside=taps) as attachment:
        board = make_board(options, spec, attachment, on_progress)
        try:
            reason = board.unavailable_reason()
            if reason is not None:
                raise BoardAbsentError(f"board {spec.id} is not available: {reason}")
            # Whatever reads the project's folder does so before another run may build in it.
            with hold_lock(options.build_dir, f"firmware-{spec.id}", on_wait=on_progress):
                name = f"{spec.id}-tap" if taps else spec.id
                on_progress(f"[firmware] {name}: up to a minute where something changed")
                image = build_image(options, spec.id, taps=taps, on_notice=on_progress)
                symbols = ImageSymbols(image.elf)
                if board.virtual:
                    refuse_vendor_code(image.engine, symbols)
                on_progress(f"[twin]     {name}: its portable C, compiled for this machine")
                twin = build_host_twin(image.project.directory)
                on_progress(f"[board]    {name}: program what differs, then handshake")
                port = board.open(image)
            injection = None
            if options.fault_rates and not taps:
                plan = FaultPlan(options.fault_seed, options.fault_rates)
                injection = FaultInjection(plan, board, on_struck)
                for mode in injection.leave_out_what_has_no_place():
                    on_progress(f"[fault]    {name}: {mode}: the image has no place for it")
                port = injection.attach(port)
            on_trouble = injection.note if injection is not None else lambda error: None
            recovery = Recovery(
                on_retry, on_trouble=on_trouble, core_faults_too=injection is not None
            )
            link = Link(
                port,
                clock_s=board.clock_s,
                describe_address=symbols.describe,
                describe_reset=partial(describe_reset, spec.family),
                on_retry=recovery.note_repetition,
                on_trouble=on_trouble,
                silence_s=silence_of(image.project.info.frontend.step_ms / 1e3),
            )
            session = BoardSession(
                board, image, link, twin, watch_functions(board), recovery, injection
            )
            recovery.run(session, session.handshake, again=lambda: None)
            for warning in warnings(spec.family, session.hello, symbols.describe):
                on_progress(f"[board]    {name}: {warning}")
            if session.judges_note and not taps:
                on_progress(f"[oracle]   {session.judges_note}")
            yield session
        finally:
            board.release()
