# SPDX-License-Identifier: Apache-2.0
"""DFSDM1 as the port of a microphone: one serial channel and one filter.

The register map is the same in RM0351, RM0432, RM0433 and RM0455 (DFSDM); where it is, which clocks
it has and which pins and DMA requests, differs: that comes from the family. The driver is
`firmware_templates/port/microphone/dfsdm/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.boards.checks import Complaint
from generator.boards.microphone_checks import check_dma_channel
from generator.boards.microphone_values import SINC_ORDER, PdmClock
from generator.boards.record import Microphone

KIND = "dfsdm"
PERIPHERAL = "DFSDM1"

CLOCK_DIVIDERS = range(2, 257)
"""CKOUTDIV + 1 (RM0351, DFSDM_CHyCFGR1)."""

KERNEL_PER_CLOCK = 4
"""The kernel clock is at least four times the serial clock (RM0351, DFSDM "Serial channel
transceivers")."""

FILTERS = 4

WORD_SHIFT = 8
"""RDATA is in bits 31 to 8 of DFSDM_FLTxRDATAR."""

DataPins = Mapping[str, tuple[int, int]]
"""Pin to the channel whose data it carries (DATINy) and its alternate function."""


@dataclass(frozen=True, slots=True)
class KernelSelect:
    """The field that chooses the kernel clock, and the audio clock where it is beside it."""

    register: str
    """Of the RCC."""
    mask: int
    value: int


@dataclass(frozen=True, slots=True)
class PllOutput:
    """A further output of the PLL at one of the clocks that the part may run at."""

    prefix: str
    """Of its constants in ``port_config.h``, after ``PORT_``."""
    vco_hz: int
    divider: int
    field: int
    """Divider less one."""
    hz: int


@dataclass(frozen=True, slots=True)
class DfsdmValues:
    """What ``port/microphone_source.c`` of the DFSDM writes."""

    base: int
    enable_register: str
    enable_bit: int
    gpio_enable_register: str
    select: KernelSelect
    kernel_hz: int
    clock_source: str
    """What the microphone's clock is divided from, in words."""
    clock_source_hz: int
    audio_clock: bool
    """CKOUTSRC: that is the audio clock, not the kernel clock."""
    divider: int
    channel: int
    filter: int
    falling: bool
    sinc_order: int
    decimation: int
    dma_enable_mask: int
    """In RCC_AHB1ENR."""
    pll_outputs: tuple[PllOutput, ...]
    """What ``port/clock.c`` must set up for it: where the audio clock is an output of the PLL."""


def make_dfsdm_values(
    microphone: Microphone,
    pdm: PdmClock,
    *,
    base: int,
    enable: tuple[str, int],
    gpio_enable_register: str,
    select: KernelSelect,
    kernel_hz: int,
    clock_source: str,
    audio_clock: bool,
    data_pins: DataPins,
    filter_number: int,
    dma_enable_mask: int,
    pll_outputs: tuple[PllOutput, ...] = (),
) -> DfsdmValues:
    """`pdm` is divided from the clock that `clock_source` names; all passed the checks."""
    return DfsdmValues(
        base=base,
        enable_register=enable[0],
        enable_bit=enable[1],
        gpio_enable_register=gpio_enable_register,
        select=select,
        kernel_hz=kernel_hz,
        clock_source=clock_source,
        clock_source_hz=pdm.kernel_hz,
        audio_clock=audio_clock,
        divider=pdm.divider,
        channel=data_pins[microphone.data_pin.pin][0],
        filter=filter_number,
        falling=microphone.edge == "falling",
        sinc_order=SINC_ORDER,
        decimation=pdm.decimation,
        dma_enable_mask=dma_enable_mask,
        pll_outputs=pll_outputs,
    )


def signal_pins(
    clock_pins: Mapping[str, int], data_pins: DataPins
) -> dict[tuple[str, str], dict[str, int]]:
    """As `check_microphone_pins` takes them."""
    return {
        (PERIPHERAL, "clock"): dict(clock_pins),
        (PERIPHERAL, "data"): {pin: function for pin, (_, function) in data_pins.items()},
    }


def check_filter_request(
    microphone: Microphone, controllers: Mapping[str, range], first_request: int
) -> Iterator[Complaint]:
    """DMA behind a DMAMUX: each filter has a request, one after the other."""
    dma = microphone.dma
    yield from check_dma_channel(dma, controllers)
    if not 0 <= dma.request - first_request < FILTERS:
        what = f"request {dma.request} is no filter of {PERIPHERAL}"
        yield (
            ("microphone", "dma", "request"),
            what,
            f"{first_request} to {first_request + FILTERS - 1}",
        )
