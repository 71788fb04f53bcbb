# SPDX-License-Identifier: Apache-2.0
"""The front-end's parameters: the firmware's C, the harness and training take them from here.

What follows from them, tables and constants, is computed in `mel_tables` and printed into
`frontend/mel_tables.h`. docs/frontend.md says what each means.
"""

from __future__ import annotations

SAMPLE_RATE_HZ = 16_000

FRAME_SAMPLES = 512
"""Samples of one frame: the length of the transform."""

HOP_SAMPLES = 160
"""Samples from the beginning of one frame to that of the next."""

WINDOW_SAMPLES = 400
"""Length of the Hann window, centred in the frame."""

BANDS = 64
"""Mel bands: values of one frame."""

LOW_EDGE_HZ = 125.0
HIGH_EDGE_HZ = 7500.0
"""Where the lowest band begins and the highest ends."""

LOG_OFFSET = 1e-4
"""Added to a mel sum before the logarithm."""

GATE_THRESHOLD_RMS = 2
"""A hop is loud when its RMS about its own mean reaches this many steps of int16 (ADR 0003)."""

GATE_HANGOVER_HOPS = 40
"""Hops for which the silence gate stays open after the last loud one (ADR 0003)."""
