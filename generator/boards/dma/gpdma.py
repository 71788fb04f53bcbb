# SPDX-License-Identifier: Apache-2.0
"""Channels of a GPDMA: linked lists, any request on any channel.

Source: RM0456, GPDMA (register map). The driver is `firmware_templates/port/dma/gpdma/`.
"""

from __future__ import annotations

from dataclasses import dataclass

from generator.boards.record import DmaChannel

KIND = "gpdma"

CHANNEL_OFFSET = 0x50
CHANNEL_STRIDE = 0x80


@dataclass(frozen=True, slots=True)
class GpdmaChannel:
    """What the driver writes for one direction."""

    controller: str
    channel: int
    request: int
    channel_base: int


def channel_values(dma: DmaChannel, controller_base: int) -> GpdmaChannel:
    """`controller_base`: address of the GPDMA's first register."""
    base = controller_base + CHANNEL_OFFSET + CHANNEL_STRIDE * dma.channel
    return GpdmaChannel(dma.controller, dma.channel, dma.request, base)


def line_name(dma: DmaChannel) -> str:
    """Name of the channel's interrupt line."""
    return f"{dma.controller}_CH{dma.channel}"
