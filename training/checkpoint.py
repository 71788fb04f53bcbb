# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: an interrupted training resumes after its last epoch, to the same bits."""

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

from generator.bounded_json import load_json
from training.run_folder import write_atomically

Arrays = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class FitState:
    """The state of a training after a whole number of epochs."""

    losses: tuple[float, ...]
    """Mean training loss of each epoch done."""
    validation_losses: tuple[float, ...]
    """Before the first epoch and after each; empty without validation clips."""
    random: Mapping[str, Any]
    """State of the random generator that shuffles and augments."""
    variables: Arrays
    """Those of the network, then those of the optimiser."""
    best: Arrays
    """Weights of the epoch with the lowest validation loss; empty without validation clips."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint file. `digest` covers all inputs of the training; other digests are ignored."""

    path: Path
    digest: str

    def load(self) -> FitState | None:
        """The last saved state; None if there is none, or one truncated or of another digest."""
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                about = load_json(str(stored["about"]))
                if about["digest"] != self.digest:
                    return None
                return FitState(
                    losses=tuple(about["losses"]),
                    validation_losses=tuple(about["validation_losses"]),
                    random=about["random"],
                    variables=_numbered(stored, "variable"),
                    best=_numbered(stored, "best"),
                )
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def save(self, state: FitState) -> None:
        """Replace the saved state atomically."""
        about = {
            "digest": self.digest,
            "losses": state.losses,
            "validation_losses": state.validation_losses,
            "random": state.random,
        }
        named: dict[str, Any] = {}
        for kind, arrays in (("variable", state.variables), ("best", state.best)):
            named |= {f"{kind}_{index}": value for index, value in enumerate(arrays)}
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array(json.dumps(about)), **named)
        write_atomically(self.path, buffer.getvalue())

    def clear(self) -> None:
        """Delete the file: the training has finished and its results are saved elsewhere."""
        self.path.unlink(missing_ok=True)


def _numbered(stored: Any, name: str) -> Arrays:
    count = sum(key.startswith(f"{name}_") for key in stored.files)
    return tuple(stored[f"{name}_{index}"] for index in range(count))
