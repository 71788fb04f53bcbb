# SPDX-License-Identifier: Apache-2.0
"""The chips that there is a table of, by their part names; other revisions by part and letter."""

from __future__ import annotations

from hil.virtual.stm32 import families
from hil.virtual.stm32.chip import Chip

CHIPS: dict[str, Chip] = {}
REVISIONS: dict[tuple[str, str], Chip] = {}
"""Revisions that differ in what firmware has to do."""

for _family in families.modules("chips"):
    CHIPS.update({chip.name: chip for chip in _family.CHIPS})
    REVISIONS.update(getattr(_family, "REVISIONS", {}))
