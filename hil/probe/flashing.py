# SPDX-License-Identifier: Apache-2.0
"""Writing an image into a board's flash: only sectors that differ, and every byte read back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from generator.errors import ToolError
from hil.probe.damaged_flash import erase_vectors

PROGRESS_INTERVAL_S = 2.0
"""Longest silence while flash is written."""

_BLOCK_BYTES = 4096


class VerificationError(ToolError):
    """What is in flash is not what was written."""


@dataclass(frozen=True, slots=True)
class Flashed:
    """What was done to the flash."""

    image_bytes: int
    written: bool
    """False: the same image was there already."""

    seconds: float = 0.0


def flash_image(
    session: Any,
    address: int,
    image: bytes,
    on_progress: Callable[[float], None] = lambda share: None,
    *,
    always: bool = False,
) -> Flashed:
    """Make flash hold `image` at `address`; `session` is one of `debug_session`.

    `on_progress` gets the share that is done, 0 to 1, every two seconds or so. `always` writes even
    where the same image is there. Raises VerificationError, and pyOCD's own errors.
    """
    start_s = time.monotonic()
    before = read_flash(session, address, len(image))
    if before == image and not always:
        return Flashed(len(image), written=False)
    behind = address + len(image)
    # What is after the image in its last sector is kept, if it can be read.
    damaged = before is None or read_flash(session, behind, _kept(session, behind)) is None
    if damaged:
        erase_vectors(session.target)
    _write(session, address, image, _Progress(on_progress), whole=damaged or always)
    # After a reset nothing of a loader or a cache is between the probe and the cells.
    session.target.reset_and_halt()
    _compare(read_flash(session, address, len(image)), image, address)
    return Flashed(len(image), written=True, seconds=time.monotonic() - start_s)


def read_flash(session: Any, address: int, count: int) -> bytes | None:
    """What is in flash; None where a cell cannot be read, as after an interrupted write."""
    from pyocd.core import exceptions

    content = bytearray()
    try:
        for at in range(0, count, _BLOCK_BYTES):
            size = min(_BLOCK_BYTES, count - at)
            content += bytes(session.target.read_memory_block8(address + at, size))
    except exceptions.TransferError:
        return None
    return bytes(content)


def _kept(session: Any, end: int) -> int:
    """How many bytes of the sector that ends an image are after it."""
    flash = session.target.memory_map.get_region_for_address(end - 1).flash
    sector = flash.get_sector_info(end - 1)
    return int(sector.base_addr + sector.size - end)


def _write(session: Any, address: int, image: bytes, progress: _Progress, *, whole: bool) -> None:
    from pyocd.flash.eraser import FlashEraser
    from pyocd.flash.loader import FlashLoader

    if whole:
        # Cells that cannot be read cannot be compared either.
        spans = [(address, address + len(image))]
        FlashEraser(session, FlashEraser.Mode.SECTOR).erase(spans)
    loader = FlashLoader(
        session,
        progress=progress,
        chip_erase="sector",
        smart_flash=not whole,
        trust_crc=False,
        keep_unwritten=not whole,
    )
    loader.add_data(address, image)
    loader.commit()


def _compare(found: bytes | None, image: bytes, address: int) -> None:
    if found == image:
        return
    if found is None:
        raise VerificationError(
            "flash cannot be read back after programming",
            "power the board off and on, and run again",
        )
    wrong = [at for at, (a, b) in enumerate(zip(found, image, strict=True)) if a != b]
    first = wrong[0]
    raise VerificationError(
        f"flash was not written right: {len(wrong)} of {len(image)} bytes differ, the first at "
        f"0x{address + first:08x}: 0x{found[first]:02x} instead of 0x{image[first]:02x}",
        "run again; where it stays so, the flash or the supply of the board is faulty",
    )


class _Progress:
    """Takes the steps of a loader, and tells only now and then."""

    def __init__(self, on_progress: Callable[[float], None]) -> None:
        self._on_progress = on_progress
        self._last_s = time.monotonic()

    def __call__(self, share: float) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s >= PROGRESS_INTERVAL_S:
            self._last_s = now_s
            self._on_progress(share)
