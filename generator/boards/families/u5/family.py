# SPDX-License-Identifier: Apache-2.0
"""The STM32U5 as the generator's registry takes it."""

from __future__ import annotations

from generator.boards.checks import check_one_ram
from generator.boards.dma import gpdma
from generator.boards.families.u5.limits import check
from generator.boards.families.u5.part import IDENTITY, part_facts
from generator.boards.families.u5.pins import package_pins
from generator.boards.families.u5.port import make_port
from generator.boards.families.u5.record import U5Board, U5Clock
from generator.boards.family import Family

FAMILY = Family(
    name="u5",
    board=U5Board,
    clock=U5Clock,
    check=check,
    check_memories=check_one_ram,
    package_pins=package_pins,
    make_port=make_port,
    identity=IDENTITY,
    part_facts=part_facts,
    dma=gpdma.KIND,
    crc_enable=lambda part: ("AHB1ENR", 12),
    st_target=lambda part: "stm32u5",
)
