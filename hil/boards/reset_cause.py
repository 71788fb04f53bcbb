# SPDX-License-Identifier: Apache-2.0
"""Why a firmware started, from the reset flags that HELLO carries.

A reset sets several flags: each pulls the reset pin as well. The first name that applies is the
cause.
"""

from __future__ import annotations

_CSR = {
    "watchdog": 1 << 29,
    "window watchdog": 1 << 30,
    "low-power mode": 1 << 31,
    "software": 1 << 28,
    "option bytes": 1 << 25,
    "power": 1 << 27,
    "pin": 1 << 26,
}
"""RCC_CSR (RM0351, RM0432, RM0456: IWDGRSTF, WWDGRSTF, LPWRRSTF, SFTRSTF, OBLRSTF, BORRSTF,
PINRSTF)."""

_RSR = {
    "watchdog": 1 << 26,
    "window watchdog": 1 << 28,
    "low-power mode": 1 << 30,
    "software": 1 << 24,
    "power": 1 << 21 | 1 << 23,
    "pin": 1 << 22,
}
"""RCC_RSR (RM0433, RM0455: IWDG1RSTF, WWDG1RSTF, LPWRRSTF, SFTRSTF, BORRSTF and PORRSTF, PINRSTF).
"""

_FLAGS = {"l4": _CSR, "u5": _CSR, "h7": _RSR}


def describe_reset(family: str, reset_flags: int) -> str:
    """The cause in a word or two; the flags themselves where they name none."""
    for cause, mask in _FLAGS.get(family, {}).items():
        if reset_flags & mask:
            return cause
    return f"unknown, flags 0x{reset_flags:08x}"
