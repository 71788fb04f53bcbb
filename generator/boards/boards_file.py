# SPDX-License-Identifier: Apache-2.0
"""boards.yaml to frozen `BoardSpec` values, with every fault of the file in one report.

A record is checked twice: its form by pydantic (types, ranges, unknown keys), then its sense by the
checks at the end of this module and by the limits of its family (`<family>_limits`). A section
with a fault of form does not hide faults of sense in the other sections.

The record's `family` decides what its clock section looks like and which limits apply: a family is
one class of record here, one module of limits, and one port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from generator.boards.checks import Complaint
from generator.boards.clock_tree import ClockTree, H7Clock, L4Clock, Section, U5Clock
from generator.boards.families.h7 import limits as h7_limits
from generator.boards.families.l4 import limits as l4_limits
from generator.boards.families.u5 import limits as u5_limits
from generator.errors import Fault, InputError
from generator.yaml_lines import Lines, read_records

DMA_RAM = "dma_ram"
ITCM = "itcm"
IMAGE_RAM = ("ram", DMA_RAM, ITCM)
"""The memories by these names, where a record has them, are what the image is linked to."""

MAX_DMA_BLOCK_BYTES = 65_535
"""The counter of a DMA block has 16 bits in every family."""

_S = TypeVar("_S", bound=Section)


class Memory(Section):
    """One memory of the part, as the linker and the virtual board see it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["flash", "ram"]
    origin: Annotated[int, Field(ge=0, lt=1 << 32)]
    size_bytes: Annotated[int, Field(gt=0, le=1 << 28)]

    @property
    def end(self) -> int:
        """First address behind the memory."""
        return self.origin + self.size_bytes


class Pin(Section):
    """A pin and the alternate function that puts the UART on it."""

    pin: Annotated[str, Field(pattern=r"^P[A-K](\d|1[0-5])$")]
    alternate_function: Annotated[int, Field(ge=0, le=15)]

    @property
    def port(self) -> str:
        """Letter of the GPIO port, "A" for PA9."""
        return self.pin[1]

    @property
    def number(self) -> int:
        """Number within the port, 9 for PA9."""
        return int(self.pin[2:])


class DmaChannel(Section):
    """A DMA channel and the request that feeds it.

    `channel` is numbered as in the part's manual. `request` is the line of GPDMA1 (U5), the
    channel's selection in DMA_CSELR (L4) or the request of DMAMUX1 (L4+, H7). What the H7 calls a
    stream is a channel here.
    """

    controller: Literal["GPDMA1", "DMA1", "DMA2"]
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
    rx_ring_bytes: Annotated[int, Field(ge=2048, le=65536)]
    tx_ring_bytes: Annotated[int, Field(ge=2048, le=65536)] = 4096
    """Rings of bytes in RAM. The longest frame of the link, 1052 bytes, must fit whole."""


class Probe(Section):
    """How the debug probe knows the target."""

    pyocd_target: Annotated[str, Field(min_length=1)]
    board_id: Annotated[str, Field(pattern=r"^[0-9A-F]{4}$")]
    usb_vid: Annotated[int, Field(ge=0, lt=1 << 16)]


class Budgets(Section):
    """What an image may cost on this board; a build over budget fails."""

    image_ram_bytes: Annotated[int, Field(gt=0)]
    image_flash_bytes: Annotated[int, Field(gt=0)]
    activation_ram_bytes: Annotated[int, Field(gt=0)]
    stack_bytes: Annotated[int, Field(ge=1024, multiple_of=8)]


class BoardSpec(Section):
    """One board of boards.yaml. `id` is its key, such as "u585"; HELLO carries it.

    What stands here holds for every family; a record is read as the class of its own.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,14}$")]
    name: Annotated[str, Field(min_length=1)]
    part: Annotated[str, Field(pattern=r"^STM32[A-Z0-9]+$")]
    family: str
    core: str
    memories: Annotated[tuple[Memory, ...], Field(min_length=2, strict=False)]
    clock: ClockTree
    uart: Uart
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


class U5Board(BoardSpec):
    """A board with an STM32U5."""

    family: Literal["u5"]
    core: Literal["cortex-m33"]
    clock: U5Clock


class L4Board(BoardSpec):
    """A board with an STM32L4 or L4+."""

    family: Literal["l4"]
    core: Literal["cortex-m4"]
    clock: L4Clock


class H7Board(BoardSpec):
    """A board with an STM32H7."""

    family: Literal["h7"]
    core: Literal["cortex-m7"]
    clock: H7Clock


@dataclass(frozen=True, slots=True)
class _Family:
    """How a record of one family is read, and what it is held against."""

    board: type[BoardSpec]
    clock: type[ClockTree]
    check: Callable[[str, Any, Uart | None], Iterator[Complaint]]
    """Takes the part's name, the clock section and the UART section; None: bad in form."""
    check_memories: Callable[[str, Sequence[Memory], Uart | None], Iterator[Complaint]]
    """Takes the part's name and the memories, or none if any is bad in form."""


def _one_ram(part: str, memories: Sequence[Memory], uart: Uart | None) -> Iterator[Complaint]:
    """The DMA reaches all RAM and no cache stands before it: one memory does."""
    for index, memory in enumerate(memories):
        if memory.name in (DMA_RAM, ITCM):
            what = f"{part} needs no memory of this name, and its port uses none"
            yield ("memories", index, "name"), what, "another name"


FAMILIES = {
    "u5": _Family(U5Board, U5Clock, u5_limits.check, _one_ram),
    "l4": _Family(L4Board, L4Clock, l4_limits.check, _one_ram),
    "h7": _Family(H7Board, H7Clock, h7_limits.check, h7_limits.check_memories),
}


def load_boards(path: Path) -> dict[str, BoardSpec]:
    """Read all boards of `path`, sorted by id.

    Raises `InputError` with every fault of the file: of YAML, of form and of sense.
    """
    document, lines = read_records(path)
    faults = list(lines.duplicates)
    boards: dict[str, BoardSpec] = {}
    for key, record in sorted(document.items(), key=lambda item: str(item[0])):
        if not isinstance(record, Mapping):
            faults.append(Fault(lines.where(key), "is not a record", "give part, core, memories"))
            continue
        if "id" in record:
            what = "unknown key: the record's own key is its id"
            faults.append(Fault(lines.where(key, "id"), what, "remove it"))
        fields = {**record, "id": key}
        family = FAMILIES.get(str(record.get("family")))
        if family is None:
            what = f"no such family, found {record.get('family')!r}"
            faults.append(Fault(lines.where(key, "family"), what, f"one of {', '.join(FAMILIES)}"))
            continue
        try:
            boards[str(key)] = family.board.model_validate(fields)
        except ValidationError as error:
            faults += _faults_of_form(error, str(key), lines)
        clock, uart = _section(fields, "clock", family.clock), _section(fields, "uart", Uart)
        part, memories = str(record.get("part")), _memories(fields)
        whole = list(memories.values()) if _whole(fields, memories) else []
        checks = (
            _check_memories(fields, memories),
            _check_rings(uart),
            family.check(part, clock, uart),
            family.check_memories(part, whole, uart),
        )
        for complaints in checks:
            for place, what, remedy in complaints:
                faults.append(Fault(lines.where(key, *place), what, remedy))
    if faults:
        raise InputError(faults)
    return boards


def load_board(path: Path, board_id: str) -> BoardSpec:
    """Read the one board `board_id`. Raises `InputError` if the file is bad or lacks it."""
    boards = load_boards(path)
    if board_id not in boards:
        remedy = f"choose one of: {', '.join(boards)}"
        raise InputError([Fault(path.name, f"has no board {board_id!r}", remedy)])
    return boards[board_id]


def _section(fields: Mapping[str, Any], key: str, model: type[_S]) -> _S | None:
    """Return one section of a record if its own form is right, else None."""
    try:
        return model.model_validate(fields.get(key))
    except ValidationError:
        return None


def _memories(fields: Mapping[str, Any]) -> dict[int, Memory]:
    """Return the memories that are right in form, by their place in the record."""
    records = fields.get("memories")
    memories: dict[int, Memory] = {}
    for index, record in enumerate(records if isinstance(records, list) else ()):
        try:
            memories[index] = Memory.model_validate(record)
        except ValidationError:
            continue
    return memories


def _whole(fields: Mapping[str, Any], memories: Mapping[int, Memory]) -> bool:
    """Tell whether there are memories and all of them are right in form."""
    return bool(memories) and len(memories) == len(fields["memories"])


def _check_memories(
    fields: Mapping[str, Any], memories: Mapping[int, Memory]
) -> Iterator[Complaint]:
    if not isinstance(fields.get("memories"), list):
        return
    for name, kind in (("flash", "flash"), ("ram", "ram")):
        if _whole(fields, memories) and not any(
            memory.name == name and memory.kind == kind for memory in memories.values()
        ):
            yield ("memories",), f"no memory {name!r} of kind {kind!r}", "the image needs it"
    for index, memory in memories.items():
        if memory.name in (DMA_RAM, ITCM) and memory.kind != "ram":
            what = f"{memory.name} holds what the program writes"
            yield ("memories", index, "kind"), what, "write ram"
    for (_, first), (index, second) in combinations(memories.items(), 2):
        if first.name == second.name:
            yield ("memories", index), f"a second memory named {second.name!r}", "rename it"
        if first.origin < second.end and second.origin < first.end:
            what = (
                f"{second.name} 0x{second.origin:08x}..0x{second.end - 1:08x} overlaps "
                f"{first.name} 0x{first.origin:08x}..0x{first.end - 1:08x}"
            )
            yield ("memories", index), what, "mend origin or size_bytes by the part's memory map"
    budgets = _section(fields, "budgets", Budgets)
    if budgets is None or not _whole(fields, memories):
        return
    for names, key, budget in (
        (("flash",), "image_flash_bytes", budgets.image_flash_bytes),
        (IMAGE_RAM, "image_ram_bytes", budgets.image_ram_bytes),
    ):
        held = [memory for memory in memories.values() if memory.name in names]
        size_bytes = sum(memory.size_bytes for memory in held)
        if held and budget > size_bytes:
            said = ", ".join(memory.name for memory in held)
            what = f"{budget} bytes, but {said} has only {size_bytes}"
            yield ("budgets", key), what, "lower the budget"


def _check_rings(uart: Uart | None) -> Iterator[Complaint]:
    if uart is None:
        return
    for name, size in (
        ("rx_ring_bytes", uart.rx_ring_bytes),
        ("tx_ring_bytes", uart.tx_ring_bytes),
    ):
        if size & (size - 1):
            yield ("uart", name), f"{size} is no power of two", "write 2048, 4096, 8192 or 16384"
        if size > MAX_DMA_BLOCK_BYTES:
            what = f"{size} bytes are beyond one DMA block of {MAX_DMA_BLOCK_BYTES}"
            yield ("uart", name), what, "write 32768 or less"


def _faults_of_form(error: ValidationError, key: str, lines: Lines) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        where = lines.where(key, *detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield Fault(where, "unknown key", "check the spelling, or remove it")
            case "missing":
                yield Fault(where, "is missing", "add it; boards.yaml of mel2metal shows one")
            case _:
                yield Fault(where, f"{detail['msg']}, found {detail['input']!r}")
