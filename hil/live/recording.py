# SPDX-License-Identifier: Apache-2.0
"""`--record FOLDER`: the sound as it went to the board, and everything that came back.

`sound.wav` and `results.jsonl` are written as they go. The header of the WAV is brought up to date
every second, so that a file whose writer was killed opens with all but the last of it. A file that
is there already is never touched.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np

from generator.errors import Fault, InputError
from hil.live.json_lines import JsonLines
from hil.live.observations import (
    Counts,
    EventSeen,
    FrameSeen,
    LoadSeen,
    PatchSeen,
    Samples,
    Setup,
)

SOUND_FILE, RESULTS_FILE = "sound.wav", "results.jsonl"

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_SAMPLE_BYTES = 2
_PCM, _MONO = 1, 1
LONGEST_BYTES = 0xFFFF_FFFF - _HEADER.size
"""What the header can count: 37 hours at 16 kHz. Later sound is in sound-2.wav, and so on."""


class WavWriter:
    """A WAV file, 16 bits mono, that is whole at any time."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._file: BinaryIO = path.open("xb")
        self.bytes = 0
        self._told_bytes = 0
        self._write_header()

    def write(self, samples: Samples) -> None:
        """Add sound."""
        self._file.write(samples.astype("<i2").tobytes())
        self.bytes += _SAMPLE_BYTES * len(samples)
        if self.bytes - self._told_bytes >= _SAMPLE_BYTES * self._rate_hz:
            self._write_header()

    def _write_header(self) -> None:
        """Say how much there is, once it is there."""
        self._file.flush()
        rate, size = self._rate_hz, self.bytes
        header = _HEADER.pack(
            *(b"RIFF", size + _HEADER.size - 8, b"WAVE", b"fmt ", 16, _PCM, _MONO, rate),
            *(rate * _SAMPLE_BYTES, _SAMPLE_BYTES, 8 * _SAMPLE_BYTES, b"data", size),
        )
        self._file.seek(0)
        self._file.write(header)
        self._file.flush()
        self._file.seek(0, os.SEEK_END)
        self._told_bytes = size

    def close(self) -> None:
        """The file is complete."""
        self._write_header()
        self._file.close()


class Recording:
    """An observer that keeps all in a folder. `with_sound`: False where the board alone hears it.

    Raises InputError where a file of these names is there.
    """

    def __init__(self, folder: Path, *, with_sound: bool) -> None:
        self._folder, self._with_sound = folder, with_sound
        names = [*([SOUND_FILE] if with_sound else []), RESULTS_FILE]
        there = [name for name in names if os.path.lexists(folder / name)]
        if there:
            what = f"{folder} holds {' and '.join(there)}, which stays as it is"
            raise InputError([Fault("--record", what, "name another folder")])
        if folder.exists() and not folder.is_dir():
            raise InputError([Fault("--record", f"{folder} is a file", "name a folder")])
        self._rate_hz = 0
        self._wav: WavWriter | None = None
        self._parts = 0
        self._results: TextIO | None = None
        self._lines = JsonLines(self._write)

    @property
    def text(self) -> str:
        """Where all is."""
        return str(self._folder)

    def start(self, setup: Setup) -> None:
        """Make the files."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._rate_hz = setup.sample_rate_hz
        self._results = (self._folder / RESULTS_FILE).open("x", encoding="utf-8")
        if self._with_sound:
            self._next_part()
        self._lines.start(setup)

    def _next_part(self) -> None:
        if self._wav is not None:
            self._wav.close()
        self._parts += 1
        name = Path(SOUND_FILE)
        if self._parts > 1:
            name = name.with_stem(f"{name.stem}-{self._parts}")
        self._wav = WavWriter(self._folder / name, self._rate_hz)

    def _write(self, line: str) -> None:
        assert self._results is not None, "not started"
        self._results.write(line)
        self._results.flush()

    def sound(self, samples: Samples) -> None:
        """Into the WAV."""
        if self._wav is not None:
            if self._wav.bytes + _SAMPLE_BYTES * len(samples) > LONGEST_BYTES:
                self._next_part()
            self._wav.write(np.asarray(samples, np.int16))

    def frame(self, frame: FrameSeen) -> None:
        """Nothing: they can be made from the sound again."""

    def patch(self, patch: PatchSeen) -> None:
        """Into the results, as all that follows."""
        self._lines.patch(patch)

    def event(self, event: EventSeen) -> None:
        """Into the results."""
        self._lines.event(event)

    def load(self, load: LoadSeen) -> None:
        """Into the results."""
        self._lines.load(load)

    def counts(self, time_s: float, counts: Counts) -> None:
        """Nothing: the summary has them."""

    def told(self, time_s: float, text: str) -> None:
        """Into the results."""
        self._lines.told(time_s, text)

    def finish(self, time_s: float, counts: Counts, *, interrupted: bool) -> None:
        """Complete both files."""
        closings: list[Callable[[], None]] = []
        if self._wav is not None:
            closings.append(self._wav.close)
        if self._results is not None:
            self._lines.finish(time_s, counts, interrupted=interrupted)
            closings.append(self._results.close)
        for close in closings:
            close()
