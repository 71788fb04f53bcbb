# SPDX-License-Identifier: Apache-2.0
"""The boards whose wiring is known, of all families."""

from __future__ import annotations

from hil.virtual.stm32 import families
from hil.virtual.wiring import Wiring

WIRING: dict[str, Wiring] = {}
"""By the boards' keys in boards.yaml."""
FILES: dict[str, str] = {}
"""Where the wiring of boards with a chip stands: the path in the repository, by chip."""

for _family in families.modules("boards"):
    WIRING.update(_family.WIRING)
    for _wiring in _family.WIRING.values():
        FILES[_wiring.chip] = f"{_family.__name__.replace('.', '/')}.py"
