# SPDX-License-Identifier: Apache-2.0
"""What a family of parts is to the generator: one `Family`, in `families/<name>/family.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from generator.boards.checks import Complaint
from generator.boards.clock_tree import ClockTree
from generator.boards.gpio_values import GpioPlace
from generator.boards.microphone_checks import refuse_microphone
from generator.boards.microphone_values import MicrophoneValues, no_microphone
from generator.boards.part_facts import DebugIdentity, PartFacts
from generator.boards.port_values import UartValues, Vector
from generator.boards.record import BoardSpec, Memory, Microphone, Uart


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

    @property
    def microphone(self) -> MicrophoneValues | None:
        """The microphone; None where the application hears none."""


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
    gpio: GpioPlace
    """Addresses, clocks and supply of its GPIO ports."""
    package_pins: Callable[[str], frozenset[str] | None]
    """Takes the part's name: the pins of its package; None where the name does not tell it."""
    make_port: Callable[[Any], Port]
    """Takes a record of class `board` that passed all checks; may raise `InputError`. The
    microphone's values come from `make_microphone`."""
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
    check_microphone: Callable[[str, Microphone, Uart | None], Iterator[Complaint]] = (
        refuse_microphone
    )
    """Takes the part's name, the microphone section and the UART section (None: bad in form)."""
    make_microphone: Callable[[Any, int], MicrophoneValues] = no_microphone
    """Takes a record of class `board` with a microphone that passed the checks, and the front-end's
    sample rate; may raise `InputError`: the clock tree may not give that rate."""

    @property
    def port_folders(self) -> tuple[str, ...]:
        """Folders of `firmware_templates/` whose files become `port/` of the project.

        A file takes the place of one of the same name in an earlier folder.
        """
        return "port", f"port/dma/{self.dma}", f"port/{self.name}"

    def microphone_folders(self, kind: str) -> tuple[str, ...]:
        """Likewise, the further ones where the application hears a microphone of this kind."""
        return "port/microphone", f"port/microphone/{self.dma}", f"port/microphone/{kind}"
