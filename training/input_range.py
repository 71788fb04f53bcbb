# SPDX-License-Identifier: Apache-2.0
"""Features of evaluated sounds in the range of the model's input: are they those of training?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from generator.frontend.saturation import Saturation, judge_saturation
from generator.model.tflite_reader import read_tflite
from sounds.decode import read_samples
from training.dataset import Clip
from training.engines import Engine

MOST_CLIPS = 40


def hold_against_input(model: Path, engine: Engine, clips: Sequence[Clip]) -> Saturation:
    """Judge the features of some of the clips, spread over the set; the model was read before."""
    graph = read_tflite(model)
    record = engine.record
    step = max(1, -(-len(clips) // MOST_CLIPS))
    frames = [
        engine.features(read_samples(clip.path, record.sample_rate_hz)) for clip in clips[::step]
    ]
    cells = np.concatenate(frames) if frames else np.zeros((0, record.features), np.int8)
    return judge_saturation(cells, record, graph.input.scale, graph.input.zero_point)
