# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.dataset import Clip
from training.features import ClipFrames
from training.validation_split import split_validation

FRAMES = np.zeros((96, 64), np.int8)


def make(recording: str, *labels: int) -> ClipFrames:
    return ClipFrames(Clip(Path("a.wav"), "a", 1, labels, recording), FRAMES)


RECORDINGS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.lists(st.sets(st.integers(0, 2), max_size=2), min_size=1, max_size=3),
    min_size=1,
    max_size=20,
)


@settings(deadline=None)
@given(RECORDINGS, st.floats(0.05, 0.5), st.integers(0, 9))
def test_recordings_stay_whole_and_every_class_keeps_one(
    recordings: dict[str, list[set[int]]], share: float, seed: int
) -> None:
    clips = [
        make(name, *sorted(labels)) for name, pieces in recordings.items() for labels in pieces
    ]
    kept, held = split_validation(clips, share, seed)
    assert sorted(map(id, (*kept, *held))) == sorted(map(id, clips))
    assert not {one.clip.recording for one in kept} & {one.clip.recording for one in held}
    classes = {label for one in clips for label in one.clip.labels}
    assert classes == {label for one in kept for label in one.clip.labels}
    assert split_validation(list(reversed(clips)), share, seed)[1] == tuple(reversed(held))


def test_about_the_share_of_each_class_is_used_for_validation() -> None:
    clips = [make(f"{label}/{number}", label) for label in range(3) for number in range(20)]
    _, held = split_validation(clips, 0.2, seed=1)
    count: defaultdict[int, int] = defaultdict(int)
    for one in held:
        count[one.clip.label] += 1
    assert dict(count) == {0: 4, 1: 4, 2: 4}
    assert split_validation(clips, 0.2, seed=2)[1] != held
