# SPDX-License-Identifier: Apache-2.0
"""How one board is reached: its debug probe, its serial port, and what switches its power."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """One board as it is on a desk or in a rack."""

    board: str
    """Its key in boards.yaml."""

    probe: str | None
    """The whole unique id of its debug probe as pyOCD has it; None: it has none."""

    port: str | None
    """Its serial port: a device, or a URL of pyserial. None: the one of the probe."""

    power_cycle: str | None = None
    """Command that takes its power away and gives it back; None: nothing can."""

    @property
    def virtual(self) -> bool:
        """Whether its probe, or without one its port, is that of a virtual board."""
        return (self.probe or self.port or "").startswith(("virtual:", "virtual://"))

    @property
    def place(self) -> str:
        """What is locked: the probe, or without one the port."""
        return self.probe or self.port or self.board

    def __str__(self) -> str:
        told = [f"probe {self.probe}"] if self.probe else []
        return ", ".join([*told, f"port {self.port or 'not known'}"])
