# SPDX-License-Identifier: Apache-2.0
"""Sound files for the generator's commands: read as training and the harness read them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.errors import ToolError
from generator.extras import HIL, how_to_install
from generator.repository import WORK_DIR
from sounds.decode import lacks_bands, low_rate_text, own_rate_hz, read_sound
from sounds.layouts import read_sounds
from sounds.place import find_directory

LIBRARIES = ("soundfile", "soxr")


class SoundFiles:
    """Files of this machine."""

    def samples(self, path: Path, rate_hz: int) -> NDArray[np.int16]:
        """A file's samples at this rate; ToolError without the libraries that decode it."""
        missing = _missing()
        if missing:
            what = f"sound files cannot be read without {', '.join(missing)}"
            raise ToolError(what, how_to_install(HIL))
        return read_sound(path, rate_hz).samples

    def clips(self, named: Path | None) -> Sequence[Path]:
        """The files of a set in a layout that training knows; a folder of nothing but files too."""
        if named is not None and named.is_dir():
            flat = sorted(path for path in named.iterdir() if path.suffix.lower() in SUFFIXES)
            if flat:
                return flat
        root = find_directory(str(named) if named else None, os.environ, WORK_DIR)
        if root is None or (named is None and _missing()):
            return ()
        return [sound.path for sound in read_sounds(root).sounds]

    def note(self, clips: Sequence[Path], rate_hz: int, high_hz: float) -> str:
        """How many of them were recorded at too low a rate for the highest band; or empty."""
        low = sum(lacks_bands(own_rate_hz(path), high_hz) for path in clips)
        return f"{low} of {len(clips)} clips {low_rate_text(rate_hz, high_hz)}" if low else ""


SUFFIXES = {".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif"}


def _missing() -> list[str]:
    return [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
