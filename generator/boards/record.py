# SPDX-License-Identifier: Apache-2.0
"""One board of boards.yaml as frozen values: the fields that every family has.

A family derives its own class from `BoardSpec`, in its `record.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from generator.boards.clock_tree import ClockTree
from generator.boards.quantities import ByteCount, CycleCount, Milliseconds, Share
from generator.boards.section import Section
from generator.plain_text import unprintable

DMA_RAM = "dma_ram"
ITCM = "itcm"
IMAGE_RAM = ("ram", DMA_RAM, ITCM)
"""The memories by these names, where a record has them, are what the image is linked to."""

MAX_DMA_BLOCK_BYTES = 65_535
"""The counter of a DMA block has 16 bits in every family."""

PinName = Annotated[str, Field(pattern=r"^P[A-K](\d|1[0-5])$")]
"""A pin of the part, such as PA9."""

BoardWord = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,14}$")]
"""Name of an LED or a button; in capitals it ends a constant of C, as in M2M_LED_GREEN."""

Level = Literal["high", "low"]

MAX_NAME = 80


def _plain_name(name: str) -> str:
    bad = unprintable(name)
    if bad:
        raise ValueError(f"a name is one line of plain text, and holds {bad}")
    return name


PlainName = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_plain_name)]
"""A name for people: it is printed into sources, build files and pages."""


class Memory(Section):
    """One memory of the part, as the linker and the virtual board see it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["flash", "ram"]
    origin: Annotated[int, Field(ge=0, lt=1 << 32)]
    size_bytes: Annotated[int, Field(gt=0, le=1 << 28)]

    @property
    def end(self) -> int:
        """First address after the memory."""
        return self.origin + self.size_bytes


class Pin(Section):
    """A pin and the alternate function that puts the UART on it."""

    pin: PinName
    alternate_function: Annotated[int, Field(ge=0, le=15)]

    @property
    def port(self) -> str:
        """Letter of the GPIO port, "A" for PA9."""
        return self.pin[1]

    @property
    def number(self) -> int:
        """Number within the port, 9 for PA9."""
        return int(self.pin[2:])


class Led(Section):
    """An LED that the program switches."""

    pin: PinName
    lit: Level
    """The pin's level while it is lit."""


class Button(Section):
    """A button that the program reads."""

    pin: PinName
    pressed: Level
    """The pin's level while it is held down. The part's own resistor pulls to the other one."""


class DmaChannel(Section):
    """A DMA channel and the request that feeds it.

    `channel` is numbered as in the part's manual; a stream counts as a channel. `request` is what
    joins the UART to it: a request line of the GPDMA or of a DMAMUX, or a channel's selection in
    DMA_CSELR. The family says which controllers, channels and requests there are.
    """

    controller: Annotated[str, Field(pattern=r"^[A-Z]+\d+$")]
    channel: Annotated[int, Field(ge=0)]
    request: Annotated[int, Field(ge=0)]


class Uart(Section):
    """The UART behind the probe's virtual COM port."""

    peripheral: Annotated[str, Field(pattern=r"^(USART|UART|LPUART)\d{1,2}$")]
    tx: Pin
    rx: Pin
    baud: Annotated[int, Field(ge=9600, le=4_000_000)]
    rx_dma: DmaChannel
    tx_dma: DmaChannel
    rx_ring_bytes: Annotated[int, Field(ge=1024, le=65536)]
    """Ring in RAM. The host's longest frame, 530 bytes, must fit whole, and 64 bytes beside it."""

    tx_ring_bytes: Annotated[int, Field(ge=512, le=65536)] = 512
    """Ring in RAM. A frame may be longer: it is encoded as the ring empties."""


class Microphone(Section):
    """The microphone that an application hears, where it listens by itself.

    The rates are not here: they follow from the clock tree and from the front-end's sample rate
    (`generator.boards.microphone_values`).
    """

    peripheral: Annotated[str, Field(pattern=r"^(ADF|MDF|DFSDM|ADC)\d$")]
    """What makes words of it: a digital filter for its bit stream, or an ADC for its voltage."""

    clock_pin: Pin | None = None
    """Gives the microphone its clock; None: it has none, as one with an analogue output."""

    data_pin: Pin
    edge: Literal["rising", "falling"] | None = None
    """Edge of the clock at which this microphone's bits are taken; another may have the other."""

    clock_range_hz: Annotated[
        tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]] | None, Field(strict=False)
    ] = None
    """Lowest and highest clock by the microphone's data sheet."""

    dma: DmaChannel
    gain_db: Annotated[float, Field(ge=-24, le=72)]
    """From the microphone's full scale to that of the samples."""

    settle_ms: Annotated[int, Field(ge=0, le=1000)]
    """Sound that is dropped after the clock starts."""


class Probe(Section):
    """How the debug probe knows the target."""

    pyocd_target: PlainName
    board_id: Annotated[str, Field(pattern=r"^[0-9A-F]{4}$")]
    usb_vid: Annotated[int, Field(ge=0, lt=1 << 16)]


class RunLimits(Section):
    """What a run on the board must keep; it fails otherwise (docs/reports.md). None: no limit."""

    min_accuracy: Share | None = None
    """Least share of clips that are decided rightly, 0 to 1."""

    max_network_cycles: CycleCount | None = None
    """Most core cycles of the network for one patch, mean."""

    max_answer_ms: Milliseconds | None = None
    """Longest mean time from a patch's last frame to its scores."""

    max_ram_bytes: ByteCount | None = None
    max_flash_bytes: ByteCount | None = None
    """Most RAM (with the stack) and flash of the whole image."""


class Budgets(RunLimits):
    """What an image may cost on this board: a build over budget fails; and what a run must keep."""

    image_ram_bytes: Annotated[int, Field(gt=0)]
    image_flash_bytes: Annotated[int, Field(gt=0)]
    activation_ram_bytes: Annotated[int, Field(gt=0)]
    stack_bytes: Annotated[int, Field(ge=1024, multiple_of=8)]


class BoardSpec(Section):
    """One board of boards.yaml. `id` is its key, such as "u585"; HELLO carries it.

    The fields here hold for every family; a record is read as the class of its own family.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,14}$")]
    name: PlainName
    part: Annotated[str, Field(pattern=r"^STM32[A-Z0-9]+$")]
    family: str
    core: str
    memories: Annotated[tuple[Memory, ...], Field(min_length=2, strict=False)]
    clock: ClockTree
    uart: Uart
    microphone: Microphone | None = None
    leds: dict[BoardWord, Led] = Field(default_factory=dict)
    buttons: dict[BoardWord, Button] = Field(default_factory=dict)
    probe: Probe
    budgets: Budgets

    def memory(self, name: str) -> Memory:
        """Return the memory called `name`; KeyError if the board has none."""
        for memory in self.memories:
            if memory.name == name:
                return memory
        raise KeyError(name)

    @property
    def flash(self) -> Memory:
        """The memory that holds the image."""
        return self.memory("flash")

    @property
    def ram(self) -> Memory:
        """The memory that holds data, bss and stack."""
        return self.memory("ram")

    @property
    def dma_ram(self) -> Memory | None:
        """The memory of what the DMA reads and writes; None where that is `ram` itself."""
        return next((memory for memory in self.memories if memory.name == DMA_RAM), None)

    @property
    def itcm(self) -> Memory | None:
        """The memory that hot code is copied to; None where all code runs from flash."""
        return next((memory for memory in self.memories if memory.name == ITCM), None)

    @property
    def image_ram_bytes(self) -> int:
        """All RAM that the linker may give to the image."""
        return sum(memory.size_bytes for memory in self.memories if memory.name in IMAGE_RAM)

    @property
    def uart_kernel_hz(self) -> int:
        """Clock that the UART divides its baud rate from."""
        return self.clock.uart_kernel_hz(self.uart.peripheral)
