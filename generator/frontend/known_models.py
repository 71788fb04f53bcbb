# SPDX-License-Identifier: Apache-2.0
"""Models that are known by their bytes: what they were trained on needs no record."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from generator.frontend.presets import YAMNET
from generator.frontend.record import FrontendRecord

SHIPPED = "2d2ede8e69e7aa5193ef860f4b15a2a44827fb2c74af956c19bcb1ebc4817072"
"""models/yamnet_256_esc10.tflite."""

ST_YAMNET_256 = "f9732f216e7725dda58d34b6a7d6199e37c12f5ccc3ed734b5abad87a8015e34"
"""yamnet_256_64x96_tl_int8.tflite of ST's model zoo."""

KNOWN_MODELS: Mapping[str, FrontendRecord] = MappingProxyType(
    {SHIPPED: YAMNET, ST_YAMNET_256: YAMNET}
)
"""By the SHA-256 of the .tflite."""
