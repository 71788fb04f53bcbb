# SPDX-License-Identifier: Apache-2.0
"""What each kind of run has: how it starts, what it is called with, and what it must end with."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from pathlib import Path

from tests.kills.place import clone_into, files_below, lend_environment
from tests.kills.strike import Command

Outcome = dict[str, object]
"""What a run ended with, by name; the same after a kill as without one."""


class Kind(ABC):
    """One kind of run, in a clone of its own."""

    name: str
    purpose: str

    def __init__(self, folder: Path) -> None:
        """Make the clone."""
        self.place = clone_into(folder)

    @property
    @abstractmethod
    def command(self) -> Command:
        """The run that is killed, and run again."""

    @abstractmethod
    def prepare(self, rng: random.Random) -> None:
        """Bring the clone to a state that the run starts from."""

    @abstractmethod
    def outcome(self, printed: str) -> Outcome:
        """What the run that printed this has ended with."""

    def is_passing(self, path: str) -> bool:
        """Whether a file of this path may be there or not; its content is for `outcome`."""
        return path.endswith(".lock")

    def listing(self) -> set[str]:
        """The files and links of the clone and of its temporary folder, by path."""
        root, temporary = self.place.root, self.place.temporary
        paths = {str(path.relative_to(root)) for path in files_below(root)}
        # An empty folder is left over as well.
        paths |= {f"$TMPDIR/{path.relative_to(temporary)}" for path in temporary.rglob("*")}
        return {path for path in paths if not self.is_passing(path)}


class LentKind(Kind):
    """A kind that runs with the packages and tools of this checkout."""

    def __init__(self, folder: Path) -> None:
        """Make the clone and its environment."""
        super().__init__(folder)
        lend_environment(self.place)

    def make(self, *words: str) -> Command:
        """Make in the clone."""
        return Command(
            ("make", *words), self.place.root, self.place.environment, self.place.root / "build"
        )
