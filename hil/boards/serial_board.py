# SPDX-License-Identifier: Apache-2.0
"""A real board behind its serial port, without a probe: programmed by hand or by a command.

Neither need be trusted: the firmware sends the SHA-256 of what really lies in its flash, and the
handshake refuses any other image.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import serial
from serial.tools import list_ports

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from hil.boards.board import CallMeter
from hil.boards.image import BuiltImage
from hil.boards.programmer import NoProgrammerError, Programmer
from hil.link.client import SerialPort

WRITE_TIMEOUT_S = 5.0


class SerialBoard:
    """A board at `port` (a device or a pyserial URL), or at the only ST-LINK port there is."""

    virtual = False
    cycles_are = "measured"

    def __init__(
        self, spec: BoardSpec, port: str | None, programmer: Programmer | None = None
    ) -> None:
        """`programmer`: None where the board carries its image already."""
        self.spec = spec
        self._named_port = port
        self._programmer = programmer
        self._programmed: BuiltImage | None = None
        self._serial: serial.SerialBase | None = None

    def unavailable_reason(self) -> str | None:
        """No such port, no ST-LINK, or more than one and none named."""
        if self._named_port is not None:
            port = self._named_port
            is_path = "://" not in port and port.startswith("/")
            return f"there is no {port}" if is_path and not Path(port).exists() else None
        found = self._stlink_ports()
        if not found:
            return (
                f"no probe's serial port (USB vendor {self.spec.probe.usb_vid:04x}) is attached; "
                "attach the board, name its port by --port, or run the image with --virtual"
            )
        if len(found) > 1:
            return f"{len(found)} probes are attached ({', '.join(found)}); name one by --port"
        return None

    def _stlink_ports(self) -> Sequence[str]:
        ports = list_ports.comports()
        return sorted(port.device for port in ports if port.vid == self.spec.probe.usb_vid)

    def open(self, image: BuiltImage) -> SerialPort:
        """Program `image` the first time, if that can be done, and open the port.

        Whether it lies there the handshake will tell.
        """
        if self._programmer is not None and self._programmed != image:
            self._programmer.program(image)
        self._programmed = image
        port = self._named_port or self._stlink_ports()[0]
        try:
            self._serial = serial.serial_for_url(
                port, baudrate=self.spec.uart.baud, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except (serial.SerialException, ValueError) as error:
            raise ToolError(
                f"cannot open {port}: {error}",
                f"free the port; the board must carry {image.hex} (docs/hil.md says how)",
            ) from error
        self._serial.reset_input_buffer()
        opened: SerialPort = self._serial
        return opened

    def reset(self) -> None:
        """Nothing: a serial port cannot reset the core. The next HELLO starts afresh instead."""

    def reflash(self) -> None:
        """Program the image again; the tool resets the board behind it."""
        if self._programmer is None or self._programmed is None:
            raise NoProgrammerError("nothing writes this board's flash", "give --flash-command")
        self._programmer.program(self._programmed)

    def power_cycle(self) -> bool:
        """False: no such command is known."""
        return False

    def clock_s(self) -> float:
        """The host's own clock."""
        return time.monotonic()

    def watch(self, function: str) -> CallMeter | None:
        """None: a Cortex-M33 cannot count instructions."""
        return None

    def properties(self) -> dict[str, str]:
        """The port, and the probe's serial number where the system knows it."""
        port = self._named_port or (self._serial.port if self._serial is not None else "")
        serial_numbers = {p.device: p.serial_number or "" for p in list_ports.comports()}
        return {"port": str(port), "probe": serial_numbers.get(str(port), "")}

    def close(self) -> None:
        """Close the port."""
        if self._serial is not None:
            self._serial.close()
            self._serial = None
