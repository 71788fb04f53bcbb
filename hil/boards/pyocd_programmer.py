# SPDX-License-Identifier: Apache-2.0
"""Programming through the board's debug probe, by pyOCD."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from generator.boards.record import BoardSpec
from hil.boards.image import BuiltImage
from hil.probe.flashing import Flashed, flash_image
from hil.probe.session import debug_session


class PyocdProgrammer:
    """Writes what differs, and reads every byte back; the chip restarts in the end."""

    def __init__(
        self,
        spec: BoardSpec,
        probe: str,
        pack: Path | None = None,
        on_progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._spec, self._probe, self._pack = spec, probe, pack
        self._on_progress = on_progress

    def program(self, image: BuiltImage, *, always: bool = False) -> None:
        """Write it where it differs, or `always`; raises ToolError where that failed."""
        content = image.elf.with_suffix(".bin").read_bytes()
        with debug_session(self._spec, self._probe, self._pack) as session:
            if self._pack is not None:
                self._tell_target(session)
            done = flash_image(
                session,
                self._spec.flash.origin,
                content,
                lambda share: self._on_progress(f"[flash]    {self._spec.id}: {share:.0%}"),
                always=always,
            )
        self._on_progress(f"[flash]    {self._spec.id}: {describe(done)}")

    def _tell_target(self, session: Any) -> None:
        """Say what --pack did: a part that is not in it is flashed without it."""
        is_packs = hasattr(session.target, "_pack_device")
        why = self._pack if is_packs else f"{self._spec.part} is not in {self._pack}"
        self._on_progress(
            f"[flash]    {self._spec.id}: by pyOCD's target {session.board.target_type} ({why})"
        )


def describe(done: Flashed) -> str:
    """What was done to the flash, for the user."""
    if not done.written:
        return f"the same {done.image_bytes:,} B are there already; nothing was written"
    return f"{done.image_bytes:,} B, read back and equal, in {done.seconds:.1f} s"
