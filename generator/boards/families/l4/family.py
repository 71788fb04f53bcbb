# SPDX-License-Identifier: Apache-2.0
"""The STM32L4 and L4+ as the generator's registry takes it."""

from __future__ import annotations

from generator.boards.checks import check_one_ram
from generator.boards.dma import dma_basic
from generator.boards.families.l4.limits import check, needs_vddio2
from generator.boards.families.l4.microphone import check_microphone, make_microphone
from generator.boards.families.l4.part import IDENTITY, part_facts
from generator.boards.families.l4.pins import package_pins
from generator.boards.families.l4.port import GPIO_BASE, make_port
from generator.boards.families.l4.record import L4Board, L4Clock
from generator.boards.family import Family
from generator.boards.gpio_values import GpioPlace

FAMILY = Family(
    name="l4",
    board=L4Board,
    clock=L4Clock,
    check=check,
    check_memories=check_one_ram,
    gpio=GpioPlace(
        base=GPIO_BASE,
        enable_register="AHB2ENR",
        needs_supply=needs_vddio2,
        supply_register="PWR_CR2",
        supply_bit=9,  # IOSV
    ),
    package_pins=package_pins,
    make_port=make_port,
    identity=IDENTITY,
    part_facts=part_facts,
    dma=dma_basic.KIND,
    crc_enable=lambda part: ("AHB1ENR", 12),
    st_target=lambda part: "stm32l4+" if part[7] in "PQRS" else "stm32l4",
    check_microphone=check_microphone,
    make_microphone=make_microphone,
)
