# SPDX-License-Identifier: Apache-2.0
"""The STM32U5 as the generator's registry takes it."""

from __future__ import annotations

from generator.boards.checks import check_one_ram
from generator.boards.dma import gpdma
from generator.boards.families.u5.limits import check
from generator.boards.families.u5.microphone import check_microphone, make_microphone
from generator.boards.families.u5.part import IDENTITY, part_facts
from generator.boards.families.u5.pins import needs_vddio2, package_pins
from generator.boards.families.u5.port import GPIO_BASE, make_port
from generator.boards.families.u5.record import U5Board, U5Clock
from generator.boards.family import Family
from generator.boards.gpio_values import GpioPlace

FAMILY = Family(
    name="u5",
    board=U5Board,
    clock=U5Clock,
    check=check,
    check_memories=check_one_ram,
    gpio=GpioPlace(
        base=GPIO_BASE,
        enable_register="AHB2ENR1",
        needs_supply=needs_vddio2,
        supply_register="PWR_SVMCR",
        supply_bit=29,  # IO2SV
    ),
    package_pins=package_pins,
    make_port=make_port,
    identity=IDENTITY,
    part_facts=part_facts,
    dma=gpdma.KIND,
    crc_enable=lambda part: ("AHB1ENR", 12),
    st_target=lambda part: "stm32u5",
    check_microphone=check_microphone,
    make_microphone=make_microphone,
)
