# SPDX-License-Identifier: Apache-2.0
"""Arguments of tf.signal.stft, linear_to_mel_weight_matrix and mfccs_from_log_mel_spectrograms."""

from __future__ import annotations

from generator.frontend.importers.arguments import Arguments, Imported, log_keys
from generator.frontend.importers.librosa import spectrum_of
from generator.frontend.record import LogKind

WINDOWS = {
    **{"tf.signal.hann_window": "hann", "hann_window": "hann", "hann": "hann"},
    **{"tf.signal.hamming_window": "hamming", "hamming_window": "hamming", "hamming": "hamming"},
    **{"none": "rectangular"},
}
LOG_OFFSET = 1e-6
"""Of the log-mel example in the documentation of tf.signal."""


def from_tf_signal(arguments: Arguments) -> Imported:
    """The record of stft, abs, the mel matrix, then log(x + 1e-6) unless `log` says otherwise."""
    window = arguments.needed("frame_length")
    enclosing = 1 << max(window - 1, 0).bit_length()
    fft = arguments.count("fft_length", None) or enclosing
    bins = arguments.count("num_spectrogram_bins", fft // 2 + 1)
    if bins != fft // 2 + 1:
        what = f"{bins} bins, but a transform of {fft} samples has {fft // 2 + 1}"
        arguments.refuse("num_spectrogram_bins", what, "give fft_length, or leave it out")
    if arguments.truth("pad_end", False):
        arguments.refuse("pad_end", "the end is not known", "give pad_end=False, and train so")
    keys: dict[str, object] = {
        "sample_rate_hz": arguments.count("sample_rate", 8000),
        "window_samples": window,
        "hop_samples": arguments.needed("frame_step"),
        "fft_samples": fft,
        "window": arguments.choice("window_fn", "hann_window", WINDOWS),
        # window_ops: the period of an odd window is its length - 1, of an even one its length
        "window_symmetric": window % 2 == 1,
        "zeros": "end",
        "spectrum": spectrum_of(arguments, 1.0),
        "bands": arguments.count("num_mel_bins", 20),
        "low_hz": arguments.number("lower_edge_hertz", 125.0),
        "high_hz": arguments.number("upper_edge_hertz", 3800.0),
        "mel_scale": "htk",
        "mel_norm": "none",
        "triangles": "mel",
    }
    kind = log_keys(arguments, LogKind.LN)
    if kind is LogKind.LN:
        keys |= {"log": "ln", "log_offset": LOG_OFFSET}
        if not arguments.has("log_offset"):
            arguments.notes.append(
                f"the logarithm is ln(x + {LOG_OFFSET:g}), as in tf.signal's documentation; "
                "log=... log_offset=... say otherwise"
            )
    mfcc = arguments.count("n_mfcc", None)
    if mfcc:
        keys["mfcc"] = {"coefficients": mfcc, "norm": "tf"}
    return arguments.finish(keys)
