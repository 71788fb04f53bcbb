# SPDX-License-Identifier: Apache-2.0
"""Arguments of torchaudio.transforms.MelSpectrogram, AmplitudeToDB and MFCC."""

from __future__ import annotations

from generator.frontend.importers.arguments import Arguments, Imported, log_keys
from generator.frontend.importers.decibels import decibel_keys, padding_notes
from generator.frontend.importers.librosa import DCT_NORMS, NORMS, spectrum_of
from generator.frontend.record import LogKind

WINDOWS = {
    **{"torch.hann_window": "hann", "hann_window": "hann", "hann": "hann"},
    **{"torch.hamming_window": "hamming", "hamming_window": "hamming", "hamming": "hamming"},
    **{"torch.blackman_window": "blackman", "blackman_window": "blackman", "blackman": "blackman"},
    **{"torch.ones": "rectangular", "ones": "rectangular", "rectangular": "rectangular"},
}
SCALES = {"htk": "htk", "slaney": "slaney"}
STYPES = {"power": "power", "magnitude": "magnitude", "amplitude": "magnitude"}
LOG_MELS_OFFSET = 1e-6
"""Of MFCC(log_mels=True)."""


def from_torchaudio(arguments: Arguments) -> Imported:
    """The record of MelSpectrogram, then AmplitudeToDB, or MFCC where n_mfcc is given."""
    rate = arguments.count("sample_rate", 16_000) or 0
    fft = arguments.count("n_fft", 400) or 0
    window = arguments.count("win_length", None) or fft
    centred = arguments.truth("center", True)
    padding_notes(arguments, centred=centred, default="reflect")
    for name in ("normalized", "pad"):
        if arguments.text(name, "0") not in ("0", "False", "false", None):
            arguments.refuse(name, "is not computed", f"leave {name} out, and train so")
    keys: dict[str, object] = {
        "sample_rate_hz": rate,
        "window_samples": window,
        "hop_samples": arguments.count("hop_length", None) or window // 2,
        "fft_samples": fft,
        "window": arguments.choice("window_fn", "hann_window", WINDOWS),
        "centred": centred,
        "spectrum": spectrum_of(arguments),
        "bands": arguments.count("n_mels", 128),
        "low_hz": arguments.number("f_min", 0.0),
        "high_hz": arguments.number("f_max", None) or rate / 2,
        "mel_scale": arguments.choice("mel_scale", "htk", SCALES),
    }
    mfcc = arguments.count("n_mfcc", None)
    log_mels = arguments.truth("log_mels", False)
    name = "mel_norm" if mfcc and arguments.has("mel_norm") else "norm"
    keys["mel_norm"] = arguments.choice(name, None, NORMS)
    if arguments.choice("stype", "power", STYPES) == "magnitude":
        usual = LogKind.DB_AMPLITUDE
    else:
        usual = LogKind.LN if log_mels else LogKind.DB_POWER
    kind = log_keys(arguments, usual)
    if kind in (LogKind.DB_POWER, LogKind.DB_AMPLITUDE):
        keys |= decibel_keys(arguments, kind=kind, top_db=80.0 if mfcc else None)
    elif log_mels:
        keys |= {"log": "ln", "log_offset": LOG_MELS_OFFSET}
    if mfcc:
        norm = arguments.choice("dct_norm", "ortho", DCT_NORMS)
        keys["mfcc"] = {"coefficients": mfcc, "norm": norm}
    return arguments.finish(keys)
