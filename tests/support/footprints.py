# SPDX-License-Identifier: Apache-2.0
"""A made-up footprint.json."""

from __future__ import annotations

from typing import Any

from generator.toolchain.footprint import PARTS


def footprint(
    *,
    activation: int = 34_816,
    runtime: int = 1024,
    weights: int = 139_264,
    code: int = 10_240,
    image_ram: int = 60_000,
    image_flash: int = 180_000,
) -> dict[str, Any]:
    """Of a network of these bytes in an image of those."""
    part = ("ram", "flash", "text", "rodata", "data", "bss", "itcm")
    sizes = {
        name: {f"{kind}_bytes": 100 * number + 7 for kind in part}
        for number, name in enumerate(PARTS)
    }
    return {
        "network": {
            "activation_ram_bytes": activation,
            "runtime_ram_bytes": runtime,
            "weights_flash_bytes": weights,
            "code_flash_bytes": code,
            "total_ram_bytes": activation + runtime,
            "total_flash_bytes": weights + code,
        },
        "image": {"ram_bytes": image_ram, "flash_bytes": image_flash, "stack_bytes": 2048},
        "by_part": sizes,
    }
