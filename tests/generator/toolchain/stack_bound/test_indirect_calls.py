# SPDX-License-Identifier: Apache-2.0
"""The table of calls by address names each kernel that makes such calls."""

from __future__ import annotations

import re

import pytest

from generator.repository import TEMPLATES_DIR
from generator.toolchain.stack_bound.indirect_calls import places_of

KERNELS = TEMPLATES_DIR / "network" / "kernels"
CALLING = [
    path.relative_to(TEMPLATES_DIR).with_suffix("").as_posix()
    for path in sorted(KERNELS.rglob("*.c"))
    if re.search(r"\bkernel\(", path.read_text())
]


def test_there_are_kernels_that_call_others_by_address() -> None:
    assert "network/kernels/tensor/each_row" in CALLING


@pytest.mark.parametrize("kernel", CALLING)
def test_who_is_called_is_known(kernel: str) -> None:
    assert places_of(kernel, is_measure=True)
    assert places_of(kernel, is_measure=False)
