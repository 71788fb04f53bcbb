# SPDX-License-Identifier: Apache-2.0
"""What ST publishes for Yamnet-256 on B-U585I-IOT02A at 160 MHz: the rows beside ours.

ST's model zoo, audio event detection, int8 model of 64x96 trained on ESC-10, X-CUBE-AI 7.3.0 and
10.0.0. They stand only beside that model, which its file's SHA-256 tells: no other network, not
even the same one trained anew, was measured so.

ST writes kB and means KiB: its weights are the file's 139,176 bytes of weights and biases, 135.91
KiB. Its accuracy comes from one random 80/20 split with features computed on the host; ours
is clip accuracy from raw audio through the board. They compare in kind, not digit for digit.
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
    total_ram_kib: float
    """As published; the parts are rounded on their own."""

    total_flash_kib: float
    accuracy_percent: float

    @property
    def footprint_kib(self) -> tuple[float, ...]:
        """The six columns of RAM and flash, in the order of `NetworkFootprint.columns_bytes`."""
        return (
            self.activation_ram_kib,
            self.runtime_ram_kib,
            self.total_ram_kib,
            self.weights_flash_kib,
            self.code_flash_kib,
            self.total_flash_kib,
        )


MODEL_SHA256 = "f9732f216e7725dda58d34b6a7d6199e37c12f5ccc3ed734b5abad87a8015e34"
"""Of ST's yamnet_256_64x96_tl_int8.tflite, on which the rows were measured."""

_ROWS = (
    PublishedRow("X-CUBE-AI 7.3", 321.0, 109.5, 8.3, 135.9, 52.6, 117.9, 188.5, 94.6),
    PublishedRow("X-CUBE-AI 10.0", 281.95, 109.57, 7.61, 135.91, 57.74, 117.18, 193.65, 94.9),
)


def published_rows(model_sha256: str) -> tuple[PublishedRow, ...]:
    """The rows that may stand beside the model of that hash; none for any other than ST's file."""
    return _ROWS if model_sha256 == MODEL_SHA256 else ()
