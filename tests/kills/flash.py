# SPDX-License-Identifier: Apache-2.0
"""Killed while a virtual board is programmed: `make flash VIRTUAL=1`, through pyOCD."""

from __future__ import annotations

import random
import re

from tests.kills.kind import LentKind, Outcome
from tests.kills.place import sha256_of
from tests.kills.strike import Command

TAKEN = re.compile(r", in [\d.]+ s$|\[flash\] .*: \d+%$")


class Flash(LentKind):
    """The image is there before; one of five begins without it and without the host twin."""

    name = "flash"
    purpose = "make flash BOARD=u585 VIRTUAL=1"

    @property
    def command(self) -> Command:
        """A virtual board of the U585."""
        return self.make("flash", "BOARD=u585", "VIRTUAL=1")

    def prepare(self, rng: random.Random) -> None:
        """Without an image now and then."""
        self.place.clear(*(("build",) if rng.random() < 0.2 else ()))

    def outcome(self, printed: str) -> Outcome:
        """The image, what was programmed and read back, and what the board says that it runs."""
        lines = [line.strip() for line in re.split(r"[\r\n]", printed)]
        told = [TAKEN.sub("", line) for line in lines if line.startswith(("[flash]", "[running]"))]
        told = [line for line in told if line]
        assert any("read back and equal" in line for line in told), "not programmed"
        out = self.place.root / "build" / "u585" / "out"
        return {"told": told, "image": sha256_of(out / "mel2metal.bin")}
