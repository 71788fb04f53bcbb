# SPDX-License-Identifier: Apache-2.0
"""How long the host waits for a device, and how often it asks."""

from __future__ import annotations

SILENCE_S = 2.0
"""Longest time without a byte from a device that owes one, unless a patch takes longer."""

SILENCE_STEPS = 2.5
"""The same in steps from one patch to the next: a device that keeps up answers within
one, or says what it can take."""

BOOT_S = 5.0
"""Longest time from reset to the first HELLO."""

HELLO_INTERVAL_S = 0.25
"""Time after which a HELLO_REQUEST is repeated: the first may meet a device still booting."""

ATTEMPTS = 3
"""How often one clip is played at most, and how often it is asked to go on at one place."""

RESUME_INTERVAL_S = 0.5
"""Time after which a RESUME_REQUEST is repeated, at least: the device first works off what it has,
a window of sound, and may end a patch. Of `ATTEMPTS` requests all fit the reserve of its ring."""


def silence_of(step_s: float) -> float:
    """Seconds after which a device is gone that has so many from one patch to the next."""
    return max(SILENCE_S, SILENCE_STEPS * step_s)


def resume_interval_of(silence_s: float, window_s: float) -> float:
    """Seconds after which a RESUME_REQUEST is repeated, where a window of sound lasts so long."""
    return max(RESUME_INTERVAL_S * silence_s / SILENCE_S, window_s)
