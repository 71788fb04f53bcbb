# SPDX-License-Identifier: Apache-2.0
"""A front-end's record in one line, for people."""

from __future__ import annotations

from generator.frontend.record import FrontendRecord, LogKind, MelNorm, MelScale, Spectrum

LOGS = {
    LogKind.LN: "ln",
    LogKind.LOG10: "log10",
    LogKind.DB_POWER: "10 log10",
    LogKind.DB_AMPLITUDE: "20 log10",
}


def describe_record(record: FrontendRecord) -> str:
    """Return "yamnet: 16000 Hz, hann window of 400 samples every 160, FFT 512, ..."."""
    window = f"{record.window} window of {record.window_samples} samples every {record.hop_samples}"
    parts = [
        f"{record.sample_rate_hz} Hz",
        f"{'centred ' if record.centred else ''}{window}",
        f"FFT {record.fft_samples}",
        str(record.spectrum),
        _bands(record),
        _values(record),
    ]
    if record.sample_full_scale != 1.0:
        parts.insert(1, f"samples of full scale {record.sample_full_scale:g}")
    if record.pre_emphasis:
        parts.insert(1, f"pre-emphasis {record.pre_emphasis:g}")
    if record.mean != 0.0 or record.deviation != 1.0:
        parts.append("(x - mean) / deviation")
    parts.append(
        "no silence gate"
        if record.silence_gate is None
        else f"silence gate at {record.silence_gate.threshold_rms} steps RMS"
    )
    return f"{record.name or 'unnamed'}: {', '.join(parts)}"


def _bands(record: FrontendRecord) -> str:
    scale = "HTK" if record.mel_scale is MelScale.HTK else "Slaney"
    norm = ", area 1" if record.mel_norm is MelNorm.SLANEY else ""
    return (
        f"{record.bands} bands from {record.low_hz:g} to {record.high_hz:g} Hz "
        f"({scale} scale{norm})"
    )


def _values(record: FrontendRecord) -> str:
    if record.pcan is not None:
        values = "noise reduction" + (" and PCAN" if record.pcan.enabled else "")
    elif record.log is LogKind.NONE:
        values = "no logarithm"
    else:
        sums = "mel" if record.spectrum is Spectrum.MAGNITUDE else "mel power"
        inner = f"{sums} + {record.log_offset:g}" if record.log_offset else sums
        if record.log_floor:
            inner = f"max({inner}, {record.log_floor:g})"
        values = f"{LOGS[record.log]}({inner})"
        if record.log_reference != 1.0:
            values += f" against {record.log_reference:g}"
        if record.lowest_log is not None:
            values += f", {record.lowest_log:g} at least"
    if record.mfcc is not None:
        values += f", {record.mfcc.coefficients} MFCC from {record.mfcc.first}"
    return values
