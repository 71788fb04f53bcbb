# SPDX-License-Identifier: Apache-2.0
"""The image with the portable C kernels: what the hand-written ones bring shows beside it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

from generator.repository import REPO_ROOT

PORTABLE_ARGUMENTS = ("--kernels", "portable")
"""Of `mel2metal firmware`: the only place that knows how it is asked for."""


@cache
def offers_portable_kernels() -> bool:
    """Whether this generator has kernels of more than one kind."""
    command = [sys.executable, "-m", "generator", "firmware", "--help"]
    said = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    return PORTABLE_ARGUMENTS[0] in said.stdout
