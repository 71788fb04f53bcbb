# SPDX-License-Identifier: Apache-2.0
"""The families: each is a folder beside this file, and is found by being there.

A family's folder holds `boards.py` with `WIRING`, what is soldered on its boards by their keys, and
`chips.py` with `CHIPS`, its tables of chips. Where firmware has to tell silicon revisions apart,
`chips.py` has `REVISIONS` too, keyed by chip and letter. `boards.py` imports no emulator, so that
it costs nothing to ask what there is.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from types import ModuleType

FAMILIES = tuple(
    sorted(
        (found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]) if found.ispkg),
        reverse=True,
    )
)
"""Names of the folders; messages list the boards in this order."""


def modules(name: str) -> list[ModuleType]:
    """Import the module of this name from each family's folder."""
    return [import_module(f"{__package__}.{family}.{name}") for family in FAMILIES]
