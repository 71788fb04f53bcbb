# SPDX-License-Identifier: Apache-2.0
"""The part behind a probe, from made-up registers; their addresses are written here once more.

Values as delivered: those of the virtual chips, and of option bytes that others printed.
"""

from __future__ import annotations

import pytest
from pyocd.core.exceptions import TransferFaultError

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from hil.probe.part import OptionBytesError, WrongPartError, check_part

SPECS = load_boards(DEFAULT_BOARDS_FILE)

U5_OPTR, L4_OPTR, H7_OPTSR = 0x4002_2040, 0x4002_2020, 0x5200_201C

U5 = {
    0xE004_4000: 0x3001_6482,
    0x0BFA_07A0: 0xABCD_0800,
    U5_OPTR: 0x1FEF_F8AA,
    0x4002_2058: 0x0F80_FFFF,
    0x4002_205C: 0x0F80_FFFF,
    0x4002_2068: 0x0F80_FFFF,
    0x4002_206C: 0x0F80_FFFF,
}
L432 = {
    0xE004_2000: 0x1001_6435,
    0x1FFF_75E0: 0xFFFF_0100,
    L4_OPTR: 0xFFEF_F8AA,
    0x4002_202C: 0xFF00_FFFF,
    0x4002_2030: 0xFF00_FFFF,
}
L475 = {
    **L432,
    0xE004_2000: 0x1007_6415,
    0x1FFF_75E0: 0xFFFF_0400,
    0x4002_204C: 0xFF00_FFFF,
    0x4002_2050: 0xFF00_FFFF,
}
L4R5 = {**L475, 0xE004_2000: 0x101F_6470, 0x1FFF_75E0: 0xFFFF_0800}
H743 = {
    0x5C00_1000: 0x2003_6450,
    0x1FF1_E880: 0x0000_0800,
    H7_OPTSR: 0x1006_AAF0,
    0x5200_2038: 0x0000_00FF,
    0x5200_2138: 0x0000_00FF,
}
H7A3 = {
    0x5C00_1000: 0x1001_6480,
    0x08FF_F80C: 0x0000_0800,
    H7_OPTSR: 0x1006_AAF0,
    0x5200_2038: 0xFFFF_FFFF,
    0x5200_2138: 0xFFFF_FFFF,
}
PARTS = {
    "u585": U5,
    "u575": U5,
    "l475": L475,
    "l4r5": L4R5,
    "l432": L432,
    "h743": H743,
    "h7a3": H7A3,
}


class Memory:
    """Words by address; all other addresses do not answer."""

    def __init__(self, words: dict[int, int]) -> None:
        self.words = words
        self.read: set[int] = set()

    def __call__(self, address: int) -> int:
        self.read.add(address)
        if address not in self.words:
            raise TransferFaultError(address)
        return self.words[address]


def misfits_of(board: str, **words: int) -> OptionBytesError:
    changed = {int(name.removeprefix("at_"), 16): word for name, word in words.items()}
    with pytest.raises(OptionBytesError) as caught:
        check_part(SPECS[board], Memory({**PARTS[board], **changed}), "0042")
    return caught.value


@pytest.mark.parametrize("spec", SPECS.values(), ids=lambda spec: spec.id)
def test_the_right_part_as_delivered_is_let_pass(spec: BoardSpec) -> None:
    memory = Memory(PARTS[spec.id])
    check_part(spec, memory)
    assert memory.read == set(PARTS[spec.id])


@pytest.mark.parametrize(
    ("board", "there", "named"),
    [
        ("u585", "h743", "an STM32H742/H743/H750/H753"),
        ("h743", "u585", "an STM32U575/U585"),
        ("h743", "h7a3", "an STM32H7A3/H7B0/H7B3"),
        ("l475", "l4r5", "an STM32L4Rx/L4Sx"),
        ("l475", "l432", "an STM32L43x/L44x"),
        ("u575", "l432", "an STM32L43x/L44x"),
    ],
)
def test_a_wrong_part_is_refused_with_both_names(board: str, there: str, named: str) -> None:
    with pytest.raises(WrongPartError) as caught:
        check_part(SPECS[board], Memory(PARTS[there]))
    text = str(caught.value)
    assert f"board {board} has an {SPECS[board].part}" in text
    assert f"connected to {named}" in text


def test_unknown_and_silent_parts_are_refused_too() -> None:
    with pytest.raises(WrongPartError, match="an unknown device 0x413"):
        check_part(SPECS["l475"], Memory({0xE004_2000: 0x1007_6413}))
    for words in ({}, {0xE004_2000: 0}):
        with pytest.raises(WrongPartError, match="without a device number"):
            check_part(SPECS["l475"], Memory(words))


def test_another_flash_size_is_another_part() -> None:
    with pytest.raises(WrongPartError, match=r"with 1024 KiB of flash.*one with 512 KiB"):
        check_part(SPECS["l475"], Memory({**L475, 0x1FFF_75E0: 0xFFFF_0200}))
    check_part(SPECS["l475"], Memory({**L475, 0x1FFF_75E0: 0xFFFF_FFFF}))  # not written down


def test_trustzone_is_named_with_the_way_back() -> None:
    error = misfits_of("u585", at_40022040=0x9FEF_F8AA)
    assert [one.what for one in error.misfits] == ["TZEN = 1"]
    text = str(error)
    assert "TrustZone is on" in text
    assert "curing it erases the flash" in text
    connect = "STM32_Programmer_CLI -c port=SWD mode=HotPlug sn=0042"
    assert text.index(f"{connect} -ob RDP=0xDC") < text.index(f"{connect} -ob RDP=0xAA TZEN=0")


@pytest.mark.parametrize(
    ("board", "register", "shift"),
    [("u585", U5_OPTR, 0), ("l432", L4_OPTR, 0), ("h743", H7_OPTSR, 8), ("h7a3", H7_OPTSR, 8)],
)
@pytest.mark.parametrize(("value", "level"), [(0x55, "0.5"), (0xBB, "1"), (0x00, "1"), (0xCC, "2")])
def test_readout_protection_is_named_and_what_it_hides_not_read(
    board: str, register: int, shift: int, value: int, level: str
) -> None:
    word = PARTS[board][register] & ~(0xFF << shift) | value << shift
    error = misfits_of(board, **{f"at_{register:x}": word})
    assert [one.what for one in error.misfits] == [f"RDP level {level}"]
    hidden = {**PARTS[board], register: word}
    del hidden[
        {"u585": 0x0BFA_07A0, "l432": 0x1FFF_75E0, "h743": 0x1FF1_E880}.get(board, 0x08FF_F80C)
    ]
    with pytest.raises(OptionBytesError):
        check_part(SPECS[board], Memory(hidden))


@pytest.mark.parametrize(
    ("board", "register", "bit", "what", "cure"),
    [
        ("u585", U5_OPTR, 16, "IWDG_SW = 0", "IWDG_SW=1"),
        ("u575", U5_OPTR, 20, "SWAP_BANK = 1", "SWAP_BANK=0"),
        ("l475", L4_OPTR, 16, "IWDG_SW = 0", "IWDG_SW=1"),
        ("l475", L4_OPTR, 20, "BFB2 = 1", "BFB2=0"),
        ("l4r5", L4_OPTR, 22, "DBANK = 0", "DBANK=1"),
        ("h743", H7_OPTSR, 4, "IWDG1_SW = 0", "IWDG1_SW=1"),
        ("h743", H7_OPTSR, 31, "SWAP_BANK = 1", "SWAP_BANK=0"),
        ("h7a3", H7_OPTSR, 21, "SECURITY = 1", "RDP=0xAA SECURITY=0"),
    ],
)
def test_a_bit_that_does_not_fit_is_named_with_its_cure(
    board: str, register: int, bit: int, what: str, cure: str
) -> None:
    error = misfits_of(board, **{f"at_{register:x}": PARTS[board][register] ^ 1 << bit})
    assert [one.what for one in error.misfits] == [what]
    assert f"-ob {cure}" in str(error)


def test_write_protection_is_named_by_page_or_sector() -> None:
    pages = misfits_of("u585", at_40022058=0xFF80_FF80 | 3 << 16 | 0, at_4002206c=0xFFFF_FFFF)
    assert [one.what for one in pages.misfits] == [
        "WRP1A covers pages 0 to 3 of its bank",
        "WRP2B covers pages 127 to 127 of its bank",
    ]
    assert "-ob WRP1A_PSTRT=0x7f WRP1A_PEND=0x0" in str(pages)
    small = misfits_of("l432", at_4002202c=0xFF1F_FF00)
    assert "WRP1A covers pages 0 to 31" in str(small)
    assert "-ob WRP1A_STRT=0xff WRP1A_END=0x0" in str(small)
    sectors = misfits_of("h743", at_52002138=0xFC)
    assert "WPSN_CUR2 = 0xfc: sectors 0, 1 of its bank" in str(sectors)
    assert "-ob nWRP8=1 nWRP9=1" in str(sectors)
    groups = misfits_of("h7a3", at_52002038=0xFFFF_FFFD)
    assert "sectors 4 to 7 of its bank" in str(groups)
    assert "no command is known" in str(groups)


def test_all_that_does_not_fit_comes_in_one_message() -> None:
    error = misfits_of("l4r5", at_40022020=0xFFAE_F8BB, at_40022050=0xFF00_FF00)
    assert [one.what for one in error.misfits] == [
        "RDP level 1",
        "IWDG_SW = 0",
        "DBANK = 0",
        "WRP2B covers pages 0 to 0 of its bank",
    ]
    assert "nothing was changed" in str(error)
    assert error.exit_code == 3
