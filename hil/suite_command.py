# SPDX-License-Identifier: Apache-2.0
"""How pytest is called for the suite that mel2metal brings along."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from generator.repository import IN_CHECKOUT, SOURCE_ROOT, WORK_DIR

SUITE = Path(__file__).resolve().with_name("suite")


def suite_command(arguments: Iterable[str], modules: Sequence[str] = ()) -> list[str]:
    """The command that runs the suite, or these modules of it, with pytest's arguments.

    Outside a checkout no pytest.ini of the user applies, and pytest's cache is in the current
    folder: pytest would take the folder of the suite for a project and write there.
    """
    tests = [str(SUITE / f"{name}.py") for name in modules] or [str(SUITE)]
    command = [sys.executable, "-P", "-m", "pytest", *tests]
    if not IN_CHECKOUT:
        command += ["-c", os.devnull, "--rootdir", str(SOURCE_ROOT), "--import-mode=importlib"]
        command += ["-p", "no:pytest_embedded"]  # whose fixtures take time and warn in every test
        command += ["-ra", "-o", f"cache_dir={WORK_DIR / '.pytest_cache'}"]
    return [*command, *arguments]
