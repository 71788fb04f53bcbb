# SPDX-License-Identifier: Apache-2.0
"""Killed while sounds are played to a virtual board: `make hil VIRTUAL=1 CLIPS=2`."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path

from tests.kills.kind import LentKind, Outcome
from tests.kills.strike import Command
from tests.training.synthetic import write_folders

DIFFERS = {"started_at", "wall_seconds", "wall time"}
"""Of a report: when it was, and how long it took."""

BOARD_NUMBER = re.compile(r"(u585-)\d+x\d+")
"""The virtual board's name in this process."""

RUN_FOLDER = re.compile(r"^build/hil/u585/\d{8}T\d{6}Z-[^/]+/")


class Run(LentKind):
    """Two clips of a second, so that most of a run is not playing; the tests of clips alone."""

    name = "run"
    purpose = 'make hil BOARD=u585 VIRTUAL=1 CLIPS=2 PYTEST_ARGS="-k test_clips" (clips of 1 s)'

    def __init__(self, folder: Path) -> None:
        """Make the sounds as well."""
        super().__init__(folder)
        self._sounds = folder / "sounds"
        made = write_folders(folder / "made", {"tone": 1, "other": 1}, duration_s=1.0)
        for kind, label in (("tone", "dog"), ("other", "rain")):
            shutil.copytree(made / kind, self._sounds / label)

    @property
    def command(self) -> Command:
        """The suite's tests of clips."""
        return self.make(
            "hil", "BOARD=u585", "VIRTUAL=1", "CLIPS=2", f"SOUNDS={self._sounds}",
            "PYTEST_ARGS=-k test_clips",
        )  # fmt: skip

    def prepare(self, rng: random.Random) -> None:
        """No run before; one of five begins without an image."""
        self.place.clear("build/hil", *(("build",) if rng.random() < 0.2 else ()))

    def is_passing(self, path: str) -> bool:
        """A killed run's folder stays: its name says when it was."""
        return bool(RUN_FOLDER.match(path)) or super().is_passing(path)

    def outcome(self, printed: str) -> Outcome:
        """All figures of the report but its times, and the answer to each clip."""
        latest = self.place.root / "build" / "hil" / "u585" / "latest"
        report = json.loads((latest / "report.json").read_text())
        details = json.loads((latest / "details.json").read_text())
        found: Outcome = {
            "files": sorted(path.name for path in latest.iterdir()),
            "report": _without_times(report),
            "details": _without_times(details),
        }
        assert report["complete"], "not complete"
        return found


def _without_times(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_times(v) for k, v in value.items() if k not in DIFFERS}
    if isinstance(value, list):
        return [_without_times(one) for one in value]
    return BOARD_NUMBER.sub(r"\1", value) if isinstance(value, str) else value
