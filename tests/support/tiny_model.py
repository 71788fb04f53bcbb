# SPDX-License-Identifier: Apache-2.0
"""The smallest model that has every kind of layer of the default one."""

from __future__ import annotations

from tests.support.model_builder import ModelBuilder

TINY_LABELS = ("bark", "rain", "silence")


def tiny_model() -> bytes:
    """16 frames of 64 bands, three classes, a few hundred weights."""
    return (
        ModelBuilder(frames=16, bands=64, transposed=True)
        .conv(4, stride=(2, 2))
        .depthwise()
        .conv(6, kernel=(1, 1))
        .depthwise(stride=(2, 2))
        .conv(8, kernel=(1, 1))
        .head(classes=len(TINY_LABELS))
        .to_bytes()
    )
