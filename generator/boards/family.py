# SPDX-License-Identifier: Apache-2.0
"""What a family of parts is to the generator: one `Family`, in `families/<name>/family.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from generator.boards.checks import Complaint
from generator.boards.clock_tree import ClockTree
from generator.boards.part_facts import DebugIdentity, PartFacts
from generator.boards.port_values import UartValues, Vector
from generator.boards.record import BoardSpec, Memory, Uart


class Port(Protocol):
    """Register values of one board: what a family's `make_port` returns, whatever the family.

    The templates see it as `port`: those of core/ ask for the vectors, the others for what the
    family has besides.
    """

    @property
    def uart(self) -> UartValues:
        """The UART of the link."""

    @property
    def vectors(self) -> tuple[Vector, ...]:
        """Interrupt lines of the part, by number."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of parts: how a record is read and checked, and what its port is made of."""

    name: str
    """As boards.yaml has it in `family`; also the name of its folders."""
    board: type[BoardSpec]
    """Class of a record."""
    clock: type[ClockTree]
    """Class of its clock section."""
    check: Callable[[str, Any, Uart | None], Iterator[Complaint]]
    """Takes the part's name, the clock section and the UART section; None: bad in form."""
    check_memories: Callable[[str, Sequence[Memory], Uart | None], Iterator[Complaint]]
    """Takes the part's name, the memories (none if any is bad in form) and the UART section."""
    package_pins: Callable[[str], frozenset[str] | None]
    """Takes the part's name: the pins of its package; None where the name does not tell it."""
    make_port: Callable[[Any], Port]
    """Takes a record of class `board` that passed all checks; may raise `InputError`."""
    identity: DebugIdentity
    """How a debugger tells the devices of this family apart."""
    part_facts: Callable[[str], PartFacts]
    """Takes the part's name: its device, its flash size and the option bytes it must have."""
    dma: str
    """Kind of DMA that serves the UART: a folder of `firmware_templates/port/dma/`."""
    crc_enable: Callable[[str], tuple[str, int]]
    """Takes the part's name: register of the RCC and bit that clock its CRC unit."""
    st_target: Callable[[str], str]
    """Takes the part's name: what ST's tool calls its series (--target)."""

    @property
    def port_folders(self) -> tuple[str, ...]:
        """Folders of `firmware_templates/` whose files become `port/` of the project.

        A file takes the place of one of the same name in an earlier folder.
        """
        return "port", f"port/dma/{self.dma}", f"port/{self.name}"
