# SPDX-License-Identifier: Apache-2.0
"""Short clips for a soak: of each clip of the data set the loudest second and a half."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from hil.clips.clip_set import Clip
from hil.report.files import write_text

PIECE_S = 1.5
"""A patch of the shipped model and a half: long enough for answers, and for faults between them."""

RATE_HZ = 16_000
_STEP_S = 0.25
_DONE = "pieces.json"


def write_pieces(clips: Sequence[Clip], folder: Path) -> Path:
    """A folder a label, with a piece of each clip; those of an earlier soak are taken again."""
    made_from = hashlib.sha256(repr([(one.name, one.label) for one in clips]).encode()).hexdigest()
    done = folder / _DONE
    if done.is_file() and json.loads(done.read_text(encoding="utf-8")).get("of") == made_from:
        return folder
    for clip in clips:
        samples = clip.read(RATE_HZ)
        target = folder / (clip.label or "sound") / f"{Path(clip.name).stem}.wav"
        target.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(target, loudest(samples), RATE_HZ, subtype="PCM_16")
    write_text(done, json.dumps({"of": made_from}) + "\n")
    return folder


def loudest(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> np.ndarray:
    """The piece of most power, of those that begin every quarter of a second."""
    length, step = int(PIECE_S * RATE_HZ), int(_STEP_S * RATE_HZ)
    starts = range(0, max(1, len(samples) - length + 1), step)
    powers = [np.square(samples[at : at + length].astype(np.float64)).sum() for at in starts]
    at = starts[int(np.argmax(powers))]
    return samples[at : at + length]
