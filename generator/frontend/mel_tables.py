# SPDX-License-Identifier: Apache-2.0
"""Every constant of the integer front-end, from its record and the model's input quantisation.

The front-end turns mono int16 samples into int8 frames. `docs/frontend.md` is the integer
specification; the names of the fields below are the names used there.

Everything here is computed in Python and only printed by the templates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from generator.errors import Fault, InputError
from generator.frontend.dct_tables import DctTables, make_dct_tables, mfcc_faults
from generator.frontend.feature_scale import FeatureScale
from generator.frontend.filter_bank import make_filter_bank, weights_in
from generator.frontend.framing import gate_hangover_hops, gate_samples, padding_samples
from generator.frontend.logarithm import (
    LOG2_BITS,
    LOG2_TABLE_BITS,
    log2_table_q24,
    sqrt_table_q30,
)
from generator.frontend.output_tables import OutputTables, make_output_tables, output_faults
from generator.frontend.pcan_tables import PcanTables, make_pcan_tables, pcan_faults
from generator.frontend.record import FrontendRecord, SilenceGate, Spectrum
from generator.frontend.sources import frontend_sources
from generator.frontend.sum_levels import BIN_WEIGHT_BITS, sum_bits, sum_shifts
from generator.frontend.transform_tables import (
    butterfly_twiddles_q31,
    circle_q31,
    halving_twiddles_q31,
    radix4_points,
)
from generator.frontend.window_table import (
    pre_emphasis_q31,
    window_mirror,
    window_start,
    window_table_q31,
)

SQRT_TABLE_BITS = 8

_INT8_MIN, _INT8_MAX = -128, 127


ALWAYS_OPEN = SilenceGate(threshold_rms=0, hangover_ms=0.0)
"""For a record without a gate: every hop reaches a threshold of 0."""


@dataclass(frozen=True, slots=True)
class MelTables:
    """Constants and tables of the front-end; all integers, ready to print.

    A trailing `_q31` or `_q24` names the binary point. `docs/frontend.md` says where each is used.
    """

    sources: tuple[str, ...]
    """The files of the front-end in the project; a record leaves out what it never calls."""
    scale: float
    zero_point: int
    sample_rate_hz: int
    fft_samples: int
    frame_samples: int
    hop_samples: int
    padding_samples: int
    """Zeros before a clip's first and after its last sample: centring."""
    gate_samples: int
    pre_emphasis_q31: int
    """0: none."""
    window_samples: int
    window_start: int
    window_mirror: int
    """M with w[n] = w[M - n]."""
    spectrum_is_power: bool
    bands: int
    features: int
    """Values of a frame."""
    cfft_points: int
    log2_bits: int
    log2_table_bits: int
    sqrt_table_bits: int
    bin_weight_bits: int
    sum_bits: int
    """Binary point of a band's sum at block shift 0."""
    sum_shifts: int
    """Bits that it gains with each bit of the block shift."""
    window_q31: tuple[int, ...]
    """The window to its middle; the rest follows by symmetry."""
    radix4_points: int
    """Of the stages of four: `cfft_points`, or half of it."""
    butterfly_twiddles_q31: tuple[int, ...]
    """cos, sin of 1, 2 and 3 times 2 pi i / radix4_points, i in the order of reversed bits."""
    halving_twiddles_q31: tuple[int, ...]
    """cos, sin of 2 pi i / cfft_points in the same order; none where nothing is halved."""
    split_twiddles_q31: tuple[int, ...]
    """cos, sin of 2 pi k / N, k = split_first_bin … N / 4 - 1, at least one: the real split."""
    split_first_bin: int
    """The real split makes bins k and N/2 - k together: the first k that one of them needs."""
    first_bin: int
    end_bin: int
    """Bins first_bin <= k < end_bin carry a weight."""
    segment_end_bins: tuple[int, ...]
    """65 numbers: where the bins of segment j, between mel edges j and j + 1, end."""
    bin_weights_q24: tuple[int, ...]
    """Rising weight of each bin in its segment; 2^24 minus it is the falling weight."""
    sqrt_q30: tuple[int, ...]
    """sqrt of 1 … 4 in 192 steps of 1/64."""
    log2_q24: tuple[int, ...]
    """log2 of 1 … 2 in 128 steps."""
    gate_threshold_rms: int
    gate_hangover_hops: int
    outputs: OutputTables
    """From the sums to their logarithms, and without MFCCs and PCAN to int8."""
    dct: DctTables | None
    """Of MFCCs; None: the record has none."""
    pcan: PcanTables | None
    """Of noise reduction and PCAN; None: the record has none."""

    @property
    def sqrt_steps(self) -> tuple[int, ...]:
        """Of each step of `sqrt_q30` its begin, twice (Q31), and its rise (Q30)."""
        return tuple(
            word for begin, end in pairwise(self.sqrt_q30) for word in (2 * begin, end - begin)
        )

    @property
    def feature_scale(self) -> FeatureScale | None:
        """The last step of MFCCs and of PCAN."""
        part = self.dct or self.pcan
        return part.features if part else None

    @property
    def cfft_bits(self) -> int:
        """Of an index of the complex transform."""
        return self.cfft_points.bit_length() - 1

    @property
    def butterflies(self) -> int:
        """Of four, in each stage."""
        return self.radix4_points // 4


def make_mel_tables(record: FrontendRecord, scale: float, zero_point: int) -> MelTables:
    """Return the front-end's constants for a model whose input is int8 (scale, zero_point).

    Raises InputError with every fault when the quantisation cannot be served.
    """
    _check_quantisation(scale, zero_point)
    bank = make_filter_bank(record)
    faults = [*mfcc_faults(record, scale), *pcan_faults(record, scale)]
    if faults := faults or output_faults(record, bank, scale, zero_point):
        raise InputError(faults)
    points = record.fft_samples // 2
    split_first_bin = min(bank.first_bin, points - (bank.end_bin - 1))
    split_end = max(points // 2, split_first_bin + 1)  # C has no arrays of length 0
    gate = record.silence_gate or ALWAYS_OPEN
    return MelTables(
        sources=frontend_sources(record),
        scale=scale,
        zero_point=zero_point,
        sample_rate_hz=record.sample_rate_hz,
        fft_samples=record.fft_samples,
        frame_samples=record.frame_samples,
        hop_samples=record.hop_samples,
        padding_samples=padding_samples(record),
        gate_samples=gate_samples(record),
        pre_emphasis_q31=pre_emphasis_q31(record),
        window_samples=record.window_samples,
        window_start=window_start(record),
        window_mirror=window_mirror(record),
        spectrum_is_power=record.spectrum is Spectrum.POWER,
        bands=record.bands,
        features=record.features,
        cfft_points=points,
        log2_bits=LOG2_BITS,
        log2_table_bits=LOG2_TABLE_BITS,
        sqrt_table_bits=SQRT_TABLE_BITS,
        bin_weight_bits=BIN_WEIGHT_BITS,
        sum_bits=sum_bits(record),
        sum_shifts=sum_shifts(record),
        window_q31=window_table_q31(record),
        radix4_points=radix4_points(points),
        butterfly_twiddles_q31=butterfly_twiddles_q31(points),
        halving_twiddles_q31=halving_twiddles_q31(points),
        split_twiddles_q31=circle_q31(record.fft_samples, range(split_first_bin, split_end)),
        split_first_bin=split_first_bin,
        first_bin=bank.first_bin,
        end_bin=bank.end_bin,
        segment_end_bins=bank.segment_end_bins,
        bin_weights_q24=weights_in(bank, BIN_WEIGHT_BITS),
        sqrt_q30=sqrt_table_q30(),
        log2_q24=log2_table_q24(),
        gate_threshold_rms=gate.threshold_rms,
        gate_hangover_hops=gate_hangover_hops(record),
        outputs=make_output_tables(record, bank, scale, zero_point),
        dct=make_dct_tables(record, record.mfcc, scale, zero_point) if record.mfcc else None,
        pcan=make_pcan_tables(record, record.pcan, sum_bits(record), scale, zero_point)
        if record.pcan
        else None,
    )


def _check_quantisation(scale: float, zero_point: int) -> None:
    faults = []
    if not (math.isfinite(scale) and scale > 0.0):
        what = f"scale {scale!r} is no step of anything"
        faults.append(Fault("model input", what, "quantise the model with calibration data"))
    if not _INT8_MIN <= zero_point <= _INT8_MAX:
        what = f"zero point {zero_point} is not an int8"
        faults.append(Fault("model input", what, "give the model an int8 input"))
    if faults:
        raise InputError(faults)
