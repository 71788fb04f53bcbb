# SPDX-License-Identifier: Apache-2.0
"""What a soak does unless told otherwise. Imports nothing heavy."""

from __future__ import annotations

from generator.repository import DEFAULT_OUT_DIR

SOAK_DIR = DEFAULT_OUT_DIR / "soak"

RATES = ("link@0.2", "target@0.1", "probe@0.04")
"""Some four faults a clip: more at once would use up the steps of recovery that a clip has."""

CLIPS = 60
"""A round."""

MINUTES = 20.0
"""The board is real or virtual, the time is the host's."""
