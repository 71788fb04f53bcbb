# SPDX-License-Identifier: Apache-2.0
"""What interrupts take of the stack: one on top of the other, as far as their priorities allow.

An exception puts a frame on the stack: 8 words, with the FPU in use 26, and one more where the
stack pointer is no multiple of 8 (Armv7-M ARM, B1.5.6 and B1.5.7; Armv8-M ARM, B3.19). The handler
stands on top. One is interrupted only by those of a more urgent priority, so that at most one of
each priority is on the stack. A fault comes on top of all of them, and takes a stack of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.toolchain.stack_bound.call_depth import Depth, Depths, UnknownDepthError
from generator.toolchain.stack_bound.elf32 import Elf32

FRAME_BYTES = 4 * (8 + 1)
FPU_FRAME_BYTES = 4 * (26 + 1)

PRIORITIES: Mapping[str, int] = {
    "systick_handler": 0,
    "uart_interrupt": 2,
    "uart_rx_dma_interrupt": 3,
    "uart_tx_dma_interrupt": 3,
    "microphone_dma_interrupt": 4,
}
"""As `core_enable_line` of port/uart.c and port/microphone.c sets them; SysTick keeps its 0."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The deepest handler of one priority."""

    name: str
    priority: int
    handler_bytes: int
    frame_bytes: int
    """Of what comes on top of it."""


def frame_on_top(depth: Depth) -> int:
    """The largest frame that an exception puts on top of this code."""
    return FPU_FRAME_BYTES if depth.uses_fpu else FRAME_BYTES


def vector_table(elf: Elf32) -> tuple[int, tuple[int, ...]]:
    """Reset, and all other handlers of the image, each once."""
    section = next(one for one in elf.sections if one.name == ".vectors")
    content = elf.bytes_of(section)
    words = struct.unpack(f"<{len(content) // 4}I", content)
    reset, *others = (word & ~1 for word in words[1:])
    return reset, tuple(dict.fromkeys(word for word in others if word))


def deepest_interrupts(depths: Depths, handlers: Sequence[int]) -> list[Interrupt]:
    """The deepest of each priority, the least urgent first."""
    deepest: dict[int, Interrupt] = {}
    for address in handlers:
        node = depths.nodes[address]
        depth = depths.of(address)
        if ends_in_a_fault(depths, address):
            continue
        if node.name not in PRIORITIES:
            raise UnknownDepthError(f"{node.name}: an interrupt whose priority nobody knows")
        priority = PRIORITIES[node.name]
        one = Interrupt(node.name, priority, depth.bytes, frame_on_top(depth))
        known = deepest.get(priority)
        if known is None or known.handler_bytes + known.frame_bytes < depth.bytes + one.frame_bytes:
            deepest[priority] = one
    return [deepest[priority] for priority in sorted(deepest, reverse=True)]


def ends_in_a_fault(depths: Depths, address: int) -> bool:
    """Whether a handler takes another stack, or only jumps to one that does."""
    node = depths.nodes[address]
    if node.takes_other_stack:
        return True
    only = set(node.callees)
    return node.frame_bytes == 0 and len(only) == 1 and depths.nodes[only.pop()].takes_other_stack
