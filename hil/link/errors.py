# SPDX-License-Identifier: Apache-2.0
"""What can go wrong on the link, in words that say where to look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generator.errors import ToolError
from generator.wire import (
    NO_CLIP_ID,
    Refusal,
)
from generator.wire.messages import (
    FaultReport,
    Refused,
)
from hil.link.core_fault import describe_fault

ENGINE_ERROR, ENGINE_ERROR_MASK = 0x100_0000, 0xFF_FFFF
"""INTERNAL's detail where the network's engine failed: this bit, and the engine's own code below
it (network/network.h of a project with such an engine)."""

_CAUSED_BY_THE_LINE = {Refusal.DAMAGED, Refusal.SEQUENCE, Refusal.OVERRUN, Refusal.LINE}


class LinkError(ToolError):
    """Base of all failures of a conversation with a device."""

    @property
    def is_repeatable(self) -> bool:
        """True where line, port or power may be the cause, so that sending again may help."""
        return False

    @property
    def needs_programming(self) -> bool:
        """True where the board must be programmed again before anything can help."""
        return False


class HandshakeError(LinkError):
    """Nobody answers."""

    @property
    def is_repeatable(self) -> bool:
        """True: whoever is there may answer later."""
        return True


class WrongDeviceError(HandshakeError):
    """Another device, image, model or protocol answers than this run is about."""

    @property
    def is_repeatable(self) -> bool:
        """False: it will not become the right one."""
        return False


class LinkLostError(LinkError):
    """The port itself failed."""

    @property
    def is_repeatable(self) -> bool:
        """True, once the port is open again."""
        return True


class LinkSilentError(LinkError):
    """The device owes an answer and sends nothing."""

    @property
    def is_repeatable(self) -> bool:
        """True."""
        return True


class FrameLostError(LinkError):
    """A frame from the device came damaged, or not at all."""

    @property
    def is_repeatable(self) -> bool:
        """True."""
        return True


class BoardRestartedError(LinkError):
    """The firmware restarted though nobody had asked for it."""

    def __init__(self, cause: str, ended: str = "", *, by_self_check: bool = False) -> None:
        """`ended`: how the run before ended, where the firmware has kept that.

        `by_self_check`: it ended it by itself, having found its memory damaged.
        """
        self.by_self_check = by_self_check
        behind = f": {ended}" if ended else ""
        super().__init__(f"the board restarted in mid-clip (reset cause: {cause}){behind}")

    @property
    def is_repeatable(self) -> bool:
        """True, after a new handshake."""
        return True


class CycleCounterError(LinkError):
    """The device's cycle counter is stopped, or was stopped in mid-clip: its cycles mean nothing.

    A debugger that disconnects stops it (DEMCR.TRCENA); the firmware sets it going again at the
    next HELLO_REQUEST and CLIP_BEGIN.
    """

    def __init__(self, what: str, remedy: str = "", *, lost: bool = False) -> None:
        self._lost = lost
        super().__init__(what, remedy)

    @property
    def is_repeatable(self) -> bool:
        """True where it was lost on the way, and counts again after a handshake."""
        return self._lost


class RefusedError(LinkError):
    """The device refused a frame, or sent what makes no sense."""

    def __init__(self, what: str, remedy: str = "", code: Refusal | None = None) -> None:
        self.code = code
        super().__init__(what, remedy)

    @property
    def is_repeatable(self) -> bool:
        """True where bytes were damaged or lost on the line."""
        return self.code in _CAUSED_BY_THE_LINE

    @classmethod
    def from_message(cls, message: Refused) -> RefusedError:
        """Put REFUSED into words."""
        code = next((refusal for refusal in Refusal if refusal == message.code), None)
        name = f"code {message.code}" if code is None else code.name
        detail = str(message.detail)
        if code is Refusal.INTERNAL and message.detail & ENGINE_ERROR:
            detail = f"error 0x{message.detail & ENGINE_ERROR_MASK:06x} of the network's engine"
        clip = "no clip" if message.clip_id == NO_CLIP_ID else f"clip {message.clip_id}"
        if code is Refusal.WEIGHTS:
            return WeightsDamagedError(f"CRC-32 0x{message.detail:08x}; {clip} has no answer")
        what = (
            f"the device refused frame {message.sequence} ({name}, detail {detail}; "
            f"due was frame {message.expected_sequence}; {clip} dropped)"
        )
        return cls(what, "", code)


class WeightsDamagedError(RefusedError):
    """The firmware finds that constants in its flash are not as they were generated."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"weights in the board's flash have changed: the firmware found {found}",
            "program the board again (leave --no-flash out); where it happens again, the flash or "
            "the supply of this board is faulty",
            Refusal.WEIGHTS,
        )

    @property
    def needs_programming(self) -> bool:
        """True: the flash stays as it is until then."""
        return True


class DeviceFaultError(LinkError):
    """The core took a fault; the report tells where and why."""

    def __init__(self, report: FaultReport, describe_address: Callable[[int], str]) -> None:
        self.report = report
        super().__init__(describe_fault(report, describe_address))


class RecoveryError(LinkError):
    """Nothing that could be tried made the device answer again."""

    def __init__(self, what: str, first: LinkError, tried: Sequence[str]) -> None:
        lines = "".join(f"\n  {line}" for line in tried)
        super().__init__(
            f"{what}: {first.what}\nand nothing that was tried helped:{lines}",
            first.remedy or "docs/hil.md has a table of symptoms",
        )
