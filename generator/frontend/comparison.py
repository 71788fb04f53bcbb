# SPDX-License-Identifier: Apache-2.0
"""A user's own features beside those of this front-end: where they differ, and why probably."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.errors import Fault, InputError
from generator.frontend.dct_tables import LOG_FACTORS
from generator.frontend.describe import LOGS
from generator.frontend.filter_bank import mel_edges_hz
from generator.frontend.record import FrontendRecord, LogKind

Values = NDArray[np.float64]

MOST_SHIFT = 12
"""Frames by which the two may be displaced."""
ENOUGH_CELLS = 50
TWICE = (
    (2.0, "twice ours: the logarithm of a power where ours is of a magnitude (spectrum, log)"),
    (0.5, "half of ours: the logarithm of a magnitude where ours is of a power (spectrum, log)"),
)
FACTOR_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of features, [frames, features], real values as the model sees them."""

    theirs: Values
    ours: Values
    step: float
    """Of the model's input."""
    equal: float
    within_one: float
    """Shares of cells."""
    largest: float
    frame: int
    feature: int
    """Where they differ most."""
    time_s: float
    hz: float | None
    """The band's centre; None for a coefficient."""
    causes: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """The report."""
        where = f"frame {self.frame} ({self.time_s:.3f} s), feature {self.feature}"
        where += f" ({self.hz:.0f} Hz)" if self.hz is not None else ""
        frame, feature = self.frame, self.feature
        return (
            f"{100 * self.equal:.2f} % of the cells are equal, "
            f"{100 * self.within_one:.2f} % within one step of {self.step:.4g}",
            f"largest difference {self.largest:.4g} ({self.largest / self.step:.1f} steps) at "
            f"{where}: yours {self.theirs[frame, feature]:.4g}, "
            f"ours {self.ours[frame, feature]:.4g}",
            *self.causes,
        )


def compare_features(
    theirs: NDArray[np.generic],
    ours: NDArray[np.int8],
    record: FrontendRecord,
    scale: float,
    zero_point: int,
) -> Comparison:
    """Compare; `theirs`: real values or the model's int8, [frames, features] or transposed.

    `ours`: int8 [frames, features]. Raises `InputError` where the two cannot be laid beside each
    other.
    """
    real = (ours.astype(np.float64) - zero_point) * scale
    given, causes = _oriented(_as_values(theirs, scale, zero_point), real)
    given, real, shift = _aligned(given, real)
    if shift:
        causes.append(
            f"yours are {abs(shift)} frames {'later' if shift > 0 else 'earlier'} than ours, and "
            "compared so: another centring or padding (centred), or silence that was cut off"
        )
    cells = np.clip(np.round(given / scale) + zero_point, -128, 127)
    own = np.round(real / scale) + zero_point
    steps = np.abs(cells - own)
    in_range = np.clip(given, (-128 - zero_point) * scale, (127 - zero_point) * scale)
    frame, feature = np.unravel_index(int(np.argmax(np.abs(in_range - real))), real.shape)
    causes += _scaled(given, real, own, scale, record.log)
    first = int(frame) + max(-shift, 0)
    centre = record.frame_samples / 2 if not record.centred else 0.0
    return Comparison(
        theirs=given,
        ours=real,
        step=scale,
        equal=float(np.mean(steps == 0)),
        within_one=float(np.mean(steps <= 1)),
        largest=float(np.abs(in_range - real)[frame, feature]),
        frame=int(frame),
        feature=int(feature),
        time_s=(first * record.hop_samples + centre) / record.sample_rate_hz,
        hz=None if record.mfcc else mel_edges_hz(record)[int(feature) + 1],
        causes=tuple(causes),
    )


def _as_values(theirs: NDArray[np.generic], scale: float, zero_point: int) -> Values:
    squeezed = np.squeeze(theirs)
    is_number = np.issubdtype(theirs.dtype, np.number) and not np.iscomplexobj(theirs)
    if squeezed.ndim != 2 or not is_number or not np.isfinite(squeezed).all():
        what = f"is {theirs.dtype} of shape {theirs.shape}"
        remedy = "save one array of finite numbers: frames x features, or features x frames"
        raise InputError([Fault("features", what, remedy)])
    values = np.asarray(squeezed, dtype=np.float64)
    return (values - zero_point) * scale if theirs.dtype == np.int8 else values


def _oriented(given: Values, ours: Values) -> tuple[Values, list[str]]:
    """Theirs as [frames, features], by the number of features; of a square by what fits better."""
    features = ours.shape[1]
    fits, fits_turned = given.shape[1] == features, given.shape[0] == features
    if not fits and not fits_turned:
        what = f"of shape {given.shape}, ours are {ours.shape}"
        remedy = f"neither side has {features} features: this is another front-end's output"
        raise InputError([Fault("features", what, remedy)])
    if fits and fits_turned and len(ours) >= len(given):
        fits = _likeness(given, ours[: len(given)]) >= _likeness(given.T, ours[: len(given)])
    if fits:
        return given, []
    return given.T, ["yours are features x frames, ours frames x features: compared turned round"]


def _likeness(first: Values, second: Values) -> float:
    """The correlation of two arrays; 0 where one of them is constant."""
    if first.size < 2 or not first.std() or not second.std():
        return 0.0
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def _aligned(given: Values, ours: Values) -> tuple[Values, Values, int]:
    """The frames that both have, displaced as they fit best; positive: theirs come later."""

    def cut(shift: int) -> tuple[Values, Values]:
        count = min(len(given) - max(shift, 0), len(ours) - max(-shift, 0))
        return given[max(shift, 0) :][:count], ours[max(-shift, 0) :][:count]

    shortest = min(len(given), len(ours))
    if not shortest:
        raise InputError([Fault("features", "there is no frame to compare", "give a longer clip")])
    reach = range(-min(MOST_SHIFT, shortest // 2), min(MOST_SHIFT, shortest // 2) + 1)
    plain = _likeness(*cut(0))
    best = max(reach, key=lambda shift: (_likeness(*cut(shift)), -abs(shift)))
    if _likeness(*cut(best)) < plain + 0.01:
        best = 0
    return *cut(best), best


def _factors(log: LogKind) -> list[tuple[float, str]]:
    """Factors between features and ours of that logarithm, with what each says."""
    if log not in LOG_FACTORS:
        return []
    others = [
        (octave / LOG_FACTORS[log], f"{LOGS[kind]} where ours has {LOGS[log]}: log: {kind}")
        for kind, octave in LOG_FACTORS.items()
        if kind is not log
    ]
    return [*others, *TWICE]


def _scaled(given: Values, real: Values, own: Values, step: float, log: LogKind) -> list[str]:
    """Whether theirs are ours times a factor plus a constant, of the cells within the range."""
    inside = (own > -128) & (own < 127)
    if inside.sum() < ENOUGH_CELLS or not real[inside].std():
        return ["nearly every cell of ours is at an end of the model's range: another front-end"]
    factor, offset = np.polyfit(real[inside], given[inside], 1)
    spread = float(np.std(given[inside] - (factor * real[inside] + offset)))
    if spread > 4.0 * step * max(1.0, abs(float(factor))):
        return [f"they are not ours times a factor: what is left differs by {spread:.4g}"]
    known = [text for size, text in _factors(log) if abs(factor / size - 1.0) < FACTOR_TOLERANCE]
    causes = [f"yours are {factor:.4g} times ours: {'; or '.join(known)}"] if known else []
    if not known and abs(factor - 1.0) >= FACTOR_TOLERANCE:
        causes.append(f"yours are {factor:.4g} times ours and {offset:+.4g}: mean and deviation")
    elif not known and abs(offset) > step:
        causes.append(f"yours are {offset:+.4g} beside ours: log_reference, full scale or mean")
    return causes
