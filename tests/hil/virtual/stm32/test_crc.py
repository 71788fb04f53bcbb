# SPDX-License-Identifier: Apache-2.0
"""The CRC unit against zlib and against checksums of the literature."""

from __future__ import annotations

import zlib

import pytest

from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.crc import Crc, CrcL4

DR, IDR, CR, INIT, POL = 0x00, 0x04, 0x08, 0x10, 0x14
RESET, REV_OUT = 1 << 0, 1 << 7
TEXT = b"123456789"


def make(control: int, *, polynomial: int | None = None, init: int | None = None) -> Crc:
    unit = Crc(object(), "CRC", 0x4002_3000)
    if polynomial is not None:
        unit.write(POL, 4, polynomial)
    if init is not None:
        unit.write(INIT, 4, init)
    unit.write(CR, 4, control | RESET)
    return unit


def fed(unit: Crc, data: bytes) -> int:
    for byte in data:
        unit.write(DR, 1, byte)
    return unit.read(DR, 4)


def test_reversed_it_is_the_checksum_of_zip() -> None:
    assert fed(make(1 << 5 | REV_OUT), TEXT) ^ 0xFFFF_FFFF == zlib.crc32(TEXT)


@pytest.mark.parametrize(
    ("control", "polynomial", "init", "expected"),
    [
        (0, 0x04C1_1DB7, 0xFFFF_FFFF, 0x0376_E6E7),  # CRC-32/MPEG-2
        (1 << 3, 0x1021, 0xFFFF, 0x29B1),  # CRC-16/IBM-3740
        (1 << 3, 0x1021, 0, 0x31C3),  # CRC-16/XMODEM
        (2 << 3, 0x07, 0, 0xF4),  # CRC-8/SMBUS
        (3 << 3, 0x09, 0, 0x75),  # CRC-7/MMC
    ],
)
def test_known_checksums(control: int, polynomial: int, init: int, expected: int) -> None:
    assert fed(make(control, polynomial=polynomial, init=init), TEXT) == expected


def test_a_word_is_its_bytes_from_the_highest() -> None:
    words, octets = make(0), make(0)
    words.write(DR, 4, 0x3132_3334)
    assert words.read(DR, 4) == fed(octets, b"1234")


def test_reversal_by_word_turns_the_bytes_as_well() -> None:
    by_word, by_byte = make(3 << 5), make(1 << 5)
    by_word.write(DR, 4, int.from_bytes(b"1234", "little"))
    assert by_word.read(DR, 4) == fed(by_byte, b"1234")


def test_reset_loads_the_initial_value_and_clears_itself() -> None:
    unit = make(0, init=0x1234_5678)
    fed(unit, TEXT)
    unit.write(CR, 4, RESET)
    assert (unit.read(DR, 4), unit.read(CR, 4)) == (0x1234_5678, 0)


@pytest.mark.parametrize(
    ("offset", "size", "value", "rule"),
    [
        (CR, 4, 1 << 8, Rule.UNMODELLED_REGISTER),
        (0x0C, 4, 0, Rule.UNMODELLED_REGISTER),
        (DR + 1, 1, 0, Rule.REGISTER_ACCESS_SIZE),
        (CR, 1, 1, Rule.REGISTER_ACCESS_SIZE),
    ],
)
def test_what_is_refused(offset: int, size: int, value: int, rule: Rule) -> None:
    with pytest.raises(RuleBroken) as caught:
        make(0).write(offset, size, value)
    assert caught.value.rule is rule


def test_an_even_polynomial_is_refused_where_it_is_used() -> None:
    unit = make(0, polynomial=0x04C1_1DB6)
    with pytest.raises(RuleBroken, match="POL is even"):
        unit.write(DR, 4, 1)


def test_the_spare_register_of_the_l4_has_8_bits() -> None:
    unit = CrcL4(object(), "CRC", 0x4002_3000)
    unit.write(IDR, 4, 0xFF)
    with pytest.raises(RuleBroken):
        unit.write(IDR, 4, 0x100)
