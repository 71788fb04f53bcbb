# SPDX-License-Identifier: Apache-2.0
"""boards.yaml to frozen `BoardSpec` values, with every fault of the file in one report.

A record is checked twice: its form by pydantic (types, ranges, unknown keys), then its sense by the
checks at the end of this module and by the limits of its family (`u5_limits`). A section with a
fault of form does not hide faults of sense in the other sections.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generator import u5_limits
from generator.errors import Fault, InputError
from generator.u5_limits import Complaint


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
    """From the oscillator to the core and the buses, as a description."""

    source: Literal["msis", "hsi16", "hse"]
    source_hz: Annotated[int, Field(gt=0)]
    pll: Pll | None = None
    core_hz: Annotated[int, Field(gt=0)]
    ahb_divider: Literal[1, 2, 4, 8, 16, 64, 128, 256, 512] = 1
    apb1_divider: Literal[1, 2, 4, 8, 16] = 1
    apb2_divider: Literal[1, 2, 4, 8, 16] = 1
    voltage_range: Literal[1, 2, 3, 4]
    epod_booster: bool
    flash_wait_states: Annotated[int, Field(ge=0, le=15)]
    instruction_cache: bool

    @property
    def apb1_hz(self) -> int:
        """Clock of the first peripheral bus."""
        return self.core_hz // self.apb1_divider

    @property
    def apb2_hz(self) -> int:
        """Clock of the second peripheral bus."""
        return self.core_hz // self.apb2_divider


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
    """A DMA channel and the request line that feeds it."""

    controller: Literal["GPDMA1"]
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
    rx_ring_bytes: Annotated[int, Field(ge=1024, le=65536)]


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
    """One board of boards.yaml. `id` is its key, such as "u585"; HELLO carries it."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,14}$")]
    name: Annotated[str, Field(min_length=1)]
    part: Annotated[str, Field(pattern=r"^STM32[A-Z0-9]+$")]
    family: Literal["u5"]
    core: Literal["cortex-m33"]
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
        """Clock that the baud rate is divided from: USART1 stands on APB2, all others on APB1."""
        return self.clock.apb2_hz if self.uart.peripheral == "USART1" else self.clock.apb1_hz


class _Lines:
    """Where each key of the file stands, for messages."""

    def __init__(self, path: Path, root: yaml.Node | None) -> None:
        self._path = path
        self._line_of: dict[tuple[str, ...], int] = {}
        self.duplicates: list[Fault] = []
        if root is not None:
            self._visit(root, ())

    def _visit(self, node: yaml.Node, at: tuple[str, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*at, str(key.value))
                if below in self._line_of:
                    where = f"{self._path.name}:{key.start_mark.line + 1}: {'.'.join(below)}"
                    self.duplicates.append(Fault(where, "stands twice", "keep one of the two"))
                self._line_of[below] = key.start_mark.line + 1
                self._visit(value, below)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._line_of[(*at, str(index))] = value.start_mark.line + 1
                self._visit(value, (*at, str(index)))

    def where(self, *at: object) -> str:
        """Return "boards.yaml:12: u585.clock.pll" for a place, or the nearest one above it."""
        keys = tuple(str(key) for key in at)
        line = next(
            (
                self._line_of[keys[:length]]
                for length in range(len(keys), 0, -1)
                if keys[:length] in self._line_of
            ),
            1,
        )
        return f"{self._path.name}:{line}: {'.'.join(keys)}"


def load_boards(path: Path) -> dict[str, BoardSpec]:
    """Read all boards of `path`, sorted by id.

    Raises `InputError` with every fault of the file: of YAML, of form and of sense.
    """
    document, lines = _read_yaml(path)
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
        try:
            boards[str(key)] = BoardSpec.model_validate(fields)
        except ValidationError as error:
            faults += _faults_of_form(error, str(key), lines)
        clock, uart = _section(fields, "clock", ClockTree), _section(fields, "uart", Uart)
        for place, what, remedy in (*_check_memories(fields), *u5_limits.check(clock, uart)):
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


def _faults_of_form(error: ValidationError, key: str, lines: _Lines) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        where = lines.where(key, *detail["loc"])
        match detail["type"]:
            case "extra_forbidden":
                yield Fault(where, "unknown key", "check the spelling, or remove it")
            case "missing":
                yield Fault(where, "is missing", "add it; boards.yaml of mel2metal shows one")
            case _:
                yield Fault(where, f"{detail['msg']}, found {detail['input']!r}")


def _read_yaml(path: Path) -> tuple[Mapping[Hashable, object], _Lines]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError([Fault(str(path), f"cannot be read: {reason}")]) from None
    try:
        document = yaml.safe_load(text)
        lines = _Lines(path, yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        problem = getattr(error, "problem", None) or str(error)
        raise InputError([Fault(where, f"is not YAML: {problem}", "mend the syntax")]) from None
    if not isinstance(document, Mapping) or not document:
        raise InputError([Fault(path.name, "holds no board record", "add one: id, then fields")])
    return document, lines
