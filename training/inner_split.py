# SPDX-License-Identifier: Apache-2.0
"""Clips held back inside the training folds, to see when training should stop."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from training.features import ClipFrames

Part = tuple[ClipFrames, ...]


def split_inner(clips: Sequence[ClipFrames], share: float, seed: int) -> tuple[Part, Part]:
    """Clips to train on, and clips held back; pieces of one recording stay together.

    About `share` of each class's recordings is held back, one at least, but never all of them; a
    clip without a class counts as a class of its own. Depends on names and seed alone.
    """
    classes: defaultdict[str, set[int]] = defaultdict(set)
    for one in clips:
        classes[one.clip.recording].update(one.clip.labels or (one.clip.label,))
    total = Counter(label for labels in classes.values() for label in labels)
    wanted = {label: min(max(1, round(share * count)), count - 1) for label, count in total.items()}
    held: set[str] = set()
    count: Counter[int] = Counter()
    for recording in sorted(classes, key=lambda name: _shuffled(name, seed)):
        labels = classes[recording]
        room = all(count[label] + 1 < total[label] for label in labels)
        if room and any(count[label] < wanted[label] for label in labels):
            held.add(recording)
            count.update(labels)
    kept = tuple(one for one in clips if one.clip.recording not in held)
    return kept, tuple(one for one in clips if one.clip.recording in held)


def _shuffled(recording: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}/{recording}".encode()).hexdigest()
