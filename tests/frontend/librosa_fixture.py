# SPDX-License-Identifier: Apache-2.0
"""Writes tests/frontend/librosa_features.npz: librosa's own features of a short sound.

    python -m venv SCRATCH; SCRATCH/bin/pip install librosa==0.11.0 numpy pydantic pyyaml
    SCRATCH/bin/python -m tests.frontend.librosa_fixture

librosa is no dependency of this project: the tests read the file. librosa computes in float64
where samples and filter bank are float64.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Call = Mapping[str, Any]

FILE = Path(__file__).with_name("librosa_features.npz")
SOUND = "sound"

CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "decibels_as_miniresnet": {
            **{"sr": 16_000, "n_fft": 1024, "hop_length": 320, "n_mels": 64, "fmin": 20},
            **{"fmax": 7500, "ref": 190.0, "amin": 1e-10, "top_db": None},
        },
        "mfcc_with_lifter": {
            **{"sr": 16_000, "n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 40},
            **{"fmin": 0, "fmax": 8000, "htk": True, "top_db": None, "n_mfcc": 13, "lifter": 22},
        },
        "magnitudes_of_8_khz_not_centred": {
            **{"sr": 8000, "n_fft": 256, "hop_length": 100, "n_mels": 32, "fmin": 60},
            **{"fmax": 3800, "htk": True, "norm": None, "power": 1.0, "center": False},
            **{"window": "hamming", "log": "ln", "log_offset": 1e-6},
        },
        "mfcc_of_blackman_windows": {
            **{"sr": 22_050, "n_fft": 2048, "win_length": 1200, "hop_length": 512, "n_mels": 80},
            **{"window": "blackman", "ref": 2.5, "amin": 1e-5, "top_db": None, "n_mfcc": 20},
            **{"dct_norm": None},
        },
        "decibels_of_amplitudes": {
            **{"sr": 16_000, "n_fft": 512, "hop_length": 256, "n_mels": 20, "power": 1.0},
            **{"log": "db_amplitude", "ref": 3.0, "amin": 1e-3, "top_db": None},
        },
    }
)
"""Arguments as `mel2metal frontend --from librosa` takes them."""


def sound() -> NDArray[np.int16]:
    """int16 [4800]: noise that fades, a chord, a click, nothing."""
    rng = np.random.default_rng(11)
    noise = rng.normal(0.0, 1.0, 1500) * np.geomspace(9000.0, 30.0, 1500)
    seconds = np.arange(1500) / 16_000
    chord = sum(4000 * np.sin(2 * np.pi * hz * seconds) for hz in (220.0, 1330.0, 3210.0))
    click = rng.normal(0.0, 20.0, 1000)
    click[500] = 30_000
    whole = np.concatenate([noise, chord, click, np.zeros(800)])
    return np.clip(np.rint(whole), -32768, 32767).astype(np.int16)


def words(call: Call) -> tuple[str, ...]:
    """The call as words of a command line."""
    return tuple(f"{name}={value}" for name, value in call.items())


def librosa_features(call: Call, samples: NDArray[np.int16]) -> Floats:
    """What librosa makes of int16 samples / 32768: float64 [frames, values]."""
    librosa: Any = importlib.import_module("librosa")
    left = dict(call)
    log, offset = left.pop("log", "db_power"), left.pop("log_offset", 0.0)
    decibels = {name: left.pop(name) for name in ("ref", "amin", "top_db") if name in left}
    dct = {
        "n_mfcc": left.pop("n_mfcc", None),
        "lifter": left.pop("lifter", 0),
        "norm": left.pop("dct_norm", "ortho"),
    }
    real = samples.astype(np.float64) / 32768.0
    sums = librosa.feature.melspectrogram(y=real, dtype=np.float64, **left)
    if log == "ln":
        values = np.log(sums + offset)
    elif log == "db_amplitude":
        values = librosa.amplitude_to_db(sums, **decibels)
    else:
        values = librosa.power_to_db(sums, **decibels)
    if dct["n_mfcc"] is not None:
        values = librosa.feature.mfcc(S=values, **dct)
    result: Floats = values.T
    return result


def main() -> int:
    """Write the file and say what made it."""
    librosa: Any = importlib.import_module("librosa")
    samples = sound()
    features = {name: librosa_features(call, samples) for name, call in CALLS.items()}
    content: dict[str, Any] = {**features, SOUND: samples}
    np.savez_compressed(FILE, **content)
    print(f"librosa {librosa.__version__}: {FILE}, {FILE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
