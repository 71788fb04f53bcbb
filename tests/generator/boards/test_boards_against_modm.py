# SPDX-License-Identifier: Apache-2.0
"""boards.yaml and the families' tables against modm-devices, facts on every STM32 by other hands.

Memories, cores, UARTs, pins and their alternate functions, DMA requests and interrupt numbers are
compared.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import modm_devices
import pytest
from modm_devices.parser import DeviceParser

from generator.boards.boards_file import load_boards
from generator.boards.families.h7.lines import LINES as H7_LINES
from generator.boards.families.l4.limits import CSELR_REQUESTS
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from tests.generator.boards.families.all_facts import FACTS
from tests.generator.boards.families.facts import Facts
from tests.generator.boards.families.h7_facts import PARTS_OF_LINES as PARTS_OF_H7_LINES

DEVICES = Path(modm_devices.__file__).parent / "resources" / "devices" / "stm32"

BOARDS = load_boards(DEFAULT_BOARDS_FILE)

ALIASED_SRAM2 = {"l432": 0x2000_C000, "l4r5": 0x2003_0000}
"""Where SRAM2 is seen a second time (RM0394, RM0432: 2.2); the data set knows the first place."""

FLASH_NAMES = ("flash", "flash_ns", "flash1", "flash2")
CORE_RAM_NAMES = ("ccm", "dtcm", "itcm")

SPLIT_RAM = {("h743", "dma_ram")}
"""Memories of a record that are a part of a longer stretch."""

Signals = dict[tuple[str, str], dict[str, int]]


@cache
def facts_of(part: str) -> dict[str, Any]:
    """Drivers of a part by name, such as "STM32L475VG"; any temperature range or supply variant."""
    number = part.removeprefix("STM32").lower().removesuffix("q")
    for path in sorted(DEVICES.glob(f"stm32{number[:2]}-*.xml")):
        if number[2:4] not in path.stem.replace("-", "_").split("_"):
            continue
        for device in DeviceParser().parse(str(path)).get_devices():
            if device.identifier.string.startswith(f"stm32{number}"):
                return {driver["name"]: driver for driver in device.properties["driver"]}
    raise LookupError(part)


def is_uart(signal: dict[str, str]) -> bool:
    return signal.get("driver") in ("usart", "uart", "lpuart")


def uart_name(signal: dict[str, str]) -> str:
    """The only LPUART of a part has no number there in some places."""
    return f"{signal['driver'].upper()}{signal.get('instance', '1')}"


def uart_signals(part: str) -> Signals:
    """(UART, direction) to pins and alternate functions."""
    found: Signals = defaultdict(dict)
    for pin in facts_of(part)["gpio"]["gpio"]:
        for signal in pin.get("signal", ()):
            if is_uart(signal) and signal["name"] in ("tx", "rx"):
                name = uart_name(signal)
                where = f"P{pin['port'].upper()}{pin['pin']}"
                found[name, signal["name"]][where] = int(signal["af"])
    return dict(found)


@pytest.fixture(params=sorted(BOARDS))
def board(request: pytest.FixtureRequest) -> BoardSpec:
    return BOARDS[request.param]


def test_core_and_memories(board: BoardSpec) -> None:
    core = facts_of(board.part)["core"]
    assert core["type"].removesuffix("f").removesuffix("d") == board.core
    known = {m["name"]: (int(m["start"], 16), int(m["size"])) for m in core["memory"]}
    banks = [area for name, area in known.items() if name in FLASH_NAMES]
    assert board.flash.origin == banks[0][0]
    assert board.flash.size_bytes == sum(size for _, size in banks)
    areas = [area for name, area in known.items() if "ram" in name or name in CORE_RAM_NAMES]
    if board.id in ALIASED_SRAM2:
        areas.append((ALIASED_SRAM2[board.id], known["ccm"][1]))
    covered = {offset for start, size in areas for offset in range(start, start + size, 1024)}
    for memory in board.memories:
        if memory.kind == "ram":
            assert set(range(memory.origin, memory.end, 1024)) <= covered, memory.name
            if (board.id, memory.name) not in SPLIT_RAM:
                assert memory.end not in covered, f"{memory.name} goes on"


def test_uart_and_its_pins(board: BoardSpec) -> None:
    signals = uart_signals(board.part)
    for direction, pin in (("tx", board.uart.tx), ("rx", board.uart.rx)):
        assert signals[board.uart.peripheral, direction][pin.pin] == pin.alternate_function


@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS)
def test_pin_tables(facts: Facts) -> None:
    """Every pin of a table is a fact of some part, and none is missing but on purpose."""
    for parts, table in facts.pin_tables:
        known: Signals = defaultdict(dict)
        for part in parts:
            for (uart, direction), pins in uart_signals(part).items():
                for pin, function in pins.items():
                    if not facts.left_out(uart, pin):
                        known[uart, direction][pin] = function
        assert known
        assert {signal: dict(pins) for signal, pins in table.items()} == dict(known), parts


@pytest.mark.parametrize("line", sorted(H7_LINES))
def test_ram_banks_of_the_h7(line: str) -> None:
    """Every RAM of the second domain has a bank with a clock of its own."""
    assert all(part.startswith(H7_LINES[line].parts) for part in PARTS_OF_H7_LINES[line])
    memories = facts_of(PARTS_OF_H7_LINES[line][0])["core"]["memory"]
    known = {
        address
        for memory in memories
        if memory["name"].startswith("d2_sram")
        for start in [int(memory["start"], 16)]
        for address in range(start, start + int(memory["size"]), 1024)
    }
    banks = H7_LINES[line].sram_banks
    assert known == {address for bank in banks for address in range(bank.origin, bank.end, 1024)}


def test_channels_and_selections_of_dma_cselr() -> None:
    """The table is that of the largest parts; a smaller one lacks some UARTs, no more."""
    for part in ("STM32L475VG", "STM32L432KC"):
        known: dict[tuple[str, str], dict[tuple[str, int], int]] = defaultdict(dict)
        dma = facts_of(part)["dma"]
        for instance, channels in zip(dma["instance"], dma["channels"], strict=True):
            for channel in channels["channel"]:
                for request in channel.get("request", ()):
                    for signal in request["signal"]:
                        if is_uart(signal):
                            key = (uart_name(signal), signal["name"])
                            place = f"DMA{instance}", int(channel["position"])
                            known[key][place] = int(request["position"])
        assert known
        assert {key: CSELR_REQUESTS[key] for key in known} == dict(known), part


def dmamux_requests(part: str) -> dict[tuple[str, str], int]:
    """(UART, direction) to request of DMAMUX1."""
    return {
        (uart_name(signal), signal["name"]): int(request["position"])
        for requests in facts_of(part)["dma"]["requests"]
        for request in requests["request"]
        for signal in request["signal"]
        if is_uart(signal)
    }


@pytest.mark.parametrize(
    ("part", "requests"),
    [item for facts in FACTS.values() for item in facts.dmamux_requests.items()],
)
def test_requests_of_dmamux(part: str, requests: dict[tuple[str, str], int]) -> None:
    assert dmamux_requests(part) == requests


SERVED = (
    *("USART", "DMA1_CH", "DMA2_CH", "GPDMA1_CH"),
    *("DMA1_STREAM", "DMA2_STREAM"),
)


@pytest.mark.parametrize(
    ("part", "names"),
    [item for facts in FACTS.values() for item in facts.interrupts.items()],
)
def test_interrupt_numbers(part: str, names: tuple[str, ...]) -> None:
    """UARTs and DMA channels, which the port serves, are where the data set has them."""
    vectors = facts_of(part)["core"]["vector"]
    served = 0
    for vector in vectors:
        position = int(vector["position"])
        name = vector["name"].replace("_Channel", "_CH").replace("_Stream", "_STREAM")
        if "UART" in name or name.startswith(SERVED):
            assert names[position] == name
            served += 1
    assert served >= 13
