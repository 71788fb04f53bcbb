# SPDX-License-Identifier: Apache-2.0
"""A sound file to the samples that a front-end takes: int16, mono, at the rate of its record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError

FULL_SCALE = 32768.0

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Samples int16 [n] at the rate that was asked for, and what the file had."""

    samples: Samples
    rate_hz: int
    """The file's own."""
    channels: int

    def lacks_bands_below(self, high_hz: float) -> bool:
        """True when the file's own rate cannot hold frequencies up to there."""
        return lacks_bands(self.rate_hz, high_hz)


def lacks_bands(rate_hz: int, high_hz: float) -> bool:
    """True when a file of that rate cannot hold frequencies up to there."""
    return rate_hz < 2 * high_hz


def low_rate_text(sample_rate_hz: int, high_hz: float) -> str:
    """What to say of files that lack bands of a front-end with such a rate and highest band."""
    return (
        f"recorded below {2 * high_hz / 1000:g} kHz: resampled, but the upper bands stay empty, "
        f"unlike on the chip: record at {sample_rate_hz / 1000:g} kHz or more"
    )


def own_rate_hz(path: Path) -> int:
    """The sample rate of a file that `read_sound` can decode."""
    import soundfile

    return int(soundfile.info(path).samplerate)


def read_samples(path: Path, sample_rate_hz: int) -> Samples:
    """The samples of a file, int16 [n], mono at this rate; raises what `read_sound` raises."""
    return read_sound(path, sample_rate_hz).samples


def read_sound(path: Path, sample_rate_hz: int) -> Decoded:
    """Decode a file to samples of this rate.

    Channels are averaged, other rates go through soxr's HQ resampler, up or down, values are scaled
    by 32768, rounded to nearest even and clamped: the same file gives the same samples. What is
    above half of the lower of the two rates is not in them. Raises InputError when the file cannot
    be decoded, is empty or holds values that are not finite.
    """
    import soundfile
    import soxr

    try:
        values, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:  # TypeError: headerless .raw
        remedy = "convert it to WAV or FLAC, record it again, or remove it"
        raise InputError([Fault(str(path), f"cannot be decoded: {error}", remedy)]) from error
    if not len(values):
        raise InputError([Fault(str(path), "holds no samples", "record it again, or remove it")])
    broken = int(np.count_nonzero(~np.isfinite(values)))
    if broken:
        what = f"{broken} of its values are not finite (NaN or infinity)"
        raise InputError([Fault(str(path), what, "export it again, or remove it")])
    mono = values.mean(axis=1, dtype=np.float32)
    if rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return Decoded(to_int16(mono), int(rate_hz), values.shape[1])


def to_int16(mono: npt.NDArray[np.floating]) -> Samples:
    """Values in [-1, 1) to int16 full scale 32768, rounded to nearest even and clamped."""
    scaled = np.rint(mono.astype(np.float64) * FULL_SCALE)
    return np.clip(scaled, -32768, 32767).astype(np.int16)
