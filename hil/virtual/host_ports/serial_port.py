# SPDX-License-Identifier: Apache-2.0
"""A pyserial port onto a virtual board.

`virtual://u585` opens the machine registered as "u585"; `virtual://u585?image=PATH` makes one,
loads the ELF or HEX file into it and registers it. Reading runs the machine: `timeout` counts
virtual seconds, and nothing passes between two calls.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from serial import PortNotOpenError, SerialBase, SerialException

from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine

POLL_SECONDS = 0.001
"""Virtual time that `in_waiting` lets pass when nothing has come: a USB serial adapter hands over
what came within a millisecond, and so polling it ends."""


class Serial(SerialBase):  # type: ignore[misc]  # pyserial ships no types
    """The host's end of the board's COM port."""

    machine: Machine
    is_open: bool

    def open(self) -> None:
        """Attach to the machine that the URL names."""
        if self._port is None:
            raise SerialException("no port given")
        if self.is_open:
            raise SerialException("the port is already open")
        url = urlsplit(self.portstr)
        if url.scheme != "virtual" or not url.netloc:
            raise SerialException(f"{self.portstr!r} is not virtual://BOARD")
        machine = self._machine(url.netloc, parse_qs(url.query))
        self.machine = machine
        machine.port_is_gone = False
        self.is_open = True
        self._reconfigure_port()

    @staticmethod
    def _machine(name: str, query: dict[str, list[str]]) -> Machine:
        image = query.get("image")
        if image is None:
            machine = registry.lookup(name)
            if machine is None:
                raise SerialException(
                    f"no virtual board runs as {name!r}; register one or add ?image=PATH"
                )
            return machine
        path = Path(image[0])
        if not path.is_file():
            raise SerialException(f"no image at {path}")
        try:
            machine = Machine(name)
            machine.load_hex(path) if path.suffix == ".hex" else machine.load_elf(path)
        except ValueError as error:
            raise SerialException(str(error)) from error
        registry.register(name, machine)
        return machine

    def _reconfigure_port(self) -> None:
        if not 0 < self._baudrate <= 20_000_000:
            raise ValueError(f"invalid baud rate {self._baudrate}")
        if (self._bytesize, self._parity, self._stopbits) != (8, "N", 1):
            raise ValueError("the virtual line is 8N1")
        self.machine.line.baud = self._baudrate

    def close(self) -> None:
        """Detach; the machine lives on."""
        self.is_open = False

    def _require_open(self) -> None:
        if not self.is_open:
            raise PortNotOpenError
        self._require_device()

    def _require_device(self) -> None:
        if self.machine.port_is_gone:
            raise SerialException(f"{self.portstr}: the device is gone")

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once; lets a little virtual time pass when there are none."""
        self._require_open()
        if not self.machine.line.from_board:
            self.machine.run(POLL_SECONDS)
            self._require_device()
        return len(self.machine.line.from_board)

    def read(self, size: int = 1) -> bytes:
        """Read up to `size` bytes; runs the machine until they came or `timeout` has passed."""
        self._require_open()
        received = self.machine.line.from_board
        if len(received) < size:
            self.machine.run(self._timeout, until_bytes=size)
            self._require_device()
            if self._timeout is None and len(received) < size:
                raise SerialException("the firmware sleeps, and nothing will ever wake it")
        data = bytes(received[:size])
        del received[:size]
        return data

    def write(self, data: bytes) -> int:
        """Put bytes on the line; they arrive at the baud rate while the machine runs."""
        self._require_open()
        payload = bytes(data)
        self.machine.send(payload)
        return len(payload)

    def flush(self) -> None:
        """Run until everything written has arrived at the board."""
        self._require_open()
        self.machine.run_until_received()

    def reset_input_buffer(self) -> None:
        """Drop what the board has sent."""
        self._require_open()
        self.machine.line.forget_received()

    def reset_output_buffer(self) -> None:
        """Drop what is on its way to the board."""
        self._require_open()
        self.machine.line.drop_coming()

    @property
    def out_waiting(self) -> int:
        """Bytes on their way to the board."""
        self._require_open()
        return self.machine.line.bytes_coming

    def _update_break_state(self) -> None:
        """Break is not wired."""

    def _update_rts_state(self) -> None:
        """RTS is not wired."""

    def _update_dtr_state(self) -> None:
        """DTR is not wired."""

    @property
    def cts(self) -> bool:
        """CTS is not wired: always asserted."""
        return True

    dsr = cts
    cd = cts

    @property
    def ri(self) -> bool:
        """RI is not wired: never asserted."""
        return False
