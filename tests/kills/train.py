# SPDX-License-Identifier: Apache-2.0
"""Killed in training: a configuration with few sounds, few steps and a short network."""

from __future__ import annotations

import random
from pathlib import Path

from tests.kills.kind import LentKind, Outcome
from tests.kills.place import sha256_of
from tests.kills.strike import Command
from tests.training.synthetic import TINY_CONFIG, write_folders


class Train(LentKind):
    """Nothing is trained before; a killed training goes on where its last checkpoint is."""

    name = "train"
    purpose = "mel2metal train: 30 sounds, 2 folds, the backbone's first layers"

    def __init__(self, folder: Path) -> None:
        """Make the sounds as well."""
        super().__init__(folder)
        self._folder = self.place.root / "build" / "training"
        self._folder.mkdir(parents=True)
        write_folders(self._folder / "sounds", {"tone": 15, "other": 15}, duration_s=1.0)
        (self._folder / "tiny.yaml").write_text(TINY_CONFIG)

    @property
    def command(self) -> Command:
        """The command, with the network made short before."""
        environment = {**self.place.environment, "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment.pop("MODELS_DIR", None)
        words = (
            ".venv/bin/python", "-m", "tests.kills.short_training",
            "train", "--config", str(self._folder / "tiny.yaml"),
            "--run", str(self._folder / "run"), "--out", str(self._folder / "out"),
            "--threads", "1",
        )  # fmt: skip
        return Command(words, self.place.root, environment, self._folder)

    def prepare(self, rng: random.Random) -> None:
        """Remove what was trained."""
        self.place.clear("build/training/run", "build/training/out")

    def outcome(self, printed: str) -> Outcome:
        """Each file of the model by its hash; the .keras holds the time of its writing."""
        out, run = self._folder / "out", self._folder / "run"
        files: Outcome = {
            path.name: sha256_of(path)
            for path in out.iterdir()
            if path.suffix in {".tflite", ".yaml", ".txt"}
        }
        files["names"] = sorted(path.name for path in out.iterdir())
        files["run"] = sorted(path.name for path in run.iterdir())
        return files
