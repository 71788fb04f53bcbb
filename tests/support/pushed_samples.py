# SPDX-License-Identifier: Apache-2.0
"""The samples that the firmware of a virtual board hands to m2m_push(), as they pass."""

from __future__ import annotations

import numpy as np
import unicorn
from numpy.typing import NDArray
from unicorn.arm_const import UC_ARM_REG_R0, UC_ARM_REG_R1

from hil.virtual.machine import Machine

FUNCTION = "m2m_push"


class PushedSamples:
    """All of them, in order. To be made when the image is loaded, before it runs."""

    def __init__(self, machine: Machine) -> None:
        self._pieces: list[bytes] = []
        address = machine.symbols.addresses[FUNCTION] & ~1
        machine.core.engine.hook_add(
            unicorn.UC_HOOK_CODE, self._on_call, begin=address, end=address
        )

    @property
    def samples(self) -> NDArray[np.int16]:
        """Those so far."""
        return np.frombuffer(b"".join(self._pieces), "<i2")

    def _on_call(self, engine: unicorn.Uc, _address: int, _size: int, _data: object) -> None:
        samples, count = engine.reg_read(UC_ARM_REG_R0), engine.reg_read(UC_ARM_REG_R1)
        self._pieces.append(bytes(engine.mem_read(samples, 2 * count)))
