# SPDX-License-Identifier: Apache-2.0
"""Does a network fit a board? Told before anything is rendered or compiled, with the numbers.

What depends on model and board is known exactly: the network's rows and weights, the stack, the
rings of the UART. The rest of the firmware is the same for every model; its size is a constant
here, a little less than any image has, so that what is refused surely does not fit. What passes is
weighed again once it is linked (`footprint.check_budgets`).
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.boards.record import BoardSpec
from generator.errors import Fault

FIRMWARE_RAM_BYTES = 4_832
"""Link, session, front-end, listener and the stack for faults: least of all cores."""

RINGS = "UART's rings"

TAPS_RAM_BYTES = 2_048
"""What taps add: a row of the widest operator on its way out."""

FIRMWARE_FLASH_BYTES = 25_100
"""All code and tables but the network's own weights: least of all cores."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a planned network asks for, whatever the board."""

    model_name: str
    rows_bytes: int
    """The arena of its schedule."""
    weights_bytes: int
    kept_frames: int
    """Frames kept from one patch to the next."""
    features: int
    """Values of a frame, a byte each."""

    @property
    def listener_bytes(self) -> int:
        """What `firmware_templates/library/listener.h` keeps of frames."""
        return self.kept_frames * self.features


@dataclass(frozen=True, slots=True)
class Need:
    """What an image takes of one memory, by what takes it; bytes."""

    parts: tuple[tuple[str, int], ...]

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return sum(size for _, size in self.parts)

    def __str__(self) -> str:
        """Return "stack 8,192 + network's rows 35,008 + ..."."""
        return " + ".join(f"{name} {size:,}" for name, size in self.parts)


def ram_need(board: BoardSpec, demand: Demand, *, taps: bool = False) -> Need:
    """All of the RAM that is linked, stack included; code that is copied to RAM is left out."""
    return Need(
        (
            ("network's rows", demand.rows_bytes),
            ("frames kept", demand.listener_bytes),
            ("stack", board.budgets.stack_bytes),
            (RINGS, board.uart.rx_ring_bytes + board.uart.tx_ring_bytes),
            ("the rest", FIRMWARE_RAM_BYTES + (TAPS_RAM_BYTES if taps else 0)),
        )
    )


def _data_need(board: BoardSpec, ram: Need) -> Need:
    """What of `ram` is in the memory of that name: the rings may have another."""
    if board.dma_ram is None:
        return ram
    return Need(tuple(part for part in ram.parts if part[0] != RINGS))


def flash_need(demand: Demand) -> Need:
    """All of the flash that is programmed."""
    return Need((("weights", demand.weights_bytes), ("code and tables", FIRMWARE_FLASH_BYTES)))


def fit_faults(board: BoardSpec, demand: Demand, *, taps: bool = False) -> list[Fault]:
    """Every memory and budget of the board that the model surely exceeds."""
    budgets = board.budgets
    faults: list[Fault] = []
    if demand.rows_bytes > budgets.activation_ram_bytes:
        what = (
            f"activations need {demand.rows_bytes:,} B RAM, "
            f"{board.id} allows {budgets.activation_ram_bytes:,} for them"
        )
        remedy = "take a smaller model, or raise activation_ram_bytes of the board's budgets"
        faults.append(Fault(demand.model_name, what, remedy))
    ram, flash = ram_need(board, demand, taps=taps), flash_need(demand)
    for kind, need, held, memory, budget_bytes, budget in (
        ("RAM", ram, _data_need(board, ram), board.ram, budgets.image_ram_bytes, "image_ram_bytes"),
        ("flash", flash, flash, board.flash, budgets.image_flash_bytes, "image_flash_bytes"),
    ):
        part_bytes = memory.size_bytes
        if held.total_bytes > part_bytes:
            what = f"needs {held.total_bytes:,} B {kind}, the part has {part_bytes:,}: {held}"
            remedy = f"take a smaller model, or a larger part than {board.part}"
            faults.append(Fault(demand.model_name, what, remedy))
        elif need.total_bytes > budget_bytes:
            what = (
                f"needs {need.total_bytes:,} B {kind}, "
                f"{board.id} allows {budget_bytes:,} of the part's {part_bytes:,}: {need}"
            )
            remedy = f"take a smaller model, or raise {budget} of the board's budgets"
            faults.append(Fault(demand.model_name, what, remedy))
    return faults
