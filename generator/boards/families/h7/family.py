# SPDX-License-Identifier: Apache-2.0
"""The STM32H7 as the generator's registry takes it."""

from __future__ import annotations

from generator.boards.dma import dma_streams
from generator.boards.families.h7.limits import check, check_memories
from generator.boards.families.h7.microphone import check_microphone, make_microphone
from generator.boards.families.h7.part import IDENTITY, part_facts
from generator.boards.families.h7.pins import package_pins
from generator.boards.families.h7.port import GPIO_BASE, make_port
from generator.boards.families.h7.record import H7Board, H7Clock
from generator.boards.family import Family
from generator.boards.gpio_values import GpioPlace

FAMILY = Family(
    name="h7",
    board=H7Board,
    clock=H7Clock,
    check=check,
    check_memories=check_memories,
    gpio=GpioPlace(base=GPIO_BASE, enable_register="AHB4ENR"),
    package_pins=package_pins,
    make_port=make_port,
    identity=IDENTITY,
    part_facts=part_facts,
    dma=dma_streams.KIND,
    crc_enable=lambda part: ("AHB1ENR", 9) if part.startswith("STM32H7A3") else ("AHB4ENR", 19),
    st_target=lambda part: "stm32h7",
    check_microphone=check_microphone,
    make_microphone=make_microphone,
)
