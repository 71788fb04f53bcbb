# SPDX-License-Identifier: Apache-2.0
"""Arguments of librosa.feature.melspectrogram, and of what follows: power_to_db, mfcc."""

from __future__ import annotations

from generator.frontend.importers.arguments import Arguments, Imported, log_keys
from generator.frontend.importers.decibels import decibel_keys, padding_notes
from generator.frontend.record import LogKind, WindowShape

WINDOWS = {
    **{shape.value: shape.value for shape in WindowShape},
    **{"hanning": "hann", "boxcar": "rectangular", "ones": "rectangular"},
}
NORMS = {"none": "none", "slaney": "slaney"}
DCT_NORMS = {"ortho": "ortho", "none": "none"}


def from_librosa(arguments: Arguments) -> Imported:
    """The record of librosa's call, with the defaults of librosa 0.10 and 0.11."""
    rate = arguments.count("sr", 22_050) or 0
    fft = arguments.count("n_fft", 2048) or 0
    centred = arguments.truth("center", True)
    padding_notes(arguments, centred=centred, default="constant")
    keys: dict[str, object] = {
        "sample_rate_hz": rate,
        "window_samples": arguments.count("win_length", None) or fft,
        "hop_samples": arguments.count("hop_length", 512),
        "fft_samples": fft,
        "window": arguments.choice("window", "hann", WINDOWS),
        "centred": centred,
        "spectrum": spectrum_of(arguments),
        "bands": arguments.count("n_mels", 128),
        "low_hz": arguments.number("fmin", 0.0),
        "high_hz": arguments.number("fmax", None) or rate / 2,
        "mel_scale": "htk" if arguments.truth("htk", False) else "slaney",
    }
    mfcc = arguments.count("n_mfcc", None)
    name = "mel_norm" if mfcc and arguments.has("mel_norm") else "norm"
    keys["mel_norm"] = arguments.choice(name, "slaney", NORMS)
    kind = log_keys(arguments, LogKind.DB_POWER)
    if kind in (LogKind.DB_POWER, LogKind.DB_AMPLITUDE):
        floor = 1e-10 if kind is LogKind.DB_POWER else 1e-5
        keys |= decibel_keys(arguments, kind=kind, amin=floor)
    if mfcc:
        keys["mfcc"] = {
            "coefficients": mfcc,
            "norm": arguments.choice("dct_norm", "ortho", DCT_NORMS),
            "lifter": arguments.number("lifter", 0.0),
        }
        if arguments.count("dct_type", 2) != 2:
            arguments.refuse("dct_type", "only type 2 is computed", "train with dct_type=2")
    return arguments.finish(keys)


def spectrum_of(arguments: Arguments, default: float = 2.0) -> str:
    """`power`: 1 is the magnitude, 2 the power."""
    power = arguments.number("power", default)
    if power not in (1.0, 2.0):
        arguments.refuse("power", f"{power} cannot be computed", "give 1.0 (magnitude) or 2.0")
    return "magnitude" if power == 1.0 else "power"
