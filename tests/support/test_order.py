# SPDX-License-Identifier: Apache-2.0
"""The tests that begin first are named by their files: each must be there."""

from __future__ import annotations

import pytest

from generator.repository import REPO_ROOT
from tests.conftest import LONGEST


@pytest.mark.parametrize("name", LONGEST)
def test_a_file_that_begins_first_is_there(name: str) -> None:
    assert (REPO_ROOT / "tests" / name).is_file()
