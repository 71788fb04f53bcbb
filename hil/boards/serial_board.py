# SPDX-License-Identifier: Apache-2.0
"""A board behind its serial port: programmed by a tool of the user's own, or by hand.

The harness need not trust either: the firmware sends the SHA-256 of what really is in its flash,
and the handshake refuses any other image.
"""

from __future__ import annotations

import time

import serial

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from hil.boards.attachment import Attachment
from hil.boards.board import BoardAbsentError, CallMeter
from hil.boards.image import BuiltImage
from hil.boards.network_port import open_port
from hil.boards.power import cycle_power
from hil.boards.programmer import NoProgrammerError, Programmer
from hil.link.serial_port import SerialPort

WRITE_TIMEOUT_S = 5.0


class SerialBoard:
    """A board at the port of its attachment; `programmer` None: it carries its image already."""

    virtual = False
    cycles_are = "measured"

    def __init__(
        self, spec: BoardSpec, attachment: Attachment, programmer: Programmer | None
    ) -> None:
        self.spec = spec
        self.attachment = attachment
        self._programmer = programmer
        self._programmed: BuiltImage | None = None
        self._serial: serial.SerialBase | None = None

    def unavailable_reason(self) -> str | None:
        """A board whose serial port nothing tells."""
        if self.attachment.port is None:
            return (
                f"its probe {self.attachment.probe} has no serial port; name the one that the "
                "board's UART is wired to by --port, or in the inventory"
            )
        return None

    def open(self, image: BuiltImage) -> SerialPort:
        """Program `image` the first time, if that can be done, and open the port.

        Whether it is there the handshake will tell.
        """
        if self._programmer is not None and self._programmed != image:
            self._programmer.program(image)
        self._programmed = image
        return self._open_port(image)

    def _open_port(self, image: BuiltImage) -> SerialPort:
        port = self.attachment.port
        if port is None:
            raise BoardAbsentError(f"board {self.spec.id}: {self.unavailable_reason()}")
        try:
            self._serial = open_port(
                port, baud=self.spec.uart.baud, write_timeout_s=WRITE_TIMEOUT_S
            )
            self._drop_line()
        except (OSError, ValueError) as error:
            raise ToolError(
                f"cannot open {port}: {error}",
                f"free the port; the board must carry {image.hex} (docs/hil.md says how)",
            ) from error
        opened: SerialPort = self._serial
        return opened

    def _drop_line(self) -> None:
        """Throw away what is on the line, both ways. Raises OSError where the port has gone."""
        if self._serial is None:
            return
        try:
            self._serial.reset_input_buffer()
            self._serial.reset_output_buffer()
        except _terminal_errors() as error:
            raise serial.SerialException(f"{self.attachment.port}: {error}") from error

    def reset(self) -> bool:
        """False: a serial port cannot reset the core. The next HELLO starts afresh instead."""
        return False

    def reflash(self) -> None:
        """Program the image again; raises NoProgrammerError where nothing can."""
        if self._programmer is None or self._programmed is None:
            raise NoProgrammerError(
                "nothing writes this board's flash", "give --flash-command, or leave --no-flash out"
            )
        self._programmer.program(self._programmed, always=True)

    def power_cycle(self) -> bool:
        """Run the attachment's command. Raises ToolError where it fails."""
        return cycle_power(self.attachment.power_cycle)

    def clock_s(self) -> float:
        """The host's own clock."""
        return time.monotonic()

    def watch(self, function: str) -> CallMeter | None:
        """None: a Cortex-M33 cannot count instructions."""
        return None

    def properties(self) -> dict[str, str]:
        """The port and the probe."""
        return {"port": self.attachment.port or "", "probe": self.attachment.probe or ""}

    def release(self) -> None:
        """Close the port."""
        self.close()

    def close(self) -> None:
        """Close the port."""
        if self._serial is not None:
            self._serial.close()
            self._serial = None


def _terminal_errors() -> tuple[type[Exception], ...]:
    """What pyserial lets through on POSIX and should not: no OSError, though the system's."""
    try:
        import termios
    except ImportError:
        return ()
    return (termios.error,)
