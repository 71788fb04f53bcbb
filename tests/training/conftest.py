# SPDX-License-Identifier: Apache-2.0
"""A tiny data set in ESC-50's layout: two classes, three folds, WAV files of two seconds."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.training.short_backbone import shorten_backbone

LABELS = ("bell", "wind")
FOLDS = (1, 2, 3)
CLIPS_PER_CLASS = 2
COLUMNS = ("filename", "fold", "target", "category", "esc10", "src_file", "take")


def make_sound(label: str, seed: int, rate_hz: int = 16_000) -> np.ndarray:
    """Two seconds: a decaying tone for a bell, filtered noise for wind."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(2 * rate_hz) / rate_hz
    if label == "bell":
        pitch_hz = rng.uniform(800, 2500)
        return np.asarray(0.4 * np.sin(2 * np.pi * pitch_hz * time_s) * np.exp(-time_s))
    noise = np.cumsum(rng.standard_normal(time_s.size))
    return np.asarray(0.2 * (noise - noise.mean()) / np.abs(noise - noise.mean()).max())


def write_table(root: Path, rows: list[dict[str, object]]) -> None:
    (root / "meta").mkdir(parents=True, exist_ok=True)
    with (root / "meta" / "esc50.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(autouse=True)
def nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests start from the same files, whatever `make models` has fetched here."""
    monkeypatch.setattr("training.paths.DEFAULT_PLACE", Path("data") / "nothing fetched")


@pytest.fixture
def short_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of the backbone's first layers: where the network's depth plays no part."""
    shorten_backbone(monkeypatch.setattr)


@pytest.fixture
def dataset_root(tmp_path: Path) -> Path:
    root = tmp_path / "sounds"
    (root / "audio").mkdir(parents=True)
    rows: list[dict[str, object]] = []
    for fold in FOLDS:
        for target, label in enumerate(LABELS):
            for take in range(CLIPS_PER_CLASS):
                name = f"{fold}-{take}-A-{target}.wav"
                sound = make_sound(label, 100 * fold + 10 * target + take)
                soundfile.write(root / "audio" / name, sound, 16_000, subtype="PCM_16")
                rows.append(
                    {
                        "filename": name, "fold": fold, "target": target, "category": label,
                        "esc10": "True", "src_file": 0, "take": "A",
                    }
                )  # fmt: skip
    rows.append(
        {
            "filename": "1-9-7.wav", "fold": 1, "target": 7, "category": "airplane",
            "esc10": "False", "src_file": 0, "take": "A",
        }
    )  # fmt: skip
    write_table(root, rows)
    return root
