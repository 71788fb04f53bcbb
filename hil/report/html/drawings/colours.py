# SPDX-License-Identifier: Apache-2.0
"""Colours of a spectrogram: dark to light, alike to the eye at every step, seen without colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_VIRIDIS = (
    "440154", "482878", "3e4989", "31688e", "26828e",
    "1f9e89", "35b779", "6ece58", "b5de2b", "fde725",
)  # fmt: skip
"""Viridis (Smith and van der Walt, matplotlib) at ten places, evenly from 0 to 1."""


def viridis() -> npt.NDArray[np.uint8]:
    """256 colours [256, 3], straight lines between the ten places."""
    places = np.array([list(bytes.fromhex(one)) for one in _VIRIDIS], np.float64)
    at = np.linspace(0, len(places) - 1, 256)
    columns = [np.interp(at, np.arange(len(places)), places[:, one]) for one in range(3)]
    return np.rint(np.stack(columns, axis=1)).astype(np.uint8)
