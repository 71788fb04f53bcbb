# SPDX-License-Identifier: Apache-2.0
"""The pytest plug-in: options of the hardware-in-the-loop suite.

Loaded through the entry point `pytest11`, in every pytest run of an environment where mel2metal is
installed. It therefore imports nothing heavy at module level: no numpy, no emulator, no interpreter.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite in a group of their own."""
    group = parser.getgroup("mel2metal", "mel2metal: hardware in the loop")
    group.addoption(
        "--board",
        action="append",
        default=[],
        metavar="NAME",
        help="a board of boards.yaml, or 'all'",
    )
    group.addoption("--virtual", action="store_true", help="run the image on the virtual board")
