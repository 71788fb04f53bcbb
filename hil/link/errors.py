# SPDX-License-Identifier: Apache-2.0
"""What can go wrong on the link, in words that say where to look."""

from __future__ import annotations

from collections.abc import Callable

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


class LinkError(ToolError):
    """Base of all failures of a conversation with a device."""


class HandshakeError(LinkError):
    """Nobody answers, or the wrong one."""


class LinkLostError(LinkError):
    """The port itself failed."""


class LinkSilentError(LinkError):
    """The device owes an answer and sends nothing."""


class FrameLostError(LinkError):
    """A frame from the device came damaged, or not at all."""


class RefusedError(LinkError):
    """The device refused a frame, or sent what makes no sense."""

    def __init__(self, what: str, remedy: str = "", code: Refusal | None = None) -> None:
        self.code = code
        super().__init__(what, remedy)

    @classmethod
    def from_message(cls, message: Refused) -> RefusedError:
        """Put REFUSED into words."""
        code = next((refusal for refusal in Refusal if refusal == message.code), None)
        name = f"code {message.code}" if code is None else code.name
        clip = "no clip" if message.clip_id == NO_CLIP_ID else f"clip {message.clip_id}"
        what = (
            f"the device refused frame {message.sequence} ({name}, detail {message.detail}; "
            f"due was frame {message.expected_sequence}; {clip} dropped)"
        )
        return cls(what, "", code)


class DeviceFaultError(LinkError):
    """The core took a fault; the report tells where and why."""

    def __init__(self, report: FaultReport, describe_address: Callable[[int], str]) -> None:
        self.report = report
        super().__init__(describe_fault(report, describe_address))
