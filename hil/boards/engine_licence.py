# SPDX-License-Identifier: Apache-2.0
"""Which engines may run on the virtual board.

ST licenses its run-time library for use on ST's devices; the virtual board is none. What was built
here may run there: the built-in engine, and the stand-in that the tests have for ST's tool.
"""

from __future__ import annotations

from typing import Protocol

from generator.engines.engine import BUILTIN
from generator.errors import Fault, InputError

STAND_IN_FUNCTION = "mel2metal_stand_in_runs_here"
"""Linked into every image whose network the stand-in has "generated"."""


class Symbols(Protocol):
    """What is asked of an image."""

    def has_function(self, name: str) -> bool:
        """Whether a function of that name is linked."""


def refuse_vendor_code(engine: str, symbols: Symbols) -> None:
    """Raise InputError where an image with another's engine is about to be emulated."""
    if engine == BUILTIN or symbols.has_function(STAND_IN_FUNCTION):
        return
    what = (
        f"the image runs {engine}, whose library ST licenses for its own devices only; "
        "the virtual board is none"
    )
    remedy = "leave --virtual out and use a board, or leave --engine out"
    raise InputError([Fault("--virtual", what, remedy)])
