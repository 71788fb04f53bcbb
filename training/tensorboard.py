# SPDX-License-Identifier: Apache-2.0
"""Loss curves for TensorBoard. It is optional: the project does not install it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from generator.errors import ToolError


class TensorBoardLog:
    """Writes the losses of each training into its own subfolder of `folder`.

    Raises ToolError if TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from tensorboard.summary import Writer
        except ImportError as error:
            raise ToolError(
                "TensorBoard is not installed",
                "`.venv/bin/python -m pip install tensorboard`, or leave out --tensorboard: "
                "the run's curves.png shows the same",
            ) from error
        self._writer: Any = Writer
        self._folder = folder

    def on_epoch(self, name: str) -> Callable[[int, float, float | None], None]:
        """The epoch callback (`fit.OnEpoch`) for the training `name`."""
        writer = self._writer(str(self._folder / name))

        def write(epoch: int, loss: float, validation_loss: float | None) -> None:
            writer.add_scalar("loss", loss, epoch)
            if validation_loss is not None:
                writer.add_scalar("validation loss", validation_loss, epoch)
            writer.flush()

        return write
