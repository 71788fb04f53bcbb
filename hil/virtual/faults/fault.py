# SPDX-License-Identifier: Apache-2.0
"""What every fault of a machine can do, and what it may ask of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hil.virtual.peripheral import AnyPeripheral
from hil.virtual.run_loop import RunLoop
from hil.virtual.stm32.flash_controller import FlashController
from hil.virtual.stm32.rcc_base import RccBase
from hil.virtual.system import Events

MID_CLIP_BYTES = 30_000
"""Bytes from the host after which a fault in mid-clip strikes: as a rule within the first clip."""


class FaultyMachine(Events, Protocol):
    """What faults need of the machine."""

    rcc: RccBase
    flash: FlashController
    loop: RunLoop
    peripherals: dict[str, AnyPeripheral]
    """By their names."""

    hse_present: bool
    lse_present: bool
    """Whether the board's clock and its crystal run."""

    def reset(self) -> None:
        """Pull the reset line."""

    def power_on(self) -> None:
        """Take the power away and give it back."""

    def watchdog_reset(self) -> None:
        """Reset as the independent watchdog does."""

    def port_fails(self) -> None:
        """Take the host's serial port away until it is opened again."""


class Fault:
    """One fault of one machine; it does nothing until the machine calls it."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        self.machine = machine
        self.name = name
        """Under which it asks for calls at a time."""
        self.struck = 0
        """How often it has struck."""

    def reset(self) -> None:
        """Prepare for a start: called at the end of each reset, power-on included."""

    def host_sent(self, count: int) -> None:
        """Take note that the host has put so many bytes on the line."""

    def on_time(self) -> None:
        """Strike: the time has come that was asked for."""


class MidClipFault(Fault):
    """A fault that strikes once, when the host has sent `after_bytes` to this machine."""

    after_bytes = MID_CLIP_BYTES

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        self._sent = 0

    def host_sent(self, count: int) -> None:
        """Strike when enough has been sent."""
        self._sent += count
        if not self.struck and self._sent >= self.after_bytes:
            self.machine.schedule(self.name, self.machine.now_ps)

    def on_time(self) -> None:
        """Strike once."""
        self.struck += 1
        self.strike()

    def strike(self) -> None:
        """Do what the fault does."""
        raise NotImplementedError


def find_peripheral(peripherals: Mapping[str, AnyPeripheral], prefix: str) -> AnyPeripheral:
    """The first peripheral whose name begins so; families count some and not others."""
    return next(found for name, found in peripherals.items() if name.startswith(prefix))
