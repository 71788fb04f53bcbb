# SPDX-License-Identifier: Apache-2.0
"""Checks of a board's microphone section that families share.

What a part's peripherals, pins and DMA can do comes from `families/<family>/`, which calls
`check_microphone_pins` and `check_microphone_channel`. Whether the clock tree gives the rates is
known only with the front-end's sample rate: `generator.boards.microphone_values`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.boards.checks import Complaint
from generator.boards.record import DmaChannel, Microphone, Uart

ANALOGUE = "ADC"
"""A peripheral whose name begins so takes a voltage: there is neither clock nor edge."""


def check_microphone(microphone: Microphone, uart: Uart | None) -> Iterator[Complaint]:
    """Which fields its kind needs, the order of its range, a DMA channel of its own."""
    fields = {
        "clock_pin": microphone.clock_pin,
        "edge": microphone.edge,
        "clock_range_hz": microphone.clock_range_hz,
    }
    analogue = microphone.peripheral.startswith(ANALOGUE)
    for name, value in fields.items():
        if analogue and value is not None:
            what = f"{microphone.peripheral} takes a voltage, and gives no clock"
            yield ("microphone", name), what, "remove it"
        elif not analogue and value is None:
            yield ("microphone", name), "is missing", "add it; boards.yaml of mel2metal shows one"
    if microphone.clock_range_hz is not None:
        lowest, highest = microphone.clock_range_hz
        if lowest > highest:
            what = f"{lowest} Hz is above {highest} Hz"
            yield ("microphone", "clock_range_hz"), what, "write the lowest clock first"
    clock = microphone.clock_pin
    if clock is not None and clock.pin == microphone.data_pin.pin:
        yield ("microphone", "data_pin", "pin"), f"{clock.pin} is the clock too", "two pins"
    if uart is not None:
        yield from _check_own_channel(microphone.dma, uart)


def check_microphone_pins(
    microphone: Microphone, pins: Mapping[tuple[str, str], Mapping[str, int]]
) -> Iterator[Complaint]:
    """`pins`: (peripheral, "clock" or "data") to the pins that carry it, with their function."""
    for name, pin in (("clock", microphone.clock_pin), ("data", microphone.data_pin)):
        known = pins.get((microphone.peripheral, name))
        if pin is None or known is None:
            continue
        place = f"{name}_pin"
        choice = ", ".join(f"{carrier} AF{function}" for carrier, function in known.items())
        if pin.pin not in known:
            what = f"{pin.pin} does not carry the {name} of {microphone.peripheral}"
            yield ("microphone", place, "pin"), what, choice
        elif pin.alternate_function != known[pin.pin]:
            what = f"AF{pin.alternate_function} of {pin.pin} is not {microphone.peripheral}'s"
            yield ("microphone", place, "alternate_function"), what, f"write {known[pin.pin]}"


def check_dma_channel(dma: DmaChannel, controllers: Mapping[str, range]) -> Iterator[Complaint]:
    """Whether the part has this controller, and the controller this channel."""
    channels = controllers.get(dma.controller)
    place = ("microphone", "dma")
    if channels is None:
        what = f"this part has no {dma.controller}"
        yield (*place, "controller"), what, f"one of {', '.join(controllers)}"
    elif dma.channel not in channels:
        span = f"{channels[0]} to {channels[-1]}"
        what = f"{dma.controller} has channels {span}, not {dma.channel}"
        yield (*place, "channel"), what, f"choose one of {span}"


def check_microphone_channel(
    microphone: Microphone, controllers: Mapping[str, range], requests: Mapping[str, int]
) -> Iterator[Complaint]:
    """DMA that joins any request to any channel: `controllers` to channels, peripheral to line."""
    dma = microphone.dma
    yield from check_dma_channel(dma, controllers)
    request = requests.get(microphone.peripheral)
    if request is not None and dma.request != request:
        what = f"request {dma.request} is not {microphone.peripheral}'s"
        yield ("microphone", "dma", "request"), what, f"write {request}"


def refuse_microphone(part: str, microphone: Microphone, uart: Uart | None) -> Iterator[Complaint]:
    """A family's `check_microphone` where its port has no driver for one."""
    what = f"the port of {part} has no driver for {microphone.peripheral}"
    yield ("microphone", "peripheral"), what, "remove the microphone"


def check_peripheral(microphone: Microphone, known: Mapping[str, object]) -> Iterator[Complaint]:
    """`known`: the peripherals that the family's port has a driver for, in this part."""
    if microphone.peripheral not in known:
        what = f"{microphone.peripheral} is not supported by this port"
        choice = f"one of {', '.join(known)}" if known else "remove the microphone"
        yield ("microphone", "peripheral"), what, choice


def _check_own_channel(dma: DmaChannel, uart: Uart) -> Iterator[Complaint]:
    for name, other in (("rx_dma", uart.rx_dma), ("tx_dma", uart.tx_dma)):
        if (dma.controller, dma.channel) == (other.controller, other.channel):
            what = f"shared with uart.{name}"
            yield ("microphone", "dma", "channel"), what, "choose another channel"
