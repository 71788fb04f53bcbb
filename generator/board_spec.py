# SPDX-License-Identifier: Apache-2.0
"""boards.yaml to frozen `BoardSpec` values, with every fault of the file in one report.

A record is checked twice: its form by pydantic (types, ranges, unknown keys), then its sense by the
checks at the end of this module and by the limits of its family (`u5_limits`, `l4_limits`). A
section with a fault of form does not hide faults of sense in the other sections.

The record's `family` decides what its clock section looks like and which limits apply: a family is
one class of record here, one module of limits, and one port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator import l4_limits, u5_limits
from generator.errors import Fault, InputError
from generator.limit_checks import Complaint
from generator.yaml_lines import Lines, read_records

MAX_DMA_BLOCK_BYTES = 65_535
"""The counter of a DMA block has 16 bits in every family."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_S = TypeVar("_S", bound=_Section)


class Memory(_Section):
    """One memory of the part, as the linker and the virtual board see it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Literal["flash", "ram"]
    origin: Annotated[int, Field(ge=0, lt=1 << 32)]
    size_bytes: Annotated[int, Field(gt=0, le=1 << 28)]

    @property
    def end(self) -> int:
        """First address behind the memory."""
        return self.origin + self.size_bytes


class Pll(_Section):
    """Factors of the main PLL: output = source / divider_m * multiplier_n / divider_r."""

    divider_m: Annotated[int, Field(ge=1)]
    multiplier_n: Annotated[int, Field(ge=1)]
    divider_r: Annotated[int, Field(ge=1)]


class ClockTree(_Section):
    """From the oscillator to the core and the buses: what all families describe alike."""

    source: str
    source_hz: Annotated[int, Field(gt=0)]
    pll: Pll | None = None
    core_hz: Annotated[int, Field(gt=0)]
    ahb_divider: Literal[1, 2, 4, 8, 16, 64, 128, 256, 512] = 1
    apb1_divider: Literal[1, 2, 4, 8, 16] = 1
    apb2_divider: Literal[1, 2, 4, 8, 16] = 1
    flash_wait_states: Annotated[int, Field(ge=0, le=15)]

    @property
    def apb1_hz(self) -> int:
        """Clock of the first peripheral bus."""
        return self.core_hz // self.apb1_divider

    @property
    def apb2_hz(self) -> int:
        """Clock of the second peripheral bus."""
        return self.core_hz // self.apb2_divider

    def uart_kernel_hz(self, peripheral: str) -> int:
        """Clock that the baud rate is divided from: USART1 stands on APB2, all others on APB1."""
        return self.apb2_hz if peripheral == "USART1" else self.apb1_hz


class U5Clock(ClockTree):
    """Clock tree of an STM32U5."""

    source: Literal["msis", "hsi16", "hse"]
    voltage_range: Literal[1, 2, 3, 4]
    epod_booster: bool
    instruction_cache: bool


class L4Clock(ClockTree):
    """Clock tree of an STM32L4 or L4+. The flash's own caches are always on."""

    source: Literal["msi", "hsi16"]
    voltage_range: Literal[1, 2]
    boost: bool = False
    """Range 1 boost mode of the L4+: what it needs above 80 MHz."""


class Pin(_Section):
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


class DmaChannel(_Section):
    """A DMA channel and the request that feeds it.

    `channel` is numbered as in the part's manual. `request` is the line of GPDMA1 (U5), the
    channel's selection in DMA_CSELR (L4) or the request of DMAMUX1 (L4+).
    """

    controller: Literal["GPDMA1", "DMA1", "DMA2"]
    channel: Annotated[int, Field(ge=0)]
    request: Annotated[int, Field(ge=0)]


class Uart(_Section):
    """The UART behind the probe's virtual COM port."""

    peripheral: Annotated[str, Field(pattern=r"^(USART|UART|LPUART)\d$")]
    tx: Pin
    rx: Pin
    baud: Annotated[int, Field(ge=9600, le=4_000_000)]
    rx_dma: DmaChannel
    tx_dma: DmaChannel
    rx_ring_bytes: Annotated[int, Field(ge=2048, le=65536)]
    tx_ring_bytes: Annotated[int, Field(ge=2048, le=65536)] = 4096
    """Rings of bytes in RAM. The longest frame of the link, 1052 bytes, must fit whole."""


class Probe(_Section):
    """How the debug probe knows the target."""

    pyocd_target: Annotated[str, Field(min_length=1)]
    board_id: Annotated[str, Field(pattern=r"^[0-9A-F]{4}$")]
    usb_vid: Annotated[int, Field(ge=0, lt=1 << 16)]


class Budgets(_Section):
    """What an image may cost on this board; a build over budget fails."""

    image_ram_bytes: Annotated[int, Field(gt=0)]
    image_flash_bytes: Annotated[int, Field(gt=0)]
    activation_ram_bytes: Annotated[int, Field(gt=0)]
    stack_bytes: Annotated[int, Field(ge=1024, multiple_of=8)]


class BoardSpec(_Section):
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


@dataclass(frozen=True, slots=True)
class _Family:
    """How a record of one family is read, and what it is held against."""

    board: type[BoardSpec]
    clock: type[ClockTree]
    check: Callable[[str, Any, Uart | None], Iterator[Complaint]]
    """Takes the part's name, the clock section and the UART section; None: bad in form."""


FAMILIES = {
    "u5": _Family(U5Board, U5Clock, u5_limits.check),
    "l4": _Family(L4Board, L4Clock, l4_limits.check),
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
        checks = (
            _check_memories(fields),
            _check_rings(uart),
            family.check(str(record.get("part")), clock, uart),
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


def _check_memories(fields: Mapping[str, Any]) -> Iterator[Complaint]:
    records = fields.get("memories")
    if not isinstance(records, list):
        return
    memories: list[tuple[int, Memory]] = []
    for index, record in enumerate(records):
        try:
            memories.append((index, Memory.model_validate(record)))
        except ValidationError:
            continue
    for name, kind in (("flash", "flash"), ("ram", "ram")):
        if len(memories) == len(records) and not any(
            m.name == name and m.kind == kind for _, m in memories
        ):
            yield ("memories",), f"no memory {name!r} of kind {kind!r}", "the image needs it"
    for (_, first), (index, second) in combinations(memories, 2):
        if first.name == second.name:
            yield ("memories", index), f"a second memory named {second.name!r}", "rename it"
        if first.origin < second.end and second.origin < first.end:
            what = (
                f"{second.name} 0x{second.origin:08x}..0x{second.end - 1:08x} overlaps "
                f"{first.name} 0x{first.origin:08x}..0x{first.end - 1:08x}"
            )
            yield ("memories", index), what, "mend origin or size_bytes by the part's memory map"
    budgets = _section(fields, "budgets", Budgets)
    for _, memory in memories:
        if budgets is None or memory.name not in ("flash", "ram"):
            continue
        budget = budgets.image_flash_bytes if memory.name == "flash" else budgets.image_ram_bytes
        if budget > memory.size_bytes:
            what = f"{budget} bytes, but {memory.name} has only {memory.size_bytes}"
            yield ("budgets", f"image_{memory.name}_bytes"), what, "lower the budget"


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
