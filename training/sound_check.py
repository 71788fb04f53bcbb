# SPDX-License-Identifier: Apache-2.0
"""Every sound of a run is read before it begins; what is wrong with them is told all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock

from generator.errors import Fault, InputError
from generator.frontend.parameters import HIGH_EDGE_HZ, SAMPLE_RATE_HZ
from sounds.decode import Decoded, Samples, read_sound

NAMED = 3
"""Files that a note names; the others are counted."""


class SoundCheck:
    """Reads sounds, and remembers what was odd about them and what was wrong."""

    def __init__(self, shortest_samples: int = 0, faults: Iterable[Fault] = ()) -> None:
        self._shortest_samples = shortest_samples
        self._faults: list[Fault] = list(faults)
        self._stereo: list[Path] = []
        self._low_rate: list[Path] = []
        self._silent: list[Path] = []
        self._lock = Lock()

    def read(self, path: Path) -> Samples | None:
        """The samples of a file, int16 at 16 kHz; None when it cannot be used."""
        try:
            decoded = read_sound(path)
        except InputError as error:
            with self._lock:
                self._faults += error.faults
            return None
        with self._lock:
            self._note(path, decoded)
        return decoded.samples if len(decoded.samples) >= self._shortest_samples else None

    def _note(self, path: Path, decoded: Decoded) -> None:
        count = len(decoded.samples)
        if count < self._shortest_samples:
            noun = "sample" if count == 1 else "samples"
            what = (
                f"holds {count} {noun} at 16 kHz: the front-end's first frame takes "
                f"{self._shortest_samples}, {1000 * self._shortest_samples // SAMPLE_RATE_HZ} ms"
            )
            self._faults.append(Fault(str(path), what, "record it longer, or take it away"))
        if decoded.channels > 1:
            self._stereo.append(path)
        if decoded.lacks_upper_bands:
            self._low_rate.append(path)

    def add(self, fault: Fault) -> None:
        """Take a fault that was found elsewhere."""
        with self._lock:
            self._faults.append(fault)

    def note_silent(self, path: Path) -> None:
        """Remember a sound of which the silence gate let nothing through."""
        with self._lock:
            self._silent.append(path)

    def finish(self, tell: Callable[[str], None]) -> None:
        """Tell what was odd, a line each; raise InputError with every fault, by file."""
        for paths, text in (
            (self._stereo, "more than one channel: mixed down to mono"),
            (
                self._low_rate,
                f"recorded below {2 * HIGH_EDGE_HZ / 1000:g} kHz: resampled, but the upper bands "
                "stay empty, as they will not on the chip: record at 16 kHz or more",
            ),
            (self._silent, "silent: nothing passes the gate, so nothing is heard in it"),
        ):
            if paths:
                tell(f"note: {_named(paths)}: {text}")
        if self._faults:
            raise InputError(sorted(self._faults, key=lambda fault: fault.where))


def _named(paths: Sequence[Path]) -> str:
    names = [path.name for path in sorted(paths)]
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more ({len(names)} files)"
