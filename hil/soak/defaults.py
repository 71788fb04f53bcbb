# SPDX-License-Identifier: Apache-2.0
"""What a soak does unless told otherwise. Imports nothing heavy."""

from __future__ import annotations

from generator.repository import DEFAULT_OUT_DIR

SOAK_DIR = DEFAULT_OUT_DIR / "soak"

RATES = ("link@0.35", "target@0.1", "target-weights-flip@0.03", "probe@0.02")
"""Some six faults a clip, most of them of the line, which cost least; where the board is programmed
again after one, that takes as long as ten clips."""

CLIPS = 80
"""A round."""

MINUTES = 20.0
"""The board is real or virtual, the time is the host's."""
