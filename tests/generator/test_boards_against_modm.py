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

from generator.board_spec import BoardSpec, load_boards
from generator.firmware import DEFAULT_BOARDS_FILE
from generator.l4_limits import CSELR_REQUESTS, DMAMUX_REQUESTS, LINES
from generator.port.l4_interrupts import L4_PLUS_INTERRUPTS, L43_INTERRUPTS, L47_INTERRUPTS
from generator.port.u5_interrupts import INTERRUPTS as U5_INTERRUPTS
from generator.u5_limits import UART_PINS as U5_UART_PINS

DEVICES = Path(modm_devices.__file__).parent / "resources" / "devices" / "stm32"

BOARDS = load_boards(DEFAULT_BOARDS_FILE)

ALIASED_SRAM2 = {"l432": 0x2000_C000, "l4r5": 0x2003_0000}
"""Where SRAM2 is seen a second time (RM0394, RM0432: 2.2); the data set knows the first place."""

Signals = dict[tuple[str, str], dict[str, int]]


@cache
def facts_of(part: str) -> dict[str, Any]:
    """Drivers of a part by name, such as "STM32L475VG"; any temperature range or supply variant."""
    number = part.removeprefix("STM32").lower()
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
    flash = known.get("flash", known.get("flash_ns"))
    assert (board.flash.origin, board.flash.size_bytes) == flash
    areas = [area for name, area in known.items() if "ram" in name or name in ("ccm", "dtcm")]
    if board.id in ALIASED_SRAM2:
        areas.append((ALIASED_SRAM2[board.id], known["ccm"][1]))
    covered = {offset for start, size in areas for offset in range(start, start + size, 1024)}
    for memory in board.memories:
        if memory.kind == "ram":
            assert set(range(memory.origin, memory.end, 1024)) <= covered, memory.name
            assert memory.end not in covered, f"{memory.name} goes on"


def test_uart_and_its_pins(board: BoardSpec) -> None:
    signals = uart_signals(board.part)
    for direction, pin in (("tx", board.uart.tx), ("rx", board.uart.rx)):
        assert signals[board.uart.peripheral, direction][pin.pin] == pin.alternate_function


PARTS_OF_LINES = {
    "l47": ("STM32L475VG", "STM32L476ZG"),
    "l43": ("STM32L433VC",),
    "l432": ("STM32L432KC", "STM32L442KC"),
    "l4+": ("STM32L4R5ZI", "STM32L4S5ZI"),
}


@pytest.mark.parametrize("line", sorted(LINES))
def test_pin_tables_of_the_l4(line: str) -> None:
    """Every pin of the table is a fact of some part of the line, and none is missing."""
    known: Signals = defaultdict(dict)
    for part in PARTS_OF_LINES[line]:
        for signal, pins in uart_signals(part).items():
            known[signal] |= pins
    ours = {signal: dict(pins) for signal, pins in LINES[line].uart_pins.items()}
    assert ours == dict(known)


def test_pin_table_of_the_u5() -> None:
    """Those of port G and of LPUART1 are left out on purpose."""
    known = {
        signal: {pin: function for pin, function in pins.items() if not pin.startswith("PG")}
        for signal, pins in uart_signals("STM32U585AI").items()
        if signal[0] != "LPUART1"
    }
    assert known == U5_UART_PINS


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


def test_requests_of_dmamux() -> None:
    known = {
        (uart_name(signal), signal["name"]): int(request["position"])
        for requests in facts_of("STM32L4R5ZI")["dma"]["requests"]
        for request in requests["request"]
        for signal in request["signal"]
        if is_uart(signal)
    }
    assert known == DMAMUX_REQUESTS


@pytest.mark.parametrize(
    ("part", "names"),
    [
        *(("STM32L475VG", L47_INTERRUPTS), ("STM32L476ZG", L47_INTERRUPTS)),
        *(("STM32L432KC", L43_INTERRUPTS), ("STM32L433VC", L43_INTERRUPTS)),
        *(("STM32L4R5ZI", L4_PLUS_INTERRUPTS), ("STM32U585AI", U5_INTERRUPTS)),
    ],
)
def test_interrupt_numbers(part: str, names: tuple[str, ...]) -> None:
    """UARTs and DMA channels, which the port serves, stand where the data set has them."""
    vectors = facts_of(part)["core"]["vector"]
    served = 0
    for vector in vectors:
        position, name = int(vector["position"]), vector["name"].replace("_Channel", "_CH")
        if "UART" in name or name.startswith(("USART", "DMA1_CH", "DMA2_CH", "GPDMA1_CH")):
            assert names[position] == name
            served += 1
    assert served >= 13
