# SPDX-License-Identifier: Apache-2.0
"""A board behind a debug probe: programmed and reset through it."""

from __future__ import annotations

from importlib import metadata

from generator.boards.record import BoardSpec
from hil.boards.attachment import Attachment
from hil.boards.image import BuiltImage
from hil.boards.programmer import Programmer
from hil.boards.serial_board import SerialBoard
from hil.link.serial_port import SerialPort
from hil.probe.attached import REMOTE
from hil.probe.session import hardware_reset, is_virtual


class ProbeBoard(SerialBoard):
    """A board whose attachment names its probe."""

    def __init__(
        self, spec: BoardSpec, attachment: Attachment, programmer: Programmer | None
    ) -> None:
        super().__init__(spec, attachment, programmer)
        assert attachment.probe is not None, "a board without probe is a SerialBoard"
        self._probe: str = attachment.probe

    def open(self, image: BuiltImage) -> SerialPort:
        """Program the board where its image differs, open its port, and let it start."""
        opened = super().open(image)
        if self._probe.startswith(REMOTE) and is_virtual(self._probe):
            self.cycles_are = "estimated"
        self.reset()
        return opened

    def reset(self) -> bool:
        """Pull the board's reset line; what was on the line is gone."""
        hardware_reset(self.spec, self._probe)
        self._drop_line()
        return True

    def reflash(self) -> None:
        """Write the image again, and restart."""
        super().reflash()
        self.reset()

    def properties(self) -> dict[str, str]:
        """The port, the probe, and what drives it."""
        return {**super().properties(), "pyocd": metadata.version("pyocd")}
