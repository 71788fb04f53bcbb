# SPDX-License-Identifier: Apache-2.0
"""Sounds within the page: what the board heard, as WAV."""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.errors import Mel2metalError
from hil.clips.synthetic import SYNTHETIC
from hil.report.evidence import Evidence
from hil.report.html.drawings.png import data_uri
from sounds.decode import Samples, read_samples

SOUND_LIMIT_BYTES = 4 * 1024 * 1024
"""Of all WAVs of a page together; base64 makes a third more of them."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip to be heard, or why it cannot be."""

    uri: str
    """`data:audio/wav;base64,...`, or empty."""

    absent_because: str = ""


def wav_bytes(samples: Samples, sample_rate_hz: int) -> bytes:
    """16 bit, mono."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return stream.getvalue()


def read_sounds(evidence: Evidence, limit_bytes: int = SOUND_LIMIT_BYTES) -> Mapping[str, Sound]:
    """Of every clip that is shown, in its order, as long as they fit.

    A file that is gone, or a machine without the libraries that decode it, costs its sound alone.
    """
    sounds: dict[str, Sound] = {}
    taken = 0
    for name in evidence.wrong:
        clip = evidence.clips.get(name)
        if clip is None or not clip.features:
            continue
        try:
            samples = _read(name, clip.audio, evidence.sample_rate_hz)
        except (OSError, ImportError, KeyError, ValueError, Mel2metalError) as error:
            first = str(error).partition("\n")[0]
            sounds[name] = Sound("", f"its sound cannot be read: {first}")
            continue
        content = wav_bytes(samples, evidence.sample_rate_hz)
        if taken + len(content) > limit_bytes:
            limit_mib = limit_bytes / 1024 / 1024
            sounds[name] = Sound("", f"left out: a page has {limit_mib:g} MiB of sound at most")
            continue
        taken += len(content)
        sounds[name] = Sound(data_uri(content, "audio/wav"))
    return sounds


def _read(name: str, audio: str, sample_rate_hz: int) -> Samples:
    if audio:
        return read_samples(Path(audio), sample_rate_hz)
    return SYNTHETIC[name](sample_rate_hz)
