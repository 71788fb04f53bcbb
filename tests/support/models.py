# SPDX-License-Identifier: Apache-2.0
"""Real models to test with: the project's own two, and others of the folder MODELS_DIR."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.repository import REPO_ROOT

OWN_MODEL = REPO_ROOT / "models" / "yamnet_256_esc10.tflite"
CAUSAL_MODEL = OWN_MODEL.with_stem("yamnet_256_esc10_causal")
WELL_KNOWN = Path("st_yamnet_256") / "yamnet_256_64x96_tl_int8.tflite"


def real_models() -> list[Path]:
    """Every real model that is at hand."""
    folder = os.environ.get("MODELS_DIR")
    others = [Path(folder) / WELL_KNOWN] if folder else []
    return [path for path in (OWN_MODEL, CAUSAL_MODEL, *others) if path.is_file()]


def patches(count: int, frames: int, bands: int, seed: int = 1) -> list[NDArray[np.int8]]:
    """Inputs of many kinds: extremes, noise, loud and quiet, smooth as a spectrogram is."""
    random = np.random.default_rng(seed)
    shape = (frames, bands)
    made = [np.full(shape, value, dtype=np.int8) for value in (-128, 127, 0)]
    while len(made) < count:
        kind = len(made) % 3
        if kind == 0:
            patch = random.integers(-128, 128, shape).astype(np.float64)
        elif kind == 1:
            patch = random.normal(random.uniform(-90, 60), random.uniform(5, 60), shape)
        else:
            steps = random.normal(0.0, 12.0, shape).cumsum(axis=0).cumsum(axis=1)
            patch = steps * 60.0 / max(float(steps.std()), 1.0) + random.uniform(-80, 20)
        made.append(np.clip(np.round(patch), -128, 127).astype(np.int8))
    return made[:count]
