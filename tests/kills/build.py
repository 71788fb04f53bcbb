# SPDX-License-Identifier: Apache-2.0
"""Killed while an image is made: `make firmware`."""

from __future__ import annotations

import random
import shutil

from tests.kills.kind import LentKind, Outcome
from tests.kills.place import files_below, sha256_of
from tests.kills.strike import Command

IMAGE = ("mel2metal.elf", "mel2metal.bin", "mel2metal.hex")


class Build(LentKind):
    """There is no project before, or one with another threshold, which is replaced."""

    name = "build"
    purpose = "make firmware BOARD=u585"

    @property
    def command(self) -> Command:
        """One compiler at a time: other work goes on beside."""
        return self.make("firmware", "BOARD=u585", "JOBS=1")

    def prepare(self, rng: random.Random) -> None:
        """Two of three begin with nothing, the third with a project of another threshold."""
        self.place.clear("build")
        if rng.random() < 1 / 3:
            earlier = self.place.root.parent / "earlier"
            if not earlier.exists():
                command = self.make("firmware", "BOARD=u585", "JOBS=1", "THRESHOLD=0.6")
                ended = command.run(self.place.scratch)
                assert ended.code == 0, ended.printed
                shutil.copytree(self.place.root / "build", earlier, symlinks=True)
                self.place.clear("build")
            shutil.copytree(earlier, self.place.root / "build", symlinks=True)

    def outcome(self, printed: str) -> Outcome:
        """Each file of the project and the image, by its hash; what was printed of the image."""
        project = self.place.root / "build" / "u585"
        # The lists of what an object was made from name the folder that it was made in.
        files: Outcome = {
            str(path.relative_to(project)): sha256_of(path)
            for path in files_below(project)
            if path.suffix not in {".o", ".d"}
        }
        assert {f"out/{name}" for name in IMAGE} <= set(files), "no image"
        files["told"] = [line for line in printed.splitlines() if "SHA-256" in line]
        return files
