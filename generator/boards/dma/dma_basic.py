# SPDX-License-Identifier: Apache-2.0
"""Channels of the basic DMA: one block, or one ring, a channel.

Sources: RM0351, RM0394 (DMA; requests by DMA_CSELR), RM0432 (DMA; requests by DMAMUX1). The driver
is `firmware_templates/port/dma/dma_basic/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.boards.record import DmaChannel

KIND = "dma_basic"

CHANNEL_OFFSET = 0x08
CHANNEL_STRIDE = 0x14
"""Channels are numbered from 1 (RM0351, DMA register map)."""

CONTROLLERS = ("DMA1", "DMA2")


@dataclass(frozen=True, slots=True)
class BasicDmaChannel:
    """One channel: where it is, and how its request is chosen."""

    controller: str
    channel: int
    request: int
    controller_base: int
    channel_base: int
    flags_shift: int
    """Place of its four flags in DMA_ISR and DMA_IFCR."""
    select_shift: int
    """Place of its four bits in DMA_CSELR; without meaning where there is a DMAMUX."""
    multiplexer_address: int
    """Of DMAMUX_CxCR; without meaning where there is no DMAMUX."""


def channel_values(
    dma: DmaChannel, bases: Mapping[str, int], dmamux_base: int, dmamux_channels_per_dma: int
) -> BasicDmaChannel:
    """`bases`: addresses of the controllers.

    `dmamux_channels_per_dma`: the DMAMUX's channels feed those of DMA1 first, then DMA2's.
    """
    base = bases[dma.controller]
    index = dma.channel - 1
    multiplexer = index + dmamux_channels_per_dma * CONTROLLERS.index(dma.controller)
    return BasicDmaChannel(
        controller=dma.controller,
        channel=dma.channel,
        request=dma.request,
        controller_base=base,
        channel_base=base + CHANNEL_OFFSET + CHANNEL_STRIDE * index,
        flags_shift=4 * index,
        select_shift=4 * index,
        multiplexer_address=dmamux_base + 4 * multiplexer,
    )


def line_name(dma: DmaChannel) -> str:
    """Name of the channel's interrupt line."""
    return f"{dma.controller}_CH{dma.channel}"
