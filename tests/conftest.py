# SPDX-License-Identifier: Apache-2.0
"""Options of the whole test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("golden", "generated trees that tests compare with")
    group.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden/ anew from what is generated now, and review it with git diff",
    )
