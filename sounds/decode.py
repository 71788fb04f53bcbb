# SPDX-License-Identifier: Apache-2.0
"""A sound file to the samples that a front-end takes: int16, mono, at the rate of its record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from generator.errors import Fault, InputError
from sounds.plain_file import file_fault
from sounds.quiet_decoder import quiet_decoder

if TYPE_CHECKING:
    import soundfile

FULL_SCALE = 32768.0

BLOCK_VALUES = 1 << 18
"""Values that are decoded at once, of all channels."""

MOST_SAMPLES = 1 << 26
"""Samples that a file may become: 70 minutes at 16 kHz, 128 MiB."""

LOWEST_RATE_HZ = 100
HIGHEST_RATE_HZ = 1_000_000

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

    with quiet_decoder(path):
        return int(soundfile.info(path).samplerate)


def read_samples(path: Path, sample_rate_hz: int) -> Samples:
    """The samples of a file, int16 [n], mono at this rate; raises what `read_sound` raises."""
    return read_sound(path, sample_rate_hz).samples


def read_sound(path: Path, sample_rate_hz: int) -> Decoded:
    """Decode a file to samples of this rate.

    Channels are averaged, other rates go through soxr's HQ resampler, up or down, values are scaled
    by 32768, rounded to nearest even and clamped: the same file gives the same samples. What is
    above half of the lower of the two rates is not in them. Raises InputError when the file cannot
    be decoded, is empty, cut or too long, or holds values that are not finite.
    """
    import soundfile

    remedy = "convert it to WAV or FLAC, record it again, or remove it"
    if fault := file_fault(path, "cannot be decoded: it is not there", remedy):
        raise InputError([fault])
    try:
        with quiet_decoder(path), soundfile.SoundFile(path) as file:
            return _decode(file, path, sample_rate_hz)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:  # TypeError: headerless .raw
        raise InputError([Fault(str(path), f"cannot be decoded: {error}", remedy)]) from error


def _decode(file: soundfile.SoundFile, path: Path, sample_rate_hz: int) -> Decoded:
    """Block by block: what is held at once is the result and one block, whatever the file says."""
    from sounds.completeness import UNKNOWN_FRAMES, missing_end

    rate_hz = int(file.samplerate)
    if fault := _rate_fault(rate_hz):
        raise InputError([Fault(str(path), fault, "convert it, or record it again")])
    says_length = file.format != "MP3" and file.frames < UNKNOWN_FRAMES
    if says_length and file.frames * sample_rate_hz > MOST_SAMPLES * rate_hz:
        raise InputError([_too_long(path, sample_rate_hz)])
    resampler = _Resampler(rate_hz, sample_rate_hz)
    samples = np.empty(0, np.int16)
    frames = broken = 0
    block = max(1, BLOCK_VALUES // file.channels)
    is_last = False
    while not is_last:
        values = file.read(block, dtype="float32", always_2d=True)
        is_last = not len(values)
        frames += len(values)
        broken += _count_not_finite(values)
        if broken:
            continue
        piece = to_int16(resampler.take(values.mean(axis=1, dtype=np.float32), is_last=is_last))
        if len(samples) + len(piece) > MOST_SAMPLES:
            raise InputError([_too_long(path, sample_rate_hz)])
        at = len(samples)
        samples.resize(at + len(piece), refcheck=False)
        samples[at:] = piece
    if not frames:
        raise InputError([Fault(str(path), "holds no samples", "record it again, or remove it")])
    if broken:
        what = f"{broken} of its values are not finite (NaN or infinity)"
        raise InputError([Fault(str(path), what, "export it again, or remove it")])
    if lack := missing_end(file, path, frames):
        remedy = "copy or export it again, cut it where it is whole, or remove it"
        raise InputError([Fault(str(path), lack, remedy)])
    if not len(samples):
        what = f"is too short: {frames} of {rate_hz} Hz make no sample of {sample_rate_hz} Hz"
        raise InputError([Fault(str(path), what, "record it again, or remove it")])
    return Decoded(samples, rate_hz, file.channels)


def _rate_fault(rate_hz: int) -> str:
    if LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        return ""
    return f"a rate of {rate_hz} Hz is none of sound: {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz are"


def _too_long(path: Path, sample_rate_hz: int) -> Fault:
    what = f"is longer than {MOST_SAMPLES // sample_rate_hz // 60} minutes"
    return Fault(str(path), what, "cut it into pieces")


class _Resampler:
    """Blocks of one rate to blocks of another, by soxr's HQ resampler: as all of it at once."""

    def __init__(self, rate_hz: int, sample_rate_hz: int) -> None:
        import soxr

        self._stream = (
            None
            if rate_hz == sample_rate_hz
            else soxr.ResampleStream(rate_hz, sample_rate_hz, 1, dtype="float32", quality="HQ")
        )

    def take(
        self, mono: npt.NDArray[np.float32], *, is_last: bool = False
    ) -> npt.NDArray[np.float32]:
        """What can be told behind these values; behind the last of them, all that is left."""
        if self._stream is None:
            return mono
        resampled: npt.NDArray[np.float32] = self._stream.resample_chunk(mono, last=is_last)
        return resampled


def convert_samples(samples: npt.NDArray[np.generic], rate_hz: int, sample_rate_hz: int) -> Samples:
    """Samples [n], mono, int16 or floating point from -1 to 1, of one rate to int16 of another.

    As a file of the same samples is read. Raises InputError, with all faults, where they are of
    another shape or type, none, or not finite, or where `rate_hz` is no rate.
    """
    faults = []
    is_float = np.issubdtype(samples.dtype, np.floating)
    if samples.ndim != 1:
        what = f"an array of shape {list(samples.shape)}"
        faults.append(Fault("samples", what, "one axis, as in stereo.mean(axis=1)"))
    elif not len(samples):
        faults.append(Fault("samples", "there are none", "give at least one"))
    if not is_float and samples.dtype != np.int16:
        remedy = "give int16, or floating point from -1 to 1"
        faults.append(Fault("samples", f"values of type {samples.dtype}", remedy))
    elif is_float and (broken := _count_not_finite(samples)):
        what = f"{broken} of the values are not finite (NaN or infinity)"
        faults.append(Fault("samples", what, "look where they were computed"))
    if rate_hz < 1:
        faults.append(Fault("rate_hz", f"{rate_hz} Hz", "the samples' own rate, 1 or more"))
    elif rate_hz > HIGHEST_RATE_HZ:
        faults.append(Fault("rate_hz", _rate_fault(rate_hz), "the samples' own rate"))
    if faults:
        raise InputError(faults)
    if samples.dtype == np.int16 and rate_hz == sample_rate_hz:
        return samples.astype(np.int16)
    full_scale = np.float32(1 if is_float else FULL_SCALE)
    return to_int16(_resample(samples.astype(np.float32) / full_scale, rate_hz, sample_rate_hz))


def _count_not_finite(values: npt.NDArray[np.generic]) -> int:
    return int(np.count_nonzero(~np.isfinite(values)))


def _resample(
    mono: npt.NDArray[np.float32], rate_hz: int, sample_rate_hz: int
) -> npt.NDArray[np.float32]:
    """Values of one rate at another one, by soxr's HQ resampler."""
    import soxr

    if rate_hz == sample_rate_hz:
        return mono
    resampled: npt.NDArray[np.float32] = soxr.resample(mono, rate_hz, sample_rate_hz, quality="HQ")
    return resampled


def to_int16(mono: npt.NDArray[np.floating]) -> Samples:
    """Values in [-1, 1) to int16 full scale 32768, rounded to nearest even and clamped."""
    scaled = np.rint(mono.astype(np.float64) * FULL_SCALE)
    return np.clip(scaled, -32768, 32767).astype(np.int16)
