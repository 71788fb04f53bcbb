# SPDX-License-Identifier: Apache-2.0
"""What may run on the virtual board."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pytest

from generator.errors import InputError
from hil.boards.engine_licence import STAND_IN_FUNCTION, refuse_vendor_code


@dataclass(frozen=True)
class Linked:
    """Functions of an image."""

    functions: Collection[str]

    def has_function(self, name: str) -> bool:
        return name in self.functions


def test_what_was_built_here_may() -> None:
    refuse_vendor_code("builtin", Linked(["network_begin"]))
    refuse_vendor_code("stedgeai 3.0.0", Linked([STAND_IN_FUNCTION]))


def test_the_library_of_st_may_not() -> None:
    with pytest.raises(InputError, match="licenses for its own devices only") as caught:
        refuse_vendor_code("stedgeai 3.0.0", Linked(["stai_runtime_init"]))
    assert "use a board" in caught.value.faults[0].remedy
