# SPDX-License-Identifier: Apache-2.0
"""Killed while the environment, the compiler and CMSIS-DSP are set up: `make tools`."""

from __future__ import annotations

import os
import random
import sys

from tests.kills.kind import Kind, Outcome
from tests.kills.place import sha256_of
from tests.kills.strike import Command

MADE = (".venv", ".tools", ".venv.lock", "mel2metal.egg-info")


class SetUp(Kind):
    """Nothing is there at first; pip takes the packages from wherever it is told to, cached."""

    name = "set-up"
    purpose = "make tools: .venv with the set firmware, the compiler, CMSIS-DSP"

    @property
    def command(self) -> Command:
        """With this Python's base: `.venv` is not made from another one."""
        python = getattr(sys, "_base_executable", sys.executable)
        root = self.place.root
        # Compiling each module is half of pip's time, and Python does it when it needs it.
        environment = {**self.place.environment, "PIP_NO_COMPILE": "1"}
        return Command(("make", "tools", f"PYTHON={python}"), root, environment, root)

    def prepare(self, rng: random.Random) -> None:
        """Remove all of it."""
        self.place.clear(*MADE)

    def outcome(self, printed: str) -> Outcome:
        """Each file of it, by its hash."""
        root = self.place.root
        files: Outcome = {}
        for top in (".venv", ".tools"):
            for parent, folders, names in os.walk(root / top):
                folders[:] = [name for name in folders if name != "__pycache__"]
                for name in names:
                    path = (root / top).__class__(parent, name)
                    if path.suffix != ".lock":
                        files[str(path.relative_to(root))] = sha256_of(path)
        files["beside"] = sorted(path.name for path in root.glob(".venv*"))
        return files
