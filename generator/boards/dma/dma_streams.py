# SPDX-License-Identifier: Apache-2.0
"""Streams of the DMA with FIFOs, behind a DMAMUX.

Sources: RM0433, RM0455 (DMA, DMAMUX). The driver is `firmware_templates/port/dma/dma_streams/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.boards.record import DmaChannel

KIND = "dma_streams"

STREAM_OFFSET = 0x10
STREAM_STRIDE = 0x18
STREAMS = 8
"""Of each controller; the DMAMUX's channels feed those of DMA1 first, then DMA2's."""

FLAG_SHIFTS = (0, 6, 16, 22)
"""Place of a stream's flags in LISR and LIFCR (streams 0 to 3), HISR and HIFCR (4 to 7)."""

CONTROLLERS = ("DMA1", "DMA2")


@dataclass(frozen=True, slots=True)
class DmaStream:
    """One stream of a DMA controller, and its channel of the DMAMUX."""

    controller: str
    stream: int
    request: int
    base: int
    status_address: int
    clear_address: int
    flags_shift: int
    multiplexer_address: int


def stream_values(dma: DmaChannel, bases: Mapping[str, int], dmamux_base: int) -> DmaStream:
    """`bases`: addresses of the controllers."""
    base = bases[dma.controller]
    upper = 4 * (dma.channel // 4)
    multiplexer = dma.channel + STREAMS * CONTROLLERS.index(dma.controller)
    return DmaStream(
        controller=dma.controller,
        stream=dma.channel,
        request=dma.request,
        base=base + STREAM_OFFSET + STREAM_STRIDE * dma.channel,
        status_address=base + upper,
        clear_address=base + 8 + upper,
        flags_shift=FLAG_SHIFTS[dma.channel % 4],
        multiplexer_address=dmamux_base + 4 * multiplexer,
    )


def line_name(dma: DmaChannel) -> str:
    """Name of the stream's interrupt line."""
    return f"{dma.controller}_STREAM{dma.channel}"
