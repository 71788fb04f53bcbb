# SPDX-License-Identifier: Apache-2.0
"""The flags of TensorFlow's speech_commands, whose `micro` features micro_speech computes."""

from __future__ import annotations

from generator.frontend.importers.arguments import Arguments, Imported

FULL_SCALE = 32768.0
"""Its front-end takes int16 samples as they are."""
PREPROCESS = {"micro": "micro"}


def from_micro_speech(arguments: Arguments) -> Imported:
    """The record of --preprocess=micro: 40 bands with noise reduction and PCAN."""
    rate = arguments.count("sample_rate", 16_000) or 0
    window_ms = arguments.number("window_size_ms", 30.0) or 0.0
    stride_ms = arguments.number("window_stride_ms", 20.0) or 0.0
    window, hop = (_samples(arguments, ms, rate) for ms in (window_ms, stride_ms))
    arguments.choice("preprocess", "micro", PREPROCESS)
    pcan = {
        "smoothing_bits": arguments.count("smoothing_bits", 10),
        "even_smoothing": arguments.number("even_smoothing", 0.025),
        "odd_smoothing": arguments.number("odd_smoothing", 0.06),
        "min_signal_remaining": arguments.number("min_signal_remaining", 0.05),
        "enabled": arguments.truth("enable_pcan", True),
        "strength": arguments.number("pcan_strength", 0.95),
        "offset": arguments.number("pcan_offset", 80.0),
        "gain_bits": arguments.count("gain_bits", 21),
        "log_shift": arguments.count("scale_shift", 6),
    }
    clip_ms = arguments.number("clip_duration_ms", 1000.0) or 0.0
    keys: dict[str, object] = {
        "sample_rate_hz": rate,
        "sample_full_scale": FULL_SCALE,
        "window_samples": window,
        "hop_samples": hop,
        "fft_samples": 1 << max(window - 1, 0).bit_length(),
        "zeros": "end",
        "spectrum": "power",
        "bands": arguments.count("feature_bin_count", 40),
        "low_hz": arguments.number("lower_band_limit", 125.0),
        "high_hz": arguments.number("upper_band_limit", 7500.0),
        "triangles": "mel",
        "log": "none",
        "pcan": pcan,
        "patch_frames": 1 + int((clip_ms - window_ms) // stride_ms) if stride_ms else 0,
    }
    return arguments.finish(keys)


def _samples(arguments: Arguments, ms: float, rate: int) -> int:
    samples = ms * rate / 1000.0
    if samples != int(samples):
        what = f"{ms:g} ms are {samples:g} samples at {rate} Hz"
        arguments.refuse("window_size_ms", what, "give a time of whole samples")
    return int(samples)
