# SPDX-License-Identifier: Apache-2.0
"""Flash while a debugger is attached: misuse sets the flags that the manuals name, and no more.

Offsets and bits are written here once more, from RM0456, RM0351, RM0394, RM0432, RM0433, RM0455.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.option_bytes import OptionBytes
from tests.hil.virtual.debugger import Debugger

KEYS = (0x4567_0123, 0xCDEF_89AB)
AT = 0x0801_0000


@dataclass(frozen=True)
class Layout:
    """A family's registers: key, status, what clears it, control; a unit, and what erases."""

    key: int
    status: int
    clear: int
    control: int
    unit: int
    program: int
    erase_first_page: int
    lock: int = 1 << 31


U5 = Layout(0x4002_2008, 0x4002_2020, 0x4002_2020, 0x4002_2028, 16, 1, 2 | 8 << 3 | 1 << 16)
L4 = Layout(0x4002_2008, 0x4002_2010, 0x4002_2010, 0x4002_2014, 8, 1, 2 | 32 << 3 | 1 << 16)
L4R5 = Layout(0x4002_2008, 0x4002_2010, 0x4002_2010, 0x4002_2014, 8, 1, 2 | 16 << 3 | 1 << 16)
H743 = Layout(0x5200_2004, 0x5200_2010, 0x5200_2014, 0x5200_200C, 32, 0x32, 0x34 | 1 << 7, 1)
H7A3 = Layout(0x5200_2004, 0x5200_2010, 0x5200_2014, 0x5200_200C, 16, 2, 4 | 8 << 6 | 1 << 5, 1)
LAYOUTS = {"u585": U5, "l475": L4, "l432": L4, "l4r5": L4R5, "h743": H743, "h7a3": H7A3}
PAGED_BOARDS = ("u585", "l475", "l432", "l4r5")
H7_BOARDS = ("h743", "h7a3")
PROGERR, WRPERR, PGAERR, SIZERR, PGSERR = (1 << bit for bit in (3, 4, 5, 6, 7))
H7_WRPERR, H7_PGSERR, H7_STRBERR, H7_INCERR, H7_EOP = (1 << bit for bit in (17, 18, 19, 21, 16))


class Probe(Debugger):
    """A debugger that drives the controller by hand."""

    def __init__(self, board: str, options: OptionBytes | None = None) -> None:
        super().__init__(board)
        self.layout = LAYOUTS[board]
        if options is not None:
            self.machine.flash.options = options
            self.reset_and_halt()

    def unlock(self) -> None:
        for key in KEYS:
            self.write(self.layout.key, key)

    def begin(self) -> None:
        self.unlock()
        self.write(self.layout.control, self.layout.program)

    def wait(self) -> None:
        self.machine.run(0.01)

    def flags(self) -> int:
        return self.read(self.layout.status) & ~H7_EOP

    def clear(self) -> None:
        self.write(self.layout.clear, 0x07EF_0000 if self.layout.lock == 1 else 0xC3FA)

    def unit(self, first: int) -> list[int]:
        return [first + index for index in range(self.layout.unit // 4)]

    def cells(self, address: int = AT) -> list[int]:
        core = self.machine.core
        return [core.word(address + 4 * index) for index in range(self.layout.unit // 4)]

    @property
    def erased(self) -> list[int]:
        return [0xFFFF_FFFF] * (self.layout.unit // 4)


@pytest.mark.parametrize("board", LAYOUTS)
def test_a_unit_is_programmed_and_its_page_erased(board: str) -> None:
    probe = Probe(board)
    probe.begin()
    at = 0x0800_0000 if board == "h743" else AT
    probe.write(at, *probe.unit(1))
    probe.wait()
    assert (probe.flags(), probe.cells(at)) == (0, probe.unit(1))
    probe.write(probe.layout.control, 0)
    probe.write(probe.layout.control, probe.layout.erase_first_page)
    probe.wait()
    assert (probe.flags(), probe.cells(at)) == (0, probe.erased)


@pytest.mark.parametrize("board", LAYOUTS)
def test_without_the_keys_nothing_is_programmed(board: str) -> None:
    probe = Probe(board)
    probe.write(probe.layout.control, probe.layout.program)
    probe.write(AT, *probe.unit(1))
    assert probe.flags() == (H7_PGSERR if board in H7_BOARDS else PGSERR)
    assert probe.cells() == probe.erased


@pytest.mark.parametrize("board", LAYOUTS)
def test_a_wrong_key_locks_until_a_reset(board: str) -> None:
    probe = Probe(board)
    probe.write(probe.layout.key, 1)
    probe.unlock()
    assert probe.read(probe.layout.control) & probe.layout.lock
    probe.reset_and_halt()
    probe.unlock()
    assert not probe.read(probe.layout.control) & probe.layout.lock


@pytest.mark.parametrize("board", PAGED_BOARDS)
@pytest.mark.parametrize(
    ("address", "size", "flag"), [(AT, 2, SIZERR), (AT, 1, SIZERR), (AT + 4, 4, PGAERR)]
)
def test_a_unit_is_written_by_words_in_order(
    board: str, address: int, size: int, flag: int
) -> None:
    probe = Probe(board)
    probe.begin()
    probe.bus.write(address, size, 0x12)
    assert (probe.flags(), probe.cells()) == (flag, probe.erased)
    # All that follows is refused until the flag is cleared.
    probe.write(AT, *probe.unit(1))
    assert probe.flags() == flag | PGSERR
    probe.write(probe.layout.control, 0)
    probe.write(probe.layout.control, probe.layout.erase_first_page)
    assert not probe.read(probe.layout.status) >> 16 & 1  # BSY
    probe.clear()
    probe.write(probe.layout.control, probe.layout.program)
    probe.write(AT, *probe.unit(1))
    probe.wait()
    assert (probe.flags(), probe.cells()) == (0, probe.unit(1))


@pytest.mark.parametrize("board", PAGED_BOARDS)
def test_a_programmed_unit_takes_zeros_alone(board: str) -> None:
    probe = Probe(board)
    probe.begin()
    probe.write(AT, *probe.unit(1))
    probe.wait()
    probe.write(AT, *probe.unit(2))
    assert (probe.flags(), probe.cells()) == (PROGERR, probe.unit(1))
    probe.clear()
    zeros = [0] * len(probe.erased)
    probe.write(AT, *zeros)
    probe.wait()
    assert (probe.flags(), probe.cells()) == (0, zeros)


@pytest.mark.parametrize("board", H7_BOARDS)
def test_h7_takes_bytes_and_refuses_one_of_another_flash_word(board: str) -> None:
    probe = Probe(board)
    probe.begin()
    for at in range(probe.layout.unit):
        probe.bus.write(AT + at, 1, at)
    probe.wait()
    assert probe.flags() == 0
    assert probe.cells()[0] == 0x0302_0100
    probe.write(AT + 64, 1)
    probe.write(AT + 128, 1)
    assert probe.flags() == H7_INCERR
    probe.clear()
    probe.write(AT + 64, 1)
    probe.write(AT + 64, 1)
    assert probe.flags() == H7_STRBERR
    assert probe.cells(AT + 64) == probe.erased


@pytest.mark.parametrize("board", H7_BOARDS)
def test_h7_programs_over_cells_and_leaves_them_unreadable(board: str) -> None:
    """The controller does not look; the bits of both are left, and an ECC of neither."""
    probe = Probe(board)
    probe.begin()
    probe.write(AT, *probe.unit(0x0F00))
    probe.wait()
    probe.write(AT, *probe.unit(0x00F0))
    probe.wait()
    assert probe.flags() == 0
    assert probe.machine.flash.damaged.spans == [(AT, AT + probe.layout.unit)]


@pytest.mark.parametrize("board", LAYOUTS)
def test_write_protected_cells_are_neither_programmed_nor_erased(board: str) -> None:
    sector = 0x2_0000 if board == "h743" else 0x8000
    start = AT & ~(sector - 1)
    probe = Probe(board, OptionBytes(write_protected=((start, start + sector),)))
    wrperr = H7_WRPERR if board in H7_BOARDS else WRPERR
    probe.begin()
    probe.write(AT, 1)
    assert (probe.flags(), probe.cells()) == (wrperr, probe.erased)
    probe.machine.core.flash_bytes[AT - 0x0800_0000] = 0
    probe.clear()
    probe.write(probe.layout.control, 0)
    probe.write(probe.layout.control, probe.layout.erase_first_page)
    probe.wait()
    assert probe.flags() == wrperr
    assert probe.cells()[0] == 0xFFFF_FF00


@pytest.mark.parametrize("board", LAYOUTS)
def test_once_the_debugger_is_gone_misuse_breaks_a_rule(board: str) -> None:
    machine = Probe(board).machine
    machine.debugger.detach()
    with pytest.raises(RuleBroken) as caught:
        machine.flash.program(AT, 4, 1)
    assert caught.value.rule is Rule.FLASH_LOCKED


def test_reserved_bits_of_the_l432_are_ignored() -> None:
    """pyOCD's loader for the L4 sets MER2 where there is one bank."""
    probe = Probe("l432")
    probe.unlock()
    probe.machine.core.flash_bytes[:] = 0
    probe.write(probe.layout.control, 1 << 2 | 1 << 15 | 1 << 16)
    probe.wait()
    assert probe.flags() == 0
    assert (probe.machine.core.flash_bytes == 0xFF).all()
