# SPDX-License-Identifier: Apache-2.0
"""What others publish for Yamnet-256 on B-U585I-IOT02A at 160 MHz: the columns of our summary.

ST's model zoo, audio event detection, int8 model trained on ESC-10, X-CUBE-AI 7.3.0 and 10.0.0;
kilobytes of 1024 bytes.
Their accuracy comes from one random 80/20 split with features computed on the host; ours is clip
accuracy from raw audio through the board. They compare in kind, not digit for digit.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One engine's line."""

    engine: str
    network_ms: float
    activation_ram_kib: float
    runtime_ram_kib: float
    weights_flash_kib: float
    code_flash_kib: float
    accuracy_percent: float

    @property
    def total_ram_kib(self) -> float:
        """Activations and run time together."""
        return self.activation_ram_kib + self.runtime_ram_kib

    @property
    def total_flash_kib(self) -> float:
        """Weights and code together."""
        return self.weights_flash_kib + self.code_flash_kib


PUBLISHED = (
    PublishedRow("X-CUBE-AI 7.3", 321.0, 109.5, 8.3, 135.9, 52.6, 94.6),
    PublishedRow("X-CUBE-AI 10.0", 281.95, 109.57, 7.61, 135.91, 57.74, 94.9),
)
