# SPDX-License-Identifier: Apache-2.0
"""A cascade of integrators and combs (CIC, sinc filter), exact in integers.

Order N and decimation D: each output is a bit stream run N times through a sum over D, so that
its largest value is D^N. ADF, MDF and DFSDM have such filters; widths and overflow are theirs.
"""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

Words: TypeAlias = npt.NDArray[np.int64]

MAX_ORDER = 5
_PHASE = 2 * MAX_ORDER
"""Where the state holds the inputs since the last output; before it integrators, then combs."""


def cic_state() -> Words:
    """The state of a filter that has seen nothing."""
    return np.zeros(_PHASE + 1, np.int64)


@njit(cache=True)
def _decimate(
    inputs: npt.NDArray[np.int64], order: int, decimation: int, state: Words, outputs: Words
) -> None:
    phase, made = state[_PHASE], 0
    for index in range(inputs.size):
        value = np.int64(inputs[index])
        for stage in range(order):
            state[stage] += value
            value = state[stage]
        phase += 1
        if phase == decimation:
            phase = 0
            for stage in range(MAX_ORDER, MAX_ORDER + order):
                value, state[stage] = value - state[stage], value
            outputs[made] = value
            made += 1
    state[_PHASE] = phase


def sinc_decimate(
    bits: npt.NDArray[np.int8] | Words, order: int, decimation: int, state: Words
) -> Words:
    """Filter bits (+1, -1) or words; one output for each full `decimation` of inputs.

    `state` is kept from call to call. Integrators wrap around; as long as decimation to the power
    of the order fits 63 bits, the outputs do not.
    """
    if not 1 <= order <= MAX_ORDER or decimation < 1 or decimation**order >= 1 << 63:
        raise ValueError(f"a filter of order {order} and decimation {decimation}")
    outputs = np.empty((int(state[_PHASE]) + len(bits)) // decimation, np.int64)
    _decimate(bits, order, decimation, state, outputs)
    return outputs
