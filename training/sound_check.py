# SPDX-License-Identifier: Apache-2.0
"""Reading and checking the sounds of a run; all faults are reported together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock

from generator.errors import Fault, InputError
from generator.frontend.record import FrontendRecord
from sounds.decode import Decoded, Samples, low_rate_text, read_sound

NAMED = 3
"""The number of files that a note names; the others are only counted."""


class SoundCheck:
    """Reads sounds for one front-end and collects faults and notes about them. Thread-safe."""

    def __init__(
        self, record: FrontendRecord, shortest_samples: int = 0, faults: Iterable[Fault] = ()
    ) -> None:
        self._record = record
        self._shortest_samples = shortest_samples
        self._faults: list[Fault] = list(faults)
        self._stereo: list[Path] = []
        self._low_rate: list[Path] = []
        self._silent: list[Path] = []
        self._lock = Lock()

    def read(self, path: Path) -> Samples | None:
        """The samples of a file, int16 [n] at the record's rate; None if it cannot be used."""
        try:
            decoded = read_sound(path, self._record.sample_rate_hz)
        except InputError as error:
            with self._lock:
                self._faults += error.faults
            return None
        with self._lock:
            self._note(path, decoded)
        return decoded.samples if len(decoded.samples) >= self._shortest_samples else None

    def _note(self, path: Path, decoded: Decoded) -> None:
        count, rate_hz = len(decoded.samples), self._record.sample_rate_hz
        if count < self._shortest_samples:
            noun = "sample" if count == 1 else "samples"
            what = (
                f"holds {count} {noun} at {rate_hz / 1000:g} kHz: the front-end's first frame "
                f"takes {self._shortest_samples}, {1000 * self._shortest_samples // rate_hz} ms"
            )
            self._faults.append(Fault(str(path), what, "record it longer, or remove it"))
        if decoded.channels > 1:
            self._stereo.append(path)
        if decoded.lacks_bands_below(self._record.high_hz):
            self._low_rate.append(path)

    def add(self, fault: Fault) -> None:
        """Add a fault that was found elsewhere."""
        with self._lock:
            self._faults.append(fault)

    def note_silent(self, path: Path) -> None:
        """Note a sound of which the silence gate drops every frame."""
        with self._lock:
            self._silent.append(path)

    def finish(self, on_message: Callable[[str], None]) -> None:
        """Report one note per kind; raises InputError with every fault, sorted by file."""
        for paths, text in (
            (self._stereo, "more than one channel: mixed down to mono"),
            (
                self._low_rate,
                low_rate_text(self._record.sample_rate_hz, self._record.high_hz),
            ),
            (self._silent, "silent: the silence gate drops every frame, so it has no patch"),
        ):
            if paths:
                on_message(f"note: {_named(paths)}: {text}")
        if self._faults:
            raise InputError(sorted(self._faults, key=lambda fault: fault.where))


def _named(paths: Sequence[Path]) -> str:
    names = [path.name for path in sorted(paths)]
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more ({len(names)} files)"
