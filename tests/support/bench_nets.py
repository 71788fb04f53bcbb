# SPDX-License-Identifier: Apache-2.0
"""Nets of other widths, depths and bands for the bench: `python -m tests.support.bench_nets`.

Their weights are drawn at random, with a fixed seed: what a net costs hangs on its shapes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from generator.repository import REPO_ROOT
from tests.support.model_builder import NO_ACTIVATION, ModelBuilder
from tests.support.model_files import write_model
from tests.support.networks import deep_network

FOLDER = REPO_ROOT / "build" / "bench" / "nets"


def keyword_spotter() -> ModelBuilder:
    """A convolution and four separable blocks of 64 channels on 49 frames of 40."""
    model = ModelBuilder(49, 40).conv(64, (10, 4), (2, 2))
    for _ in range(4):
        model.depthwise().conv(64, (1, 1))
    return model.head(12)


def residual_blocks() -> ModelBuilder:
    """Inverted residual blocks of 24 to 96 channels on 64 frames of 32."""
    model = ModelBuilder(64, 32).conv(24, stride=(2, 2))
    for channels, blocks in ((24, 2), (48, 2)):
        if channels != 24:
            model.conv(2 * channels, (1, 1)).depthwise(stride=(2, 2))
            model.conv(channels, (1, 1), activation=NO_ACTIVATION)
        for _ in range(blocks):
            entry = model.current
            model.conv(2 * channels, (1, 1)).depthwise()
            model.conv(channels, (1, 1), activation=NO_ACTIVATION).add(entry)
    return model.conv(96, (1, 1)).head(6)


NETS: Mapping[str, tuple[Callable[[], ModelBuilder], str]] = {
    "keyword_49x40": (keyword_spotter, "preset: yamnet\nbands: 40\n"),
    "residual_64x32": (residual_blocks, "preset: yamnet\nbands: 32\n"),
    "deep_96x64": (deep_network, "preset: yamnet\n"),
}
"""By their names: how it is built, and the record of its front-end."""


def write_nets(folder: Path = FOLDER) -> list[Path]:
    """All of them, with labels and front-ends beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (build, record) in NETS.items():
        model = build()
        labels = [f"class {number}" for number in range(model.tensors[model.current].shape[-1])]
        written.append(write_model(folder / f"{name}.tflite", model.to_bytes(), labels, record))
    return written


if __name__ == "__main__":
    for path in write_nets():
        print(path)
