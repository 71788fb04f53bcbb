# SPDX-License-Identifier: Apache-2.0
"""What a training that was cut needs to go on, bit for bit, where its last epoch ended."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from training.run_folder import write_whole

Arrays = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class FitState:
    """A training after a whole number of epochs."""

    losses: tuple[float, ...]
    """Of each epoch done, on what was trained on."""
    held_back: tuple[float, ...]
    """The same on what was held back; empty where nothing was."""
    random: Mapping[str, Any]
    """State of the generator that draws the epochs."""
    variables: Arrays
    """Of network and optimiser, in their order."""
    best: Arrays
    """Weights of the best epoch on what was held back; empty where nothing was."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One file; `digest` says what the training depends on: another one's file is passed over."""

    path: Path
    digest: str

    def load(self) -> FitState | None:
        """The state that was saved last, or None."""
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                about = json.loads(str(stored["about"]))
                if about["digest"] != self.digest:
                    return None
                return FitState(
                    losses=tuple(about["losses"]),
                    held_back=tuple(about["held_back"]),
                    random=about["random"],
                    variables=_numbered(stored, "variable"),
                    best=_numbered(stored, "best"),
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def save(self, state: FitState) -> None:
        """Replace what was saved before; the file is there whole or not at all."""
        about = {
            "digest": self.digest,
            "losses": state.losses,
            "held_back": state.held_back,
            "random": state.random,
        }
        named: dict[str, Any] = {}
        for kind, arrays in (("variable", state.variables), ("best", state.best)):
            named |= {f"{kind}_{index}": value for index, value in enumerate(arrays)}
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)), **named)
        write_whole(self.path, buffer.getvalue())

    def clear(self) -> None:
        """Forget it: what came of the training is kept elsewhere."""
        self.path.unlink(missing_ok=True)


def _numbered(stored: Any, name: str) -> Arrays:
    count = sum(key.startswith(f"{name}_") for key in stored.files)
    return tuple(stored[f"{name}_{index}"] for index in range(count))
