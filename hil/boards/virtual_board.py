# SPDX-License-Identifier: Apache-2.0
"""The emulated board: the same image, the same link, no silicon.

Only this module knows the emulator, and only once a virtual board is opened.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection
from importlib import metadata
from typing import Any

import serial

from generator.boards.record import BoardSpec
from hil.boards.board import CallMeter
from hil.boards.image import BuiltImage
from hil.link.client import SerialPort

_NUMBERS = itertools.count()


def virtual_fault_names() -> tuple[str, ...]:
    """The faults that a virtual board can be given, by their names."""
    from hil.virtual.faults.names import VirtualFault

    return tuple(fault.value for fault in VirtualFault)


class VirtualBoard:
    """A machine of `hil.virtual` under a name of its own, reached by `virtual://<name>`.

    `faults`: names of `virtual_fault_names`.
    """

    virtual = True
    cycles_are = "estimated"

    def __init__(self, spec: BoardSpec, faults: Collection[str] = ()) -> None:
        self.spec = spec
        self._faults = tuple(faults)
        self._machine: Any = None
        self._name = ""
        self._serial: serial.SerialBase | None = None

    def unavailable_reason(self) -> str | None:
        """Packages of the emulator that are missing, or a board that it does not model."""
        from hil.virtual.availability import unavailable_reason

        return unavailable_reason(self.spec)

    def open(self, image: BuiltImage) -> SerialPort:
        """Load the ELF into the machine's flash and let it go."""
        # Importing serial_url registers the URL with pyserial.
        from hil.virtual.faults.names import parse_faults
        from hil.virtual.host_ports import registry, serial_url  # noqa: F401
        from hil.virtual.machine import Machine

        kind = "tap" if image.project.info.taps else "release"
        self._name = f"{self.spec.id}-{kind}-{os.getpid()}-{next(_NUMBERS)}"
        self._machine = Machine(self.spec, faults=parse_faults(self._faults))
        self._machine.load_elf(image.elf)
        self._machine.reset()
        registry.register(self._name, self._machine)
        self._serial = serial.serial_for_url(
            f"virtual://{self._name}", baudrate=self.spec.uart.baud
        )
        port: SerialPort = self._serial
        return port

    def reset(self) -> None:
        """Pull the machine's reset line; what lay on the line is gone."""
        self._machine.reset()
        if self._serial is not None:
            self._serial.reset_input_buffer()
            self._serial.reset_output_buffer()

    def clock_s(self) -> float:
        """The machine's own time."""
        return float(self._machine.seconds)

    def watch(self, function: str) -> CallMeter | None:
        """Count a function's instructions from outside, by its symbol; None without the symbol."""
        try:
            meter: CallMeter = self._machine.watch(function)
        except KeyError:
            return None
        return meter

    def properties(self) -> dict[str, str]:
        """The emulator and its version."""
        emulator = f"unicorn {metadata.version('unicorn')}"
        faults = {"faults": ", ".join(self._faults)} if self._faults else {}
        return {"port": f"virtual://{self._name}", "emulator": emulator} | faults

    def close(self) -> None:
        """Close the port and the machine."""
        if self._serial is not None:
            self._serial.close()
            self._serial = None
        if self._machine is not None:
            from hil.virtual.host_ports import registry

            registry.unregister(self._name)
            self._machine.close()
            self._machine = None
