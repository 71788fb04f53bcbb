# SPDX-License-Identifier: Apache-2.0
"""All fuzz targets, in the order in which they run."""

from __future__ import annotations

from tests.fuzz.c_targets import C_TARGETS
from tests.fuzz.python_targets import PYTHON_TARGETS
from tests.fuzz.target import Target

TARGETS: tuple[Target, ...] = (*C_TARGETS, *PYTHON_TARGETS)
"""Those of the firmware's C, then the parsers of Python."""


def find_target(name: str) -> Target:
    """The target of that name. Raises KeyError."""
    return {target.name: target for target in TARGETS}[name]
