# SPDX-License-Identifier: Apache-2.0
"""DMAMUX1 of the STM32L4+: which request feeds which channel of DMA1 and DMA2 (RM0432 section 14).

Synchronisation, request generators and events are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule
from hil.virtual.stm32.dma_v1 import CHANNELS, DmaMultiplexed

if TYPE_CHECKING:
    from hil.virtual.machine import Machine

LINES = 14
REQUEST_MASK = 0x7F


class Dmamux(Peripheral):
    """DMAMUX1: one register a line; lines 0 to 6 feed DMA1, 7 to 13 DMA2."""

    REGISTERS: ClassVar[Mapping[int, Register]] = {
        4 * line: Register(f"C{line}CR", 0, REQUEST_MASK) for line in range(LINES)
    }

    def __init__(
        self, machine: Machine, name: str, base: int, controllers: Sequence[DmaMultiplexed]
    ) -> None:
        self.controllers = tuple(controllers)
        for controller in controllers:
            controller.dmamux = self
        super().__init__(machine, name, base)

    def request(self, line: int) -> int:
        """Request that a line passes on; 0: none."""
        return self.values[f"C{line}CR"]

    def write(self, offset: int, size: int, value: int) -> None:
        """Choose a line's request, while its channel is off; one request has one line."""
        line = offset >> 2
        name = f"C{line}CR"
        if name in self.values and value != self.values[name]:
            controller = self.controllers[line // CHANNELS]
            if controller.is_on(line % CHANNELS + 1):
                what = f"{name} is changed while its channel is on"
                raise self.broken(Rule.DMA_SETTINGS, what, offset)
            request = value & REQUEST_MASK
            others = {self.request(other) for other in range(LINES) if other != line}
            if request and request in others:
                what = f"request {request} already has a line"
                raise self.broken(Rule.DMA_SETTINGS, what, offset)
        super().write(offset, size, value)
