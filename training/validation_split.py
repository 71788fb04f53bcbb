# SPDX-License-Identifier: Apache-2.0
"""The split of the training folds' clips into training and validation clips."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from training.features import ClipFrames

Part = tuple[ClipFrames, ...]


def split_validation(clips: Sequence[ClipFrames], share: float, seed: int) -> tuple[Part, Part]:
    """Training clips and validation clips; all clips of one recording are on the same side.

    About `share` of each class's recordings is used for validation: at least one, but never all.
    Clips without a label count as one more class. Depends only on the recordings' names and the
    seed.
    """
    classes: defaultdict[str, set[int]] = defaultdict(set)
    for one in clips:
        classes[one.clip.recording].update(one.clip.labels or (one.clip.label,))
    total = Counter(label for labels in classes.values() for label in labels)
    wanted = {label: min(max(1, round(share * count)), count - 1) for label, count in total.items()}
    validation: set[str] = set()
    count: Counter[int] = Counter()
    for recording in sorted(classes, key=lambda name: _shuffled(name, seed)):
        labels = classes[recording]
        room = all(count[label] + 1 < total[label] for label in labels)
        if room and any(count[label] < wanted[label] for label in labels):
            validation.add(recording)
            count.update(labels)
    training = tuple(one for one in clips if one.clip.recording not in validation)
    return training, tuple(one for one in clips if one.clip.recording in validation)


def _shuffled(recording: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}/{recording}".encode()).hexdigest()
