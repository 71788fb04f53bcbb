# SPDX-License-Identifier: Apache-2.0
"""A front-end in words."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from generator.frontend.record import (
    FrontendRecord,
    LogKind,
    MelNorm,
    Spectrum,
    TriangleSides,
    ZerosAt,
)
from generator.frontend.saturation import Saturation
from generator.model.patches import PatchRule
from generator.network import Network

LOGARITHMS = {
    LogKind.LN: "ln({})",
    LogKind.LOG10: "log10({})",
    LogKind.DB_POWER: "10 log10({})",
    LogKind.DB_AMPLITUDE: "20 log10({})",
    LogKind.NONE: "{}",
}


def print_frontend(console: Console, network: Network) -> None:
    """Say which front-end it is and where that was found, and what else the user should know."""
    text = f"front-end: {network.frontend.name}, by {network.frontend_source}"
    console.print(text, markup=False, soft_wrap=True)
    for note in network.notes:
        console.print(note, style="yellow", markup=False, soft_wrap=True)


def print_saturation(console: Console, saturation: Saturation) -> None:
    """The features of sounds in the model's range; warnings loudly."""
    for line in saturation.lines():
        console.print(line, markup=False, soft_wrap=True)
    for warning in saturation.warnings:
        console.print(f"WARNING: {warning}", style="bold red", markup=False, soft_wrap=True)


def describe_record(record: FrontendRecord) -> Iterator[str]:
    """Its sentences, in the order of the computation, with derived numbers."""
    rate = record.sample_rate_hz
    yield f"sound: {rate} Hz, a sample of full scale is {record.sample_full_scale:g}"
    if record.pre_emphasis:
        yield f"pre-emphasis: x[n] - {record.pre_emphasis:g} x[n - 1]"
    kind = "symmetric" if record.window_symmetric else "periodic"
    zeros = ""
    if record.window_samples != record.fft_samples:
        place = "after it" if record.zeros is ZerosAt.END else "on both sides"
        zeros = f", zeros {place} up to {record.fft_samples}"
    centred = ", centred on its hop" if record.centred else ""
    yield (
        f"frames: a window of {record.window_samples} samples "
        f"({_ms(record.window_samples, rate)}, {record.window.value}, {kind}){zeros}, every "
        f"{record.hop_samples} samples ({_ms(record.hop_samples, rate)}){centred}"
    )
    what = "powers" if record.spectrum is Spectrum.POWER else "magnitudes"
    yield (
        f"spectrum: {what} of {record.fft_samples // 2 + 1} bins of "
        f"{rate / record.fft_samples:.4g} Hz"
    )
    norm = "area 1" if record.mel_norm is MelNorm.SLANEY else "peak 1"
    sides = "mel" if record.triangles is TriangleSides.MEL else "hertz"
    yield (
        f"bands: {record.bands} triangles from {record.low_hz:g} to {record.high_hz:g} Hz, "
        f"{record.mel_scale.value} scale, {norm}, sides straight in {sides}"
    )
    yield from _values(record)
    if record.silence_gate:
        gate = record.silence_gate
        yield (
            f"silence: frames are dropped {gate.hangover_ms:g} ms after the last hop of "
            f"{gate.threshold_rms} steps RMS"
        )


def describe_patch(record: FrontendRecord, patches: PatchRule) -> str:
    """The sentence on patches of the record's frames."""
    frames, step = patches.frames, patches.step
    samples = record.frame_samples + (frames - 1) * record.hop_samples
    return (
        f"patch: {frames} frames of {record.features} values, {samples / record.sample_rate_hz:.3f}"
        f" s of sound; a new one every {step} frames "
        f"({step * record.hop_samples / record.sample_rate_hz:.3f} s)"
    )


def _values(record: FrontendRecord) -> Iterator[str]:
    if record.pcan:
        gain = "noise reduction and PCAN" if record.pcan.enabled else "noise reduction"
        yield f"values: {gain}, as TFLite Micro's front-end has them"
    else:
        inner = "x"
        if record.log_offset:
            inner = f"{inner} + {record.log_offset:g}"
        if record.log_floor:
            inner = f"max({inner}, {record.log_floor:g})"
        if record.log_reference != 1.0:
            inner = f"({inner}) / {record.log_reference:g}"
        text = LOGARITHMS[record.log].format(inner)
        lowest = "" if record.lowest_log is None else f", not below {record.lowest_log:g}"
        yield f"values: {text}{lowest}"
    if record.mfcc:
        mfcc = record.mfcc
        last = mfcc.first + mfcc.coefficients - 1
        yield f"cepstrum: DCT-II, coefficients {mfcc.first} to {last}, {mfcc.norm.value}"
    if record.mean != 0.0 or record.deviation != 1.0:
        mean, deviation = (
            f"{len(values)} values" if isinstance(values, tuple) else f"{values:g}"
            for values in (record.mean, record.deviation)
        )
        yield f"normalised: minus {mean}, divided by {deviation}"


def _ms(samples: int, rate_hz: int) -> str:
    return f"{1000 * samples / rate_hz:g} ms"
