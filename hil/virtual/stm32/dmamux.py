# SPDX-License-Identifier: Apache-2.0
"""DMAMUX1 of the STM32L4+ and H7: which request feeds which channel of DMA1 and DMA2.

RM0432 section 14, RM0433 section 17, RM0455 section 17. Synchronisation, request generators and
events are not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

from hil.virtual.peripheral import Peripheral, Register
from hil.virtual.rules import Rule

REQUEST_MASK = 0x7F


class RequestLines(Protocol):
    """What a DMA controller asks of its DMAMUX."""

    def selection(self, line: int) -> tuple[int, str]:
        """Request that a line passes on (0: none), and how messages say so."""


class Fed(Protocol):
    """What a DMAMUX asks of a DMA controller."""

    dmamux: RequestLines | None

    def line_is_on(self, line: int) -> bool:
        """Whether the channel of one of the controller's own lines, counted from 0, is enabled."""


def _lines(count: int) -> dict[int, Register]:
    return {4 * line: Register(f"C{line}CR", 0, REQUEST_MASK) for line in range(count)}


class Dmamux(Peripheral[object]):
    """DMAMUX1 of the L4+: lines 0 to 6 feed DMA1, 7 to 13 DMA2."""

    LINES_EACH: ClassVar[int] = 7
    """Lines that each controller has."""
    REGISTERS: ClassVar[Mapping[int, Register]] = _lines(14)

    def __init__(self, system: object, name: str, base: int, controllers: Sequence[Fed]) -> None:
        self.controllers = tuple(controllers)
        for controller in controllers:
            controller.dmamux = self
        super().__init__(system, name, base)

    def request(self, line: int) -> int:
        """Request that a line passes on; 0: none."""
        return self.values[f"C{line}CR"]

    def selection(self, line: int) -> tuple[int, str]:
        """Request that a line passes on (0: none), and how messages say so."""
        request = self.request(line)
        return request, f"DMAMUX1_C{line}CR.DMAREQ_ID = {request}"

    def write(self, offset: int, size: int, value: int) -> None:
        """Choose a line's request, while its channel is off; one request has one line."""
        line = offset >> 2
        name = f"C{line}CR"
        if name in self.values and value != self.values[name]:
            controller = self.controllers[line // self.LINES_EACH]
            if controller.line_is_on(line % self.LINES_EACH):
                what = f"{name} is changed while its channel is on"
                raise self.broken(Rule.DMA_SETTINGS, what, offset)
            request = value & REQUEST_MASK
            lines = self.LINES_EACH * len(self.controllers)
            others = {self.request(other) for other in range(lines) if other != line}
            if request and request in others:
                what = f"request {request} already has a line"
                raise self.broken(Rule.DMA_SETTINGS, what, offset)
        super().write(offset, size, value)


class DmamuxH7(Dmamux):
    """DMAMUX1 of the H7: lines 0 to 7 feed DMA1, 8 to 15 DMA2."""

    LINES_EACH: ClassVar[int] = 8
    REGISTERS: ClassVar[Mapping[int, Register]] = _lines(16)
