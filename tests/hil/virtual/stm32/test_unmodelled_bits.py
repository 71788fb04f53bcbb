# SPDX-License-Identifier: Apache-2.0
"""Bits that the model gives no meaning, and reserved bits, are refused; the others are not."""

from __future__ import annotations

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken

FLASH_KEYS = (0x45670123, 0xCDEF89AB)
DMA_CHANNEL = 0x50
CTR1, CTR2, CBR1, CTR3, CLLR, CLBAR, CFCR = 0x40, 0x44, 0x48, 0x54, 0x7C, 0x00, 0x0C


def refused(machine: Machine, peripheral: str, offset: int, value: int) -> RuleBroken:
    """Write a word into a peripheral; expect UNMODELLED_REGISTER, and the register as it was."""
    before = machine.peripherals[peripheral].read(offset, 4)
    with pytest.raises(RuleBroken) as caught:
        machine.peripherals[peripheral].write(offset, 4, value)
    assert caught.value.rule is Rule.UNMODELLED_REGISTER, str(caught.value)
    assert machine.peripherals[peripheral].read(offset, 4) == before
    return caught.value


@pytest.mark.parametrize(
    ("register", "value"),
    [
        *((CTR1, 1 << bit) for bit in (0, 1, 4, 9, 11, 12, 13, 15, 16, 17, 20, 25, 26, 27, 31)),
        *((CTR1, 1 << bit) for bit in (2, 10, 18, 28, 29)),  # reserved
        *((CTR2, 1 << bit) for bit in (9, 11, 14, 15, 16, 21, 24, 25)),
        *((CTR2, 1 << bit) for bit in (7, 8, 12, 13, 22, 23, 26, 29)),  # reserved
        *((CBR1, 1 << bit) for bit in (16, 27, 28, 31)),
        *((CLLR, 1 << bit) for bit in (0, 1, 17, 24, 25, 26)),
        (CLBAR, 1),
        (CFCR, 1),
        (0x14, 1 << 16),
        (0x14, 1 << 3),
    ],
)
def test_gpdma_refuses_what_it_does_not_do(machine: Machine, register: int, value: int) -> None:
    machine.rcc.write(0x88, 4, machine.rcc.values["AHB1ENR"] | 1)
    refused(machine, "GPDMA1", DMA_CHANNEL + register, value)


@pytest.mark.parametrize("register", [CTR3, 0x58])
def test_gpdma_refuses_two_dimensional_addressing(machine: Machine, register: int) -> None:
    refused(machine, "GPDMA1", DMA_CHANNEL + 12 * 0x80 + register, 1)


def test_gpdma_takes_what_a_uart_needs(machine: Machine) -> None:
    channel = machine.peripherals["GPDMA1"]
    for register, value in (
        (CTR1, 1 << 30 | 1 << 19 | 1 << 14 | 1 << 3),
        (CTR2, 3 << 30 | 1 << 10 | 25),
        (CBR1, 0xFFFF),
        (CLLR, 0xF801_FFFC),
        (CLBAR, 0x2000_0000),
    ):
        channel.write(DMA_CHANNEL + register, 4, value)
        assert channel.read(DMA_CHANNEL + register, 4) == value


# Name, and which bits exist without being memory's: RM0456 11.8, RM0351, RM0394 and RM0432 6.4.
ENABLES = {
    "u585": {
        "AHB1ENR": 0x5107100F, "AHB2ENR1": 0x19BF55FF, "AHB2ENR2": 0x111, "AHB3ENR": 0x1665,
        "APB1ENR1": 0x17E483F, "APB1ENR2": 0x800222, "APB2ENR": 0x677800, "APB3ENR": 0x30F8E2,
        "AHB1RSTR": 0x7100F, "AHB2RSTR1": 0x19BF55FF, "AHB3RSTR": 0x661, "APB2RSTR": 0x677800,
    },
    "u575": {"AHB1ENR": 0x5107100F, "AHB2ENR1": 0x182655FF, "AHB2RSTR1": 0x182655FF},
    "l475": {
        "AHB1ENR": 0x11003, "AHB2ENR": 0x430FF, "AHB3ENR": 0x101, "APB1ENR1": 0xF2FEC83F,
        "APB1ENR2": 0x25, "APB2ENR": 0x1677C81, "AHB1RSTR": 0x11003, "APB1RSTR1": 0xF2FEC03F,
    },
    "l432": {
        "AHB1ENR": 0x11003, "AHB2ENR": 0x42087, "AHB3ENR": 0x100, "APB1ENR1": 0xF7A28C31,
        "APB1ENR2": 0x25, "APB2ENR": 0x235881, "APB1RSTR1": 0xF7A28031,
    },
    "l4r5": {
        "AHB1ENR": 0x31007, "AHB2ENR": 0x5471FF, "AHB3ENR": 0x301, "APB1ENR1": 0xF3FECC3F,
        "APB1ENR2": 0x23, "APB2ENR": 0x1677881, "AHB1RSTR": 0x31007, "APB1RSTR1": 0xF3FEC03F,
    },
    "h743": {
        "AHB1ENR": 0x1E038023, "AHB2ENR": 0xE0000241, "AHB3ENR": 0x15031, "AHB4ENR": 0x132807FF,
        "APB1LENR": 0xE8FFC3FF, "APB2ENR": 0x31D73033, "APB4ENR": 0x21DEAA, "AHB4RSTR": 0x32807FF,
    },
    "h7a3": {
        "AHB1ENR": 0x6000223, "AHB2ENR": 0x60000A45, "AHB3ENR": 0x1295031, "AHB4ENR": 0x302007FF,
        "APB1LENR": 0xE8FFC3FF, "APB2ENR": 0x40D730F3, "APB4ENR": 0xC01E6AA, "AHB4RSTR": 0x2007FF,
    },
}  # fmt: skip


@pytest.mark.parametrize("board", ENABLES)
def test_clocks_of_all_that_exists_can_be_switched_and_no_others(board: str) -> None:
    """Each bit of each register is tried alone: those of the manual pass, the rest is refused."""
    machine = Machine(board)
    offsets = {register.name: offset for offset, register in machine.rcc.REGISTERS.items()}
    for name, exists in ENABLES[board].items():
        for bit in range(32):
            value = machine.rcc.values[name] ^ 1 << bit
            if exists >> bit & 1:
                machine.rcc.write(offsets[name], 4, value)
                assert machine.rcc.values[name] == value, (name, bit)
            else:
                refused(machine, "RCC", offsets[name], value)


def test_an_enable_written_by_the_byte_is_checked_too(machine: Machine) -> None:
    machine.rcc.write(0x8C, 1, 0x01)
    assert machine.rcc.values["AHB2ENR1"] == 0xC000_0001
    with pytest.raises(RuleBroken, match="0x00000200"):
        machine.rcc.write(0x8D, 1, 0x02)


FLASH_CONTROLS = {
    "u585": (0x08, 0x28, (10, 12, 13, 14, 17, 24, 25, 27, 28)),
    "l475": (0x08, 0x14, (12, 13, 14, 17, 18, 24, 25, 26, 27, 28)),
    "l4r5": (0x08, 0x14, (12, 13, 14, 17, 18, 24, 25, 26, 27, 28)),
    "l432": (0x08, 0x14, (12, 13, 14, 17, 18, 24, 25, 26, 27, 28)),
}


@pytest.mark.parametrize("board", FLASH_CONTROLS)
def test_flash_refuses_reserved_and_unmodelled_bits(board: str) -> None:
    machine = Machine(board)
    key, control, bits = FLASH_CONTROLS[board]
    for word in FLASH_KEYS:
        machine.flash.write(key, 4, word)
    for bit in bits:
        refused(machine, "FLASH", control, machine.flash.read(control, 4) | 1 << bit)
    machine.flash.write(control, 4, 1)  # OPTLOCK stays: software can only set it.
    assert machine.flash.read(control, 4) == 1 << 30 | 1
    machine.flash.write(control, 4, 1 << 31)
    assert machine.flash.read(control, 4) >> 31  # LOCK


@pytest.mark.parametrize("bit", [10, 11, 15])
def test_the_l432_has_no_second_bank(bit: int) -> None:
    machine = Machine("l432")
    for word in FLASH_KEYS:
        machine.flash.write(0x08, 4, word)
    with pytest.raises(RuleBroken) as caught:
        machine.flash.write(0x14, 4, 1 << bit)
    assert caught.value.rule is Rule.FLASH_PROGRAMMING


@pytest.mark.parametrize("bit", [14, 15])
def test_dma_of_the_l4_refuses_memory_to_memory(bit: int) -> None:
    refused(Machine("l475"), "DMA1", 0x08, 1 << bit)
