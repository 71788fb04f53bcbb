# SPDX-License-Identifier: Apache-2.0
"""Pins, inputs and DMA requests of the microphones' peripherals against modm-devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from generator.boards import dfsdm
from generator.boards.families.h7 import microphone as h7
from generator.boards.families.l4 import microphone as l4
from generator.boards.families.l4.limits import find_line
from generator.boards.families.u5 import microphone as u5
from tests.generator.boards.families.h7_facts import PARTS_OF_LINES as H7_PARTS
from tests.generator.boards.families.l4_facts import PARTS_OF_LINES as L4_PARTS
from tests.generator.boards.test_boards_against_modm import facts_of

LINES = {**L4_PARTS, **H7_PARTS}


def signals_of(part: str, driver: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Pin and signal of the driver's first instance."""
    for pin in facts_of(part)["gpio"]["gpio"]:
        for signal in pin.get("signal", ()):
            if signal.get("driver") == driver and signal.get("instance") == "1":
                yield f"P{pin['port'].upper()}{pin['pin']}", signal


def pins_of(parts: tuple[str, ...]) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Pins of CKOUT and of DATINy, as the families' tables have them."""
    clock: dict[str, int] = {}
    data: dict[str, tuple[int, int]] = {}
    for part in parts:
        for pin, signal in signals_of(part, "dfsdm"):
            name, function = signal["name"], int(signal["af"])
            if name == "ckout":
                clock[pin] = function
            elif name.startswith("datin"):
                data[pin] = (int(name.removeprefix("datin")), function)
    return clock, data


@pytest.mark.parametrize("line", ["l47", "l4+", "h743", "h7a3"])
def test_pins_of_the_dfsdm(line: str) -> None:
    if line in L4_PARTS:
        found = find_line(LINES[line][0])
        assert found is not None
        table = l4.CLOCK_PINS[found.manual], dict(l4.DATA_PINS)
    else:
        table = h7.CLOCK_PINS, dict(h7.DATA_PINS)
    assert pins_of(LINES[line]) == table


@pytest.mark.parametrize("part", ["STM32U585AI", "STM32U575ZI"])
def test_pins_of_the_adf(part: str) -> None:
    """Its second clock output, ADF1_CCK1, is left out on purpose: the driver uses the first."""
    known: dict[tuple[str, str], dict[str, int]] = {}
    for pin, signal in signals_of(part, "adf"):
        known.setdefault(("ADF1", signal["name"]), {})[pin] = int(signal["af"])
    assert known["ADF1", "cck0"] == u5.PINS["ADF1", "clock"]
    assert known["ADF1", "sdi0"] == u5.PINS["ADF1", "data"]


@pytest.mark.parametrize("line", ["l43", "l432"])
def test_inputs_of_the_adc_where_there_is_no_dfsdm(line: str) -> None:
    assert pins_of(LINES[line]) == ({}, {})
    known = {
        pin: int(signal["name"].removeprefix("in"))
        for part in LINES[line]
        for pin, signal in signals_of(part, "adc")
        if signal["name"].removeprefix("in").isdigit()
    }
    assert {pin: l4.ADC_INPUTS[pin] for pin in known} == known
    assert line == "l432" or known == l4.ADC_INPUTS


def requests_of(part: str) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """Of a DMA without a DMAMUX: controller, request and signal, with the channel's number."""
    dma = facts_of(part)["dma"]
    for instance, channels in zip(dma["instance"], dma["channels"], strict=True):
        for channel in channels["channel"]:
            for request in channel.get("request", ()):
                for signal in request["signal"]:
                    where = {"channel": int(channel["position"]), "code": int(request["position"])}
                    yield f"DMA{instance}", where, signal


def test_channels_that_the_filters_ask() -> None:
    known = {
        (controller, where["channel"]): (int(signal["name"].removeprefix("flt")), where["code"])
        for controller, where, signal in requests_of("STM32L475VG")
        if signal["driver"] == "dfsdm"
    }
    assert known == {
        place: (number, l4.FILTER_SELECTION) for place, number in l4.FILTER_OF_CHANNEL.items()
    }


def test_channels_that_the_adc_asks() -> None:
    known = {
        (controller, where["channel"]): where["code"]
        for controller, where, signal in requests_of("STM32L432KC")
        if signal["driver"] == "adc"
    }
    assert known == l4.ADC_SELECTIONS


@pytest.mark.parametrize(
    ("part", "first"),
    [
        ("STM32L4R5ZI", l4.FIRST_FILTER_REQUEST),
        ("STM32H743ZI", h7.FIRST_FILTER_REQUEST),
        ("STM32H7A3ZI", h7.FIRST_FILTER_REQUEST),
    ],
)
def test_requests_of_dmamux(part: str, first: int) -> None:
    known = {
        signal["name"]: int(request["position"])
        for requests in facts_of(part)["dma"]["requests"]
        for request in requests["request"]
        for signal in request["signal"]
        if signal.get("driver") == "dfsdm" and signal.get("instance") == "1"
    }
    numbers = {f"flt{number}": first + number for number in range(dfsdm.FILTERS)}
    assert {name: known[name] for name in numbers} == numbers
