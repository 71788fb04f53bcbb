# SPDX-License-Identifier: Apache-2.0
"""What ST publishes for Yamnet-256 on B-U585I-IOT02A at 160 MHz: the rows beside ours.

ST's model zoo, audio event detection, int8 model of 64x96 trained on ESC-10, X-CUBE-AI 7.3.0 and
10.0.0. A row is printed only beside that model, by the SHA-256 of its file; its accuracy only
where the clips of ESC-10 were played as well, by the SHA-256 of their names and classes. Time, RAM
and flash do not depend on the data.

ST writes kB and means KiB: its weights are the file's 139,176 bytes of weights and biases, 135.91
KiB. Its accuracy is of one random fifth of ESC-10, which ST does not list, with features computed
on the host; ours is clip accuracy from raw audio through the board.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace


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
    accuracy_percent: float | None
    """Of clips, in percent; None where other clips were played."""

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

CLIPS_SHA256 = "cae5c1907f3fb15d544869ca7d77eb23d412f4b92a9eb8d498a466e6d7031803"
"""Of the 400 clips of ESC-10, as `hash_clips` makes it."""

_ROWS = (
    PublishedRow("X-CUBE-AI 7.3", 321.0, 109.5, 8.3, 135.9, 52.6, 117.9, 188.5, 94.6),
    PublishedRow("X-CUBE-AI 10.0", 281.95, 109.57, 7.61, 135.91, 57.74, 117.18, 193.65, 94.9),
)


def hash_clips(clips: Iterable[tuple[str, str]]) -> str:
    """SHA-256 over names (without suffix) and classes of clips, in whatever order and file type."""
    lines = sorted(f"{name},{category}\n" for name, category in clips)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def published_rows(model_sha256: str, clips_sha256: str = "") -> tuple[PublishedRow, ...]:
    """The rows for the model of that hash: none for any model but ST's file.

    `clips_sha256`: `hash_clips` of the clips that were played. The rows have no accuracy unless
    they are those of ESC-10, all of them.
    """
    if model_sha256 != MODEL_SHA256:
        return ()
    if clips_sha256 == CLIPS_SHA256:
        return _ROWS
    return tuple(replace(row, accuracy_percent=None) for row in _ROWS)
