# SPDX-License-Identifier: Apache-2.0
"""Design of the filters that halve the rate: `python -m generator.microphone.design` prints them.

The filter is symmetric and of even length, so its response at a share f of the words' rate is a sum
of cosines. It is asked for: the inverse of the source's droop up to `PASS_EDGE`, and nothing from
`STOP_EDGE` on, where the halved rate would fold back below `PASS_EDGE`. Both are held against the
response of source and filter together, errors of the stop band weighted `STOP_WEIGHT` times. The
largest error is made as small as it gets by Lawson's method: least squares, again and again, each
point weighted again by its error. float64 is exact enough by far for the rounding that follows, so
every machine finds the stored integers (`generator.microphone.coefficients`) again.

Frequencies are shares of the words' rate: for 16,000 samples a second PASS_EDGE is 7 kHz.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generator.microphone.coefficients import COEFFICIENT_BITS, TAPS

PASS_EDGE = 7 / 32
STOP_EDGE = 9 / 32
STOP_WEIGHT = 80.0

GRID_POINTS = 200
"""In each of the two bands."""
ROUNDS = 150

Floats = NDArray[np.float64]


def droop(shares: Floats, order: int) -> Floats:
    """Response of a sinc filter of this order that decimates to the words' rate; order 0: 1.

    The limit for a large decimation, which 50 is to within 0.002 dB.
    """
    return np.asarray(np.sinc(shares) ** order, dtype=np.float64)


def cosines(shares: Floats) -> Floats:
    """[frequency, coefficient]: what each coefficient of the first half adds to the response."""
    distances = np.arange(TAPS // 2)[::-1] + 0.5
    return 2.0 * np.cos(2.0 * np.pi * np.outer(shares, distances))


def design(droop_order: int) -> Floats:
    """Return the first half of the filter's coefficients, as real numbers."""
    passed = np.linspace(0.0, PASS_EDGE, GRID_POINTS)
    stopped = np.linspace(STOP_EDGE, 0.5, GRID_POINTS)
    stop_gain = STOP_WEIGHT * droop(stopped, droop_order)
    matrix = np.vstack(
        [
            cosines(passed) * droop(passed, droop_order)[:, None],
            cosines(stopped) * stop_gain[:, None],
        ]
    )
    wanted = np.concatenate([np.ones(GRID_POINTS), np.zeros(GRID_POINTS)])
    weights = np.ones(2 * GRID_POINTS)
    solution = np.zeros(TAPS // 2)
    for _ in range(ROUNDS):
        roots = np.sqrt(weights)
        solution = np.linalg.lstsq(matrix * roots[:, None], wanted * roots, rcond=None)[0]
        weights = weights * np.abs(matrix @ solution - wanted)
        weights = weights / weights.mean() + 1e-12
    return solution


def rounded(coefficients: Floats) -> tuple[int, ...]:
    """Return the integers of the table."""
    return tuple(int(value) for value in np.round(coefficients * 2.0**COEFFICIENT_BITS))


def main() -> None:
    """Print both tables as `coefficients` has them."""
    for order in (4, 0):
        print(f"    {order}: {rounded(design(order))},")


if __name__ == "__main__":
    main()
