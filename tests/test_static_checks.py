# SPDX-License-Identifier: Apache-2.0
"""What `make lint` runs, so that the test run refuses what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT

TESTS = REPO_ROOT / "tests"
PROGRAMS = Path(sys.executable).parent

CHECKS: dict[str, list[str | Path]] = {
    "ruff-check": [sys.executable, "-m", "ruff", "check", "."],
    "ruff-format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "import-linter": [PROGRAMS / "lint-imports"],
    "import-circles": [sys.executable, "-m", "tools.import_circles"],
    "clang-format": [
        *(PROGRAMS / "clang-format", "--dry-run", "-Werror"),
        *sorted((REPO_ROOT / "firmware_templates").glob("**/*.[ch]")),
        *sorted((REPO_ROOT / "cross_check").glob("**/*.[ch]")),
        *sorted(set(TESTS.glob("**/*.[ch]")) - set(TESTS.glob("golden/**/*"))),
    ],
    "mypy": [sys.executable, "-m", "mypy"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_sources_pass(name: str) -> None:
    done = subprocess.run(
        CHECKS[name], cwd=REPO_ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
