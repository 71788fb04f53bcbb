# SPDX-License-Identifier: Apache-2.0
"""Board and clip of a test by its node id, which all processes of pytest-xdist share."""

from __future__ import annotations


def board_of(nodeid: str, boards: frozenset[str]) -> str | None:
    """The board among a test's parameters: `u585` for `test_clips.py::test_x[u585-1-100-A-0]`."""
    parameters = nodeid.rpartition("[")[2].removesuffix("]").split("-") if "[" in nodeid else []
    return next((parameter for parameter in parameters if parameter in boards), None)


def clip_name_of(nodeid: str, board: str) -> str:
    """What follows the board among a test's parameters: `1-100-A-0` for the same test."""
    return nodeid.rpartition("[")[2].removesuffix("]").removeprefix(f"{board}-")
