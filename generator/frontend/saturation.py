# SPDX-License-Identifier: Apache-2.0
"""Features of real sounds held against the range of a model's input.

A model that was trained on other features than it gets still answers, wrongly. Its input shows it:
the range of int8 values was fitted to the training features. Features of another kind leave many
cells at an end of the range (a rail), or they fill only a small part of it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.frontend.input_range import FeatureKind, kind_of_range, real_range
from generator.frontend.record import FrontendRecord, LogKind

MOST_AT_A_RAIL = 0.05
LEAST_OF_THE_RANGE = 0.25
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)
ROUNDING_STEPS = 1.5
"""How far below the range silence may lie and still be its lowest value."""

_DECIBELS = {FeatureKind.DB, FeatureKind.DB_BELOW_MAXIMUM}


@dataclass(frozen=True, slots=True)
class Saturation:
    """How the features of some sounds are in a model's range; values are what the model sees."""

    frames: int
    low: float
    high: float
    """The model's range."""
    at_low: float
    at_high: float
    """Shares of cells at the two rails."""
    quantiles: tuple[float, ...]
    """Of the features, at QUANTILES."""
    silence: float | None
    """What the record makes of silence; None: not one value."""
    warnings: tuple[str, ...]

    def to_plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    def lines(self) -> tuple[str, ...]:
        """The report, without the warnings."""
        if not self.frames:
            return ("features: no frame passed the silence gate",)
        shown = ", ".join(f"{value:.4g}" for value in self.quantiles)
        percent = ", ".join(f"{100 * share:g}" for share in QUANTILES)
        return (
            f"features of {self.frames} frames: {shown} (quantiles {percent} %); the model's range "
            f"is {self.low:.4g} ... {self.high:.4g}",
            f"at its lower end {100 * self.at_low:.1f} %, at its upper end "
            f"{100 * self.at_high:.1f} % of the cells",
        )


def judge_saturation(
    frames: NDArray[np.int8], record: FrontendRecord, scale: float, zero_point: int
) -> Saturation:
    """Hold int8 [n, features] against the range of an input of that scale and zero point."""
    cells = np.asarray(frames, dtype=np.int8)
    return judge_counts(count_cells(cells), len(cells), record, scale, zero_point)


def count_cells(frames: NDArray[np.int8]) -> NDArray[np.int64]:
    """How often each cell from -128 to 127 occurs: int64 [256]; counts of several sounds add up."""
    cells = np.asarray(frames, dtype=np.int8).astype(np.int64).ravel()
    return np.bincount(cells + 128, minlength=256).astype(np.int64)


def judge_counts(
    counts: NDArray[np.int64], frames: int, record: FrontendRecord, scale: float, zero_point: int
) -> Saturation:
    """The same of the counts of all cells (`count_cells`) in so many frames."""
    low, high = real_range(scale, zero_point)
    silence = silence_value(record)
    cells = int(counts.sum())
    if not cells:
        return Saturation(0, low, high, 0.0, 0.0, (), silence, ())
    at_low, at_high = float(counts[0] / cells), float(counts[-1] / cells)
    quantiles = tuple((_quantile(counts, cells, share) - zero_point) * scale for share in QUANTILES)
    is_floor = silence is not None and silence >= low - ROUNDING_STEPS * scale
    findings = []
    if at_low > MOST_AT_A_RAIL and not is_floor:
        findings.append(f"{100 * at_low:.0f} % of the cells are cut off at {low:.4g}")
    if at_high > MOST_AT_A_RAIL:
        findings.append(f"{100 * at_high:.0f} % of the cells are cut off at {high:.4g}")
    filled = (quantiles[-1] - quantiles[0]) / (high - low)
    if filled < LEAST_OF_THE_RANGE:
        findings.append(f"the features fill {100 * filled:.0f} % of the model's range")
    warnings: tuple[str, ...] = ()
    if findings:
        cause = likely_cause(record, low, high, quantiles, silence)
        warnings = (f"{'; '.join(findings)}. {cause}",)
    return Saturation(frames, low, high, at_low, at_high, quantiles, silence, warnings)


def _quantile(counts: NDArray[np.int64], cells: int, share: float) -> float:
    """Of the cells in order, between the two at `share` of their number, as numpy.quantile."""
    place = share * (cells - 1)
    around = np.array([math.floor(place), math.ceil(place)])
    below, above = np.searchsorted(np.cumsum(counts), around, side="right") - 128
    return float(below + (above - below) * (place - around[0]))


def range_warning(record: FrontendRecord, scale: float, zero_point: int) -> str:
    """What the model's range says against the record before any sound is heard; empty: nothing.

    Only where the two are of different kinds and silence is where that of training cannot.
    """
    low, high = real_range(scale, zero_point)
    own, trained = _kind_of(record), kind_of_range(low, high)
    alike = own == trained or {own, trained} <= _DECIBELS
    if own is None or alike or trained is FeatureKind.UNKNOWN:
        return ""
    silence, span = silence_value(record), high - low
    if silence is None or low - 0.1 * span <= silence <= low + 0.5 * span:
        return ""
    return f"WARNING: {likely_cause(record, low, high, (), silence)}"


def _kind_of(record: FrontendRecord) -> FeatureKind | None:
    """The kind of features that a record makes; None: not told by its keys alone."""
    if record.mfcc is not None:
        return None
    if record.mean != 0.0 or record.deviation != 1.0:
        return FeatureKind.NORMALISED
    if record.pcan is not None:
        return FeatureKind.PCAN
    return {
        LogKind.LN: FeatureKind.LN,
        LogKind.DB_POWER: FeatureKind.DB,
        LogKind.DB_AMPLITUDE: FeatureKind.DB,
        LogKind.NONE: FeatureKind.LINEAR,
    }.get(record.log)


def likely_cause(
    record: FrontendRecord,
    low: float,
    high: float,
    quantiles: tuple[float, ...],
    silence: float | None,
) -> str:
    """The sentence that says what of the record probably differs from the training."""
    trained = kind_of_range(low, high)
    is_db = record.log in (LogKind.DB_POWER, LogKind.DB_AMPLITUDE)
    is_normalised = record.mean != 0.0 or record.deviation != 1.0
    looks = f"The model's range {low:.4g} ... {high:.4g} looks like {trained.value}"
    if trained is FeatureKind.NORMALISED and not is_normalised:
        return f"{looks}: state mean and deviation of the training in the record"
    if trained in _DECIBELS and not is_db:
        keys = "log: db_power (10 log10) or db_amplitude (20 log10), with log_reference"
        return f"{looks}, and the record's logarithm is {record.log.value}: state {keys}"
    if trained is FeatureKind.LN and record.log is not LogKind.LN and not is_normalised:
        return f"{looks}, and the record's logarithm is {record.log.value}: state log: ln"
    if trained is FeatureKind.PCAN and record.pcan is None:
        return f"{looks}: state the section pcan"
    facts = []
    if quantiles:
        facts.append(f"the features are at {quantiles[0]:.4g} ... {quantiles[-1]:.4g}")
    if silence is not None and (silence < low or not quantiles):
        facts.append(f"silence is {silence:.4g}")
    return (
        "Likely another offset, reference, full scale or normalisation than in training: "
        f"{', '.join(facts)}, and the model's range is {low:.4g} ... {high:.4g}"
    )


def silence_value(record: FrontendRecord) -> float | None:
    """The least value that silence gives in any band; None for MFCC, and where there is no least.

    With noise reduction or PCAN it is 0.
    """
    if record.mfcc is not None:
        return None
    value = 0.0
    if record.pcan is None and record.log is not LogKind.NONE:
        least = max(record.log_offset, record.log_floor)
        if least <= 0.0 and record.lowest_log is None:
            return None
        value = -math.inf
        if least > 0.0:
            value = _logarithm(record.log, least / record.log_reference)
        value = max(value, record.lowest_log if record.lowest_log is not None else -math.inf)
    means, deviations = np.atleast_1d(record.mean), np.atleast_1d(record.deviation)
    if len(means) > 1 and len(deviations) > 1 and len(means) != len(deviations):
        return None
    return float(np.min((value - means) / deviations))


def _logarithm(kind: LogKind, value: float) -> float:
    if kind is LogKind.LN:
        return math.log(value)
    factor = {LogKind.DB_POWER: 10.0, LogKind.DB_AMPLITUDE: 20.0}.get(kind, 1.0)
    return factor * math.log10(value)
