# SPDX-License-Identifier: Apache-2.0
"""All fuzz targets, in the order in which they run."""

from __future__ import annotations

from tests.fuzz.c_targets import C_TARGETS
from tests.fuzz.target import Target

TARGETS: tuple[Target, ...] = (*C_TARGETS,)
"""Targets of Python parsers are put behind those of the firmware's C."""


def find_target(name: str) -> Target:
    """The target of that name. Raises KeyError."""
    return {target.name: target for target in TARGETS}[name]
