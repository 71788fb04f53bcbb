# SPDX-License-Identifier: Apache-2.0
"""One board for a run: chosen by options, inventory and what is plugged in, and locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

from generator.boards.record import BoardSpec
from generator.errors import Mel2metalError
from hil.boards.attachment import Attachment
from hil.boards.candidates import AttachmentOptions, choose_attachments, own_virtual_board
from hil.boards.labgrid_place import acquire_place
from hil.boards.locks import PlaceLock, hold_any, holder, lock_folder
from hil.probe.attached import Attached, list_attached

_LISTING = "list of probes"
"""Place of the lock below: whoever lists opens every probe for a moment, and two would collide."""

_LISTING_TIMEOUT_S = 60.0


class AcquireOptions(AttachmentOptions, Protocol):
    """What is asked of the run's options."""

    @property
    def labgrid(self) -> Path | None:
        """labgrid's environment file, where the board is one of its places."""

    @property
    def lock_timeout_s(self) -> float:
        """Longest wait for another job to let go of the board."""


@contextmanager
def acquire(
    options: AcquireOptions,
    spec: BoardSpec,
    on_progress: Callable[[str], None] = lambda line: None,
    *,
    beside: bool = False,
) -> Iterator[Attachment]:
    """Choose and lock an attachment of `spec`; of several, the first that is free.

    A virtual board that no inventory lists is one of this process's own: it has no lock. So is one
    `beside` the board that the process has already: two processes that each held one and waited
    for another would wait for each other.
    Raises as `choose_attachments`, `hold_any` and, with --lg-env, `acquire_place` do.
    """
    if options.labgrid is not None:
        with acquire_place(options.labgrid, spec.id, options.lock_timeout_s, on_progress) as one:
            yield one
        return
    found = [] if beside and options.virtual else find_attachments(options, spec)
    if not found:
        yield own_virtual_board(spec)
        return
    places = {attachment.place: attachment for attachment in found}
    with hold_any(list(places), spec.id, options.lock_timeout_s, on_progress) as place:
        yield places[place]


def find_attachments(options: AttachmentOptions, spec: BoardSpec) -> list[Attachment]:
    """`choose_attachments` among what is plugged in now."""
    return choose_attachments(options, spec, look, _board_in_use)


def count_attachments(options: AcquireOptions, specs: Iterable[BoardSpec]) -> dict[str, int | None]:
    """How often each board can be had; None: each process makes a virtual one for itself.

    A board that is not to be had counts as one: the process that asks for it will say why.
    """
    if options.labgrid is not None:
        return {spec.id: 1 for spec in specs}
    listed = cache(look)
    counted: dict[str, int | None] = {}
    for spec in specs:
        try:
            found = choose_attachments(options, spec, listed, _board_in_use)
        except Mel2metalError:
            counted[spec.id] = 1
        else:
            counted[spec.id] = len(found) or None
    return counted


def look() -> Attached:
    """List what is plugged in, alone on this machine, and without disturbing who uses a probe."""
    with hold_any([_LISTING], "the list of probes", _LISTING_TIMEOUT_S):
        return list_attached(hold_if_free)


@contextmanager
def hold_if_free(probe: str) -> Iterator[bool]:
    """Hold the lock of a probe for a moment; give False where it is in use."""
    lock = PlaceLock(probe, lock_folder())
    is_free = lock.try_for(0)
    try:
        yield is_free
    finally:
        if is_free:
            lock.release()


def _board_in_use(probe: str) -> str | None:
    owner = holder(probe)
    return owner.board if owner is not None else None
