# SPDX-License-Identifier: Apache-2.0
"""Loss curves for TensorBoard, where it is installed: it is no package that the project brings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from generator.errors import ToolError


class Board:
    """Writes the losses of each training into a folder of its own below `folder`."""

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

    def of(self, name: str) -> Callable[[int, float, float | None], None]:
        """What to tell the epochs of one training."""
        writer = self._writer(str(self._folder / name))

        def tell(epoch: int, loss: float, held_back: float | None) -> None:
            writer.add_scalar("loss", loss, epoch)
            if held_back is not None:
                writer.add_scalar("loss on clips held back", held_back, epoch)
            writer.flush()

        return tell
