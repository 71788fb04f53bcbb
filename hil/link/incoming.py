# SPDX-License-Identifier: Apache-2.0
"""What comes from a device, checked: frames whole and in order, of a program that runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from generator.wire import BOOT_NONCE, Frame, FrameReader, RunEnd
from generator.wire.messages import FaultReport, Hello, Message
from hil.link.errors import BoardRestartedError, DeviceFaultError, FrameLostError, LinkError
from hil.link.run_end import describe_end, fault_of


class IncomingFrames:
    """The device's frames; `sequence` is the number that is due."""

    def __init__(
        self, describe_address: Callable[[int], str], describe_reset: Callable[[int], str]
    ) -> None:
        self._describe_address = describe_address
        self._describe_reset = describe_reset
        self._reader = FrameReader()
        self.sequence = 0

    def clear(self) -> None:
        """Forget the piece of a frame that came last."""
        self._reader.clear()

    def feed(self, data: bytes) -> Sequence[object]:
        """Frames, and what is none: Frame, ProtocolMismatchError or another FrameError."""
        return list(self._reader.feed(data))

    def messages(self, data: bytes) -> Iterator[Message]:
        """The messages; raises a LinkError at the first thing that is not as it must be."""
        items = self.feed(data)
        for item in items:  # even after a frame that was cut short by it
            self.raise_fault(item)
            message = item.message if isinstance(item, Frame) else None
            if isinstance(message, Hello) and message.nonce == BOOT_NONCE:
                raise self.restarted(message)
        for item in items:
            if not isinstance(item, Frame):
                raise FrameLostError(f"a frame from the device is damaged: {item}")
            if item.sequence != self.sequence:
                raise FrameLostError(
                    f"frames from the device are missing: number {item.sequence} came where "
                    f"{self.sequence} was due"
                )
            self.sequence = (self.sequence + 1) & 0xFF
            yield item.message

    def raise_fault(self, item: object) -> None:
        """Raise DeviceFaultError for a report of a core fault."""
        if isinstance(item, Frame) and isinstance(item.message, FaultReport):
            raise DeviceFaultError(item.message, self._describe_address)

    def restarted(self, hello: Hello) -> LinkError:
        """The error for a device that has restarted, by the HELLO that shows it.

        After a core fault it is that, whether its FAULT_REPORT came or was lost on the line.
        """
        fault = fault_of(hello)
        if fault is not None:
            return DeviceFaultError(fault, self._describe_address)
        ended = describe_end(hello, self._describe_address)
        by_self_check = hello.run_end == RunEnd.SELF_CHECK
        cause = self._describe_reset(hello.reset_flags)
        return BoardRestartedError(cause, ended, by_self_check=by_self_check)


def program_of(hello: Hello) -> tuple[object, ...]:
    """What stays the same as long as the same firmware is on the same board."""
    hashes = (hello.firmware_sha256, hello.model_sha256, hello.frontend)
    sizes = (hello.sample_rate_hz, hello.frames, hello.bands, hello.classes, hello.operators)
    return (*hashes, *sizes, hello.board, hello.engine, hello.labels, hello.window_bytes)


def start_of(hello: Hello) -> tuple[object, ...]:
    """What stays the same from a start of the firmware to its next, beside `program_of`."""
    return (hello.core_clock_hz, hello.reset_flags, hello.resets)
