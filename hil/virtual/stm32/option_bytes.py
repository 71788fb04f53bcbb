# SPDX-License-Identifier: Apache-2.0
"""Option bytes: what a part's owner has set for good, and what its registers show of it.

They are given by whoever makes a machine (`machine.flash.options = …`, then a power-on) and never
changed by code: options are loaded by a sequence that the flash controllers here refuse.
"""

from __future__ import annotations

from dataclasses import dataclass

RDP_LEVEL_0, RDP_LEVEL_1 = 0xAA, 0xBB
"""Level 1 is any value but those of the levels 0 and 2 (0xCC)."""


@dataclass(frozen=True, slots=True)
class OptionBytes:
    """Option bytes by their meaning; as given here, a part is delivered.

    Of bank modes only the register's value is modelled, besides the page size of one bank.
    """

    rdp_level: int = 0
    """Read protection: at level 1 flash cannot be used while a debugger is attached."""

    write_protected: tuple[tuple[int, int], ...] = ()
    """Spans of flash (first address, end) of whole pages or sectors; U5, L4: at most two a bank."""

    hardware_watchdog: bool = False
    """IWDG_SW = 0: the watchdog runs from every reset on."""

    swapped_banks: bool = False
    """U5, H7: SWAP_BANK; L4: BFB2."""

    single_bank: bool = False
    """L4R5: DBANK = 0; L475: DUALBANK = 0."""

    trust_zone: bool = False
    """U5: TZEN = 1."""

    def __post_init__(self) -> None:
        if self.rdp_level not in (0, 1):
            # At level 2 no debug port answers.
            raise ValueError(f"read protection of level {self.rdp_level} is not modelled")

    @property
    def rdp_code(self) -> int:
        """The byte RDP."""
        return RDP_LEVEL_1 if self.rdp_level else RDP_LEVEL_0

    def protects(self, first: int, count: int) -> bool:
        """Whether any of a span of flash is write protected."""
        return any(low < first + count and first < end for low, end in self.write_protected)


def with_bit(value: int, bit: int, on: bool) -> int:
    """A register's value with one bit set or cleared."""
    return value | 1 << bit if on else value & ~(1 << bit)
