# SPDX-License-Identifier: Apache-2.0
"""The chips that there is a table of, by their part names; other revisions by part and letter."""

from __future__ import annotations

from hil.virtual.stm32.h7.chips import STM32H7A3ZI, STM32H743ZI, STM32H743ZI_Y
from hil.virtual.stm32.l4.chips import STM32L4R5ZI, STM32L432KC, STM32L475VG
from hil.virtual.stm32.u5.chips import STM32U575ZI, STM32U585AI

CHIPS = {
    chip.name: chip
    for chip in (
        STM32U585AI, STM32U575ZI, STM32L475VG, STM32L432KC, STM32L4R5ZI, STM32H743ZI, STM32H7A3ZI,
    )
}  # fmt: skip

REVISIONS = {("STM32H743ZI", "V"): STM32H743ZI, ("STM32H743ZI", "Y"): STM32H743ZI_Y}
"""Revisions that differ in what firmware has to do."""
