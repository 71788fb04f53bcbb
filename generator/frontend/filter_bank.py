# SPDX-License-Identifier: Apache-2.0
"""The filter bank: mel edges, and one weight a bin.

Between two neighbouring edges one triangle falls and the next rises, and the two weights add up
to 1: one weight a bin describes the whole bank.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from generator.frontend.record import FrontendRecord, MelNorm, MelScale, TriangleSides
from generator.frontend.rounding import round_half_away

_SLANEY_HZ_PER_MEL = 200.0 / 3.0
_SLANEY_KNEE_HZ = 1000.0
_SLANEY_KNEE_MEL = _SLANEY_KNEE_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = math.log(6.4) / 27.0


def to_mel(scale: MelScale, hz: float) -> float:
    """Return `hz` on the mel scale.

    HTK: Young et al., The HTK Book, section 5.4. Slaney: Auditory Toolbox, linear up to 1 kHz.
    """
    if scale is MelScale.HTK:
        return 2595.0 * math.log10(1.0 + hz / 700.0)
    if hz < _SLANEY_KNEE_HZ:
        return hz / _SLANEY_HZ_PER_MEL
    return _SLANEY_KNEE_MEL + math.log(hz / _SLANEY_KNEE_HZ) / _SLANEY_LOG_STEP


def to_hz(scale: MelScale, mel: float) -> float:
    """Return a point of the mel scale in hertz."""
    if scale is MelScale.HTK:
        return 700.0 * (math.pow(10.0, mel / 2595.0) - 1.0)
    if mel < _SLANEY_KNEE_MEL:
        return mel * _SLANEY_HZ_PER_MEL
    return _SLANEY_KNEE_HZ * math.exp((mel - _SLANEY_KNEE_MEL) * _SLANEY_LOG_STEP)


def mel_edges_hz(record: FrontendRecord) -> tuple[float, ...]:
    """Return the bands + 2 edges in Hz of the triangles: evenly spaced on the mel scale."""
    low, high = (to_mel(record.mel_scale, hz) for hz in (record.low_hz, record.high_hz))
    steps = record.bands + 1
    mels = (low + (high - low) * i / steps for i in range(1, steps))
    inner = (to_hz(record.mel_scale, mel) for mel in mels)
    return (record.low_hz, *inner, record.high_hz)


@dataclass(frozen=True, slots=True)
class FilterBank:
    """The bins that carry a weight, and what each gives to the triangle that rises over it."""

    first_bin: int
    end_bin: int
    """Bins first_bin <= k < end_bin are between the lowest and the highest edge."""
    segment_end_bins: tuple[int, ...]
    """bands + 1 numbers: where the bins of segment j, between edges j and j + 1, end."""
    rising: tuple[float, ...]
    """Weight of each bin in its segment's rising triangle; the falling one has the rest."""
    heights: tuple[float, ...]
    """Of each triangle's peak: 1, or what makes its area 1."""

    def triangle(self, band: int) -> tuple[float, ...]:
        """Return the weights of a band's bins, peak 1; empty where no bin is below it."""
        ends = (self.first_bin, *self.segment_end_bins)
        begin, peak, end = (bin_ - self.first_bin for bin_ in ends[band : band + 3])
        return (*self.rising[begin:peak], *(1.0 - w for w in self.rising[peak:end]))


def bins_between(record: FrontendRecord) -> list[int]:
    """Return the bins of the transform that are between the lowest and the highest edge."""
    bin_hz = record.sample_rate_hz / record.fft_samples
    bins = range(record.fft_samples // 2)
    return [k for k in bins if record.low_hz < k * bin_hz < record.high_hz]


def make_filter_bank(record: FrontendRecord) -> FilterBank:
    """Return the record's filter bank.

    Raises `ValueError` where no bin at all is between its edges.
    """
    edges = mel_edges_hz(record)
    bin_hz = record.sample_rate_hz / record.fft_samples
    bins = bins_between(record)
    if not bins:
        raise ValueError("no bin of the transform is between the edges of the bank")
    rising: list[float] = []
    ends = []
    position = 0
    for low, high in pairwise(edges):
        while position < len(bins) and bins[position] * bin_hz < high:
            rising.append(_share(record, bins[position] * bin_hz, low, high))
            position += 1
        ends.append(bins[0] + position)
    heights = tuple(
        2.0 / (high - low) if record.mel_norm is MelNorm.SLANEY else 1.0
        for low, high in zip(edges[:-2], edges[2:], strict=True)
    )
    return FilterBank(bins[0], bins[-1] + 1, tuple(ends), tuple(rising), heights)


def _share(record: FrontendRecord, hz: float, low: float, high: float) -> float:
    """How far a bin is between two edges, in what the sides are straight in; 0 ... 1."""
    if record.triangles is TriangleSides.MEL:
        hz, low, high = (to_mel(record.mel_scale, value) for value in (hz, low, high))
    return (hz - low) / (high - low)


def weights_in(bank: FilterBank, bits: int) -> tuple[int, ...]:
    """Return the rising weights, 1 being 2^bits."""
    return tuple(round_half_away(weight * 2**bits) for weight in bank.rising)
